// SPDX-License-Identifier: GPL-2.0-only
/*
 * kho kexec on kernels that are not there:
 *
 *	tool-kexec IMAGE
 *
 * What the program does to a kernel, step by step, and what it takes back when one of
 * them fails. It is linked with --wrap for the calls that get there.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/compiler.h>
#include <linux/kexec.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "tool.h"

#define SYSFS	"/sys/kernel/kho/"
#define DEBUGFS	"/sys/kernel/debug/kho/out/"
#define LOG	"/dev/kmsg"

struct file {
	const char *path;
	const char *text;
};

static const struct file ours[] = {
	{ SYSFS "enabled", "1\n" },
	{ SYSFS "active", NULL },
	{ SYSFS "scratch_len", "0x10000000\n" },
	{ DEBUGFS "finalize", NULL },
	{ LOG, "" },
	{ }
};

/* 6.18, say: an image carries what was finalized before */
static const struct file mainline[] = {
	{ DEBUGFS "finalize", NULL },
	{ DEBUGFS "scratch_len", "0x10000000\n" },
	{ LOG, "" },
	{ }
};

/* The kernel: its files, what it does, and what is done to it */
static const struct file *files;
static const char *refuses, *warning;
static int refusal;
static bool finalized;
static char *done;
static int switch_fd, log_fd;
static const char *image;

static bool is_of_kernel(const char *path)
{
	return !strncmp(path, "/sys/", 5) || !strncmp(path, "/proc/", 6) ||
	       !strncmp(path, "/run/", 5) || !strcmp(path, LOG);
}

static const struct file *find(const char *path)
{
	const struct file *file = files;

	while (file->path && strcmp(file->path, path))
		file++;
	errno = ENOENT;
	return file->path ? file : NULL;
}

/* 0, or what the call fails with */
static int step(const char *name)
{
	strcat(done, *done ? " " : "");
	strcat(done, name);
	errno = refusal;
	return refuses && !strcmp(refuses, name) ? -1 : 0;
}

int __wrap_open(const char *path, int flags, ...)
{
	const struct file *file;
	const char *text;
	int fd;

	if (!is_of_kernel(path))
		return __real_open(path, flags);
	file = find(path);
	if (!file)
		return -1;
	fd = memfd_create("file", 0);
	text = file->text ?: finalized ? "1\n" : "0\n";
	if (__real_write(fd, text, strlen(text)) < 0)
		abort();
	lseek(fd, 0, SEEK_SET);
	if (flags & O_WRONLY)
		switch_fd = fd;
	if (!strcmp(path, LOG))
		log_fd = fd;
	return fd;
}

int __wrap_access(const char *path, int mode)
{
	if (!is_of_kernel(path))
		return __real_access(path, mode);
	return find(path) ? 0 : -1;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
	bool on = *(const char *)bytes == '1';

	if (fd != switch_fd)
		return __real_write(fd, bytes, len);
	switch_fd = -1;
	if (step(on ? "finalize" : "abort"))
		return -1;
	finalized = on;
	return len;
}

long __wrap_syscall(long number, ...)
{
	unsigned long flags;
	va_list args;

	va_start(args, number);
	va_arg(args, int);
	va_arg(args, int);
	va_arg(args, unsigned long);
	va_arg(args, char *);
	flags = va_arg(args, unsigned long);
	va_end(args);
	if (flags & KEXEC_FILE_UNLOAD)
		return step("unload");
	if (warning && pwrite(log_fd, warning, strlen(warning), 0) < 0)
		abort();
	return step("load");
}

int __wrap_reboot(int how __maybe_unused)
{
	return step("reboot");
}

void __wrap_sync(void)
{
}

int __wrap_isatty(int fd __maybe_unused)
{
	return true;
}

int __wrap_uname(struct utsname *name)
{
	*name = (struct utsname){ .machine = "x86_64", .release = "6.12.0" };
	if (files == mainline)
		memcpy(name->release, "6.18.0", sizeof("6.18.0"));
	return 0;
}

/* Somebody at a terminal who agrees, or nobody with --yes */
static void child(bool asks, int said)
{
	char *argv[7] = {
		"kho", "kexec", (char *)image, "--command-line", "kho=on",
		asks ? NULL : "--yes",
	};
	int answer = memfd_create("answer", 0);

	if (__real_write(answer, "y\n", 2) < 0)
		abort();
	lseek(answer, 0, SEEK_SET);
	dup2(answer, STDIN_FILENO);
	dup2(said, STDOUT_FILENO);
	dup2(said, STDERR_FILENO);
	exit(kho_main(asks ? 5 : 6, argv));
}

/* Are these the steps, and does it say these words when it gives up? */
static bool goes(bool asks, const char *steps, const char *words)
{
	int status, said = memfd_create("said", 0);
	char text[4096] = "";
	bool right;
	pid_t pid;

	*done = 0;
	pid = fork();
	if (!pid)
		child(asks, said);
	waitpid(pid, &status, 0);
	if (pread(said, text, sizeof(text) - 1, 0) < 0)
		abort();
	close(said);
	right = WIFEXITED(status) && WEXITSTATUS(status) == 1 && !strcmp(done, steps) &&
		strstr(text, words);
	if (!right)
		printf("# status %#x, steps: %s; %s\n", status, done, text);
	return right;
}

static void begin(const struct file *kernel, const char *refused, int with)
{
	files = kernel;
	refuses = refused;
	refusal = with;
	warning = NULL;
	finalized = false;
}

/* A reboot that comes back is one that was refused. */
static void all_taken_back(void)
{
	begin(ours, "reboot", EPERM);
	CHECK(goes(false, "load finalize reboot unload abort", "not permitted"));
	finalized = true;
	CHECK(goes(false, "load finalize reboot unload", "not permitted"));
	begin(ours, "load", ENOMEM);
	CHECK(goes(false, "load", "Cannot allocate memory; the machine goes on\n"));
	begin(ours, "finalize", EBUSY);
	CHECK(goes(false, "load finalize unload", "with no image loaded"));
}

static void finalized_first(void)
{
	begin(mainline, "reboot", EPERM);
	CHECK(goes(false, "finalize load reboot unload abort", "not permitted"));
	begin(mainline, "load", ENOMEM);
	CHECK(goes(false, "finalize load abort", "Cannot allocate memory"));
	begin(mainline, "finalize", EBUSY);
	CHECK(goes(false, "finalize", "in the middle"));
	begin(mainline, "reboot", EPERM);
	finalized = true;
	CHECK(goes(false, "load reboot unload", "not permitted"));
}

static void warnings(void)
{
	begin(ours, "reboot", EPERM);
	warning = "4,1,2,-;KHO: it will find little\n";
	CHECK(goes(true, "load unload", "says: KHO: it will find little"));
	CHECK(goes(false, "load finalize reboot unload abort", "it will find little"));
	warning = "6,1,2,-;KHO: the image reads kho-v4\n";
	CHECK(goes(true, "load finalize reboot unload abort", "not permitted"));
	warning = "4,1,2,-;usb: something else\n";
	CHECK(goes(true, "load finalize reboot unload abort", "not permitted"));
}

static void not_supported(void)
{
	begin(ours, "finalize", EOPNOTSUPP);
	CHECK(goes(false, "load finalize unload", "cannot have what is preserved"));
}

static const struct check checks[] = {
	{ "takes back what it did", all_taken_back },
	{ "finalizes first where an image needs that", finalized_first },
	{ "stops when the kernel warns", warnings },
	{ "tells why a version does not do", not_supported },
};

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	image = argv[1];
	done = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return check_run("kexec", checks, sizeof(checks) / sizeof(*checks));
}
