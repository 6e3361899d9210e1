// SPDX-License-Identifier: GPL-2.0-only
/*
 * kho kexec: check, load, finalize, run. Whatever goes wrong before the last step leaves
 * the machine as it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "finalize.h"
#include "handover.h"
#include "klog.h"
#include "output.h"
#include "plan.h"

/* A machine that systemd runs is left by it: services are stopped, disks unmounted. */
#define SYSTEMD		"/run/systemd/system"

static struct timespec step_start;

static void step_begin(const char *doing, const char *what)
{
	clock_gettime(CLOCK_MONOTONIC, &step_start);
	out_text("%s %s ...", doing, what);
	out_flush();
}

static void step_end(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	out_text(" %.1f s\n", now.tv_sec - step_start.tv_sec +
		 (now.tv_nsec - step_start.tv_nsec) / 1e9);
	out_flush();
}

/* What this program has done, and undoes when it fails */
static bool is_loaded, has_finalized;

static void undo(void)
{
	if (is_loaded)
		syscall(SYS_kexec_file_load, -1, -1, 0UL, NULL, KEXEC_FILE_UNLOAD);
	if (has_finalized)
		set_finalized(false);
}

static void __noreturn fail(const char *what, const char *reason)
{
	out_text("\n");
	klog_tell();
	undo();
	die("%s: %s; the machine goes on%s", what, reason,
	    is_loaded ? ", with no image loaded" : "");
}

/* arm64 loads an Image alone, and here it may be compressed. */
static int open_kernel(const struct plan *plan, const struct image *image)
{
	size_t done = 0;
	ssize_t put;
	int fd;

	if (strcmp(image->machine, "aarch64"))
		return open(plan->image, O_RDONLY | O_CLOEXEC);
	fd = memfd_create("kernel", MFD_CLOEXEC);
	while (fd >= 0 && done < image->kernel.len) {
		put = write(fd, image->kernel.data + done, image->kernel.len - done);
		if (put <= 0)
			return -1;
		done += put;
	}
	return fd;
}

static void load(const struct plan *plan, const struct image *image)
{
	int kernel = open_kernel(plan, image), initrd = -1;
	unsigned long flags = plan->initrd ? 0 : KEXEC_FILE_NO_INITRAMFS;

	if (plan->initrd)
		initrd = open(plan->initrd, O_RDONLY | O_CLOEXEC);
	if (kernel < 0 || (plan->initrd && initrd < 0))
		fail("the image is not loaded", kernel < 0 ? "it cannot be read" :
							     "the initrd cannot be read");
	step_begin("loading", plan->image);
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(plan->command_line) + 1,
		    plan->command_line, flags))
		fail("the image is not loaded", errno == EPERM || errno == EACCES ?
		     "only root may do that (CAP_SYS_BOOT), and lockdown wants a signature" :
		     strerror(errno));
	is_loaded = true;
	step_end();
	if (klog_warnings() && !plan->yes)
		fail("the kernel warns of this image", "say --yes to take it all the same");
}

/* Kernels that cannot be asked beforehand finalize when they are left. */
static void finalize(void)
{
	bool before = kho_is_finalized();
	uint64_t bytes = 0;
	int err;

	kho_number("preserved_bytes", &bytes);
	step_begin("finalizing", human(bytes));
	err = set_finalized(true);
	if (err && err != -ENOENT)
		fail("the handover is not finalized", finalize_error(err));
	has_finalized = !err && !before;
	step_end();
}

static bool agreed(const struct plan *plan)
{
	char answer[8];

	if (plan->yes)
		return true;
	if (!isatty(STDIN_FILENO) || out_is_json())
		die("there is nobody to ask; say --yes");
	out_text("Leave this kernel for %s now? [y/N] ", plan->image);
	out_flush();
	return fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
}

static void __noreturn leave(void)
{
	int err;

	out_text("leaving\n");
	out_close();
	if (access(SYSTEMD, F_OK)) {
		sync();
		reboot(RB_KEXEC);
	} else {
		/* All agreed; but services may preserve something when they stop. */
		if (kho_loads_open())
			set_finalized(false);
		signal(SIGPIPE, SIG_DFL);
		execlp("systemctl", "systemctl", "kexec", NULL);
	}
	err = errno;
	out_open();
	fail("the kexec is refused", strerror(err));
}

int do_kexec(int argc, char **argv)
{
	struct image image;
	struct plan plan;

	if (source_is_saved())
		die("a saved machine cannot kexec");
	plan_parse(&plan, find_object("kexec"), argc, argv);
	kho_need();
	if (!plan_check(&plan, &image) || !agreed(&plan)) {
		out_text("Nothing was done.\n");
		return 1;
	}
	out_go_unheard();
	klog_begin();
	if (!kho_loads_open() && !kho_is_finalized())
		finalize();
	load(&plan, &image);
	if (kho_loads_open())
		finalize();
	leave();
}
