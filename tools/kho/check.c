// SPDX-License-Identifier: GPL-2.0-only
/*
 * kho check: will a handover to this image work?
 *
 * The kernel itself has the last word when the image is loaded and the handover is
 * finalized. What is asked here is what would be known too late: after the kexec.
 */
#include <ctype.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fdt.h"
#include "output.h"
#include "plan.h"
#include "session.h"

/* What a loader needs beside kernel and initrd, and what alignment may cost */
#define SMALL_SEGMENTS	0x100000
#define KERNEL_ALIGN	0x200000
/* Versions of the format: kho-v1 and so on */
#define VERSION_MAX	9

/* Something speaks against it. */
static bool doubt;

static void __printf(3, 4) verdict(bool ok, const char *name, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		die("out of memory");
	va_end(args);
	doubt |= !ok;
	out_text("%-4s %-13s %s\n", ok ? "yes" : "NO", name, text);
	out_object(NULL);
	out_string("name", name);
	out_bool("ok", ok);
	out_string("text", text);
	out_object_end();
	free(text);
}

/* Command lines */

/* The next word of @line: quotes keep spaces, and stay. NULL at the end */
static char *next_word(const char **line)
{
	const char *start;
	bool quoted = false;

	while (isspace((unsigned char)**line))
		++*line;
	start = *line;
	while (**line && (quoted || !isspace((unsigned char)**line))) {
		quoted ^= **line == '"';
		++*line;
	}
	return *line == start ? NULL : xprintf("%.*s", (int)(*line - start), start);
}

static bool is_one_of(const char *word, const char * const *words)
{
	for (; *words; words++)
		if (!strcmp(word, *words))
			return true;
	return false;
}

/* The last "NAME=on" or "NAME=off", as the kernel reads it; @none where there is none */
static bool switched(const char *line, const char *name, bool none)
{
	static const char * const on[] = { "on", "1", "y", "Y", "yes", "demand", NULL };
	static const char * const off[] = { "off", "0", "n", "N", "no", NULL };
	size_t len = strlen(name);
	bool is_on = none;
	char *word;

	while ((word = next_word(&line))) {
		if (!strncmp(word, name, len) && word[len] == '=') {
			if (is_one_of(word + len + 1, on))
				is_on = true;
			if (is_one_of(word + len + 1, off))
				is_on = false;
		}
		free(word);
	}
	return is_on;
}

static bool has_word(const char *line, const char *wanted)
{
	bool found = false;
	char *word;

	while (!found && (word = next_word(&line))) {
		found = !strcmp(word, wanted);
		free(word);
	}
	return found;
}

/* What is checked */

static void check_this_kernel(void)
{
	uint64_t number;

	if (!kho_number("enabled", &number) && !number)
		verdict(false, "this kernel", "KHO is off in it; boot it with kho=on");
	else if (!source_number("/proc/sys/kernel/kexec_load_disabled", &number) && number)
		verdict(false, "this kernel",
			"loading an image is forbidden (kernel.kexec_load_disabled)");
	else
		verdict(true, "this kernel", "has Kexec HandOver switched on");
}

static bool check_image(const struct image *image)
{
	char *machine = source_line(SOURCE_MACHINE);
	bool ok = !image->wrong && !strcmp(machine, image->machine);

	if (image->wrong)
		verdict(false, "image", "%s", image->wrong);
	else if (!ok)
		verdict(false, "image", "it is for %s, and this machine is %s",
			image->machine, machine);
	else
		verdict(true, "image", "%s %s", image->machine, image->release);
	free(machine);
	return ok;
}

/* How many sessions will be handed over; @known: that could be seen */
static unsigned int sessions_that_go(bool *known)
{
	char *line = source_line("/proc/cmdline");
	struct session *sessions;
	int nr = sessions_read(&sessions);

	*known = nr >= 0 || !switched(line, "liveupdate", false);
	free(line);
	return sessions_count(sessions, nr, "created");
}

/* Readers of versions before kho-v4 know no sessions. */
static bool may_write(const char *version)
{
	bool known;

	return !strcmp(version, "kho-v4") || (!sessions_that_go(&known) && known);
}

/* Does what is handed over, or will be, have this version? */
static bool hands_over(const struct blob *fdt, const char *version)
{
	char *chosen = source_line(KHO_SYSFS "/version");
	bool is_v1 = !strcmp(version, "kho-v1"), yes;

	if (!strncmp(chosen, "auto", strlen("auto")))
		yes = may_write(version);
	else if (*chosen)
		/* kho-v3 and kho-v4 are written as one */
		yes = is_v1 == !strcmp(chosen, "v1") && may_write(version);
	else if (fdt->data)
		yes = fdt_is(fdt->data, version);
	else
		yes = !is_v1 && may_write(version);
	free(chosen);
	return yes;
}

static void check_versions(const struct image *image)
{
	char *accepted = xprintf("%s", "");
	struct blob fdt;
	bool ok = false;
	int i;

	if (kho_fdt(OUT, &fdt) || fdt_wrong(&fdt))
		fdt = (struct blob){};
	for (i = 1; i <= VERSION_MAX; i++) {
		char version[] = { 'k', 'h', 'o', '-', 'v', '0' + i, 0 };
		char *before = accepted;

		if (!image_has(image, version))
			continue;
		ok |= hands_over(&fdt, version);
		accepted = xprintf("%s%s%s", before, *before ? ", " : "", version);
		free(before);
	}
	if (!*accepted)
		verdict(false, "handover", "the image has no Kexec HandOver");
	else if (!ok)
		verdict(false, "handover",
			"the image accepts %s, which this kernel does not hand over",
			accepted);
	else
		verdict(true, "handover", "the image accepts %s", accepted);
	free(accepted);
	free(fdt.data);
}

static void check_page_size(const struct image *image)
{
	if (image->page_size && image->page_size != page_size())
		verdict(false, "page size", "the image's is %s, and this kernel's %s",
			human(image->page_size), human(page_size()));
	else if (image->page_size)
		verdict(true, "page size", "%s in both", human(page_size()));
}

/* Each segment lies in one area. */
static bool place(struct area *areas, size_t nr, uint64_t size)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (areas[i].size < size)
			continue;
		areas[i].size -= size;
		return true;
	}
	return false;
}

static uint64_t largest(const struct area *areas, size_t nr)
{
	uint64_t size = 0;

	while (nr--)
		size = MAX(size, areas[nr].size);
	return size;
}

static void check_room(const struct image *image, uint64_t initrd)
{
	uint64_t kernel = image->size + KERNEL_ALIGN;
	struct area *areas;
	bool located;
	size_t nr = kho_scratch(&areas, &located);
	uint64_t most = largest(areas, nr), enabled = 1;

	/* Where there is none before an image is loaded, it is taken then. */
	kho_number("enabled", &enabled);
	if (!nr && enabled)
		verdict(true, "room", "is taken when the image is loaded");
	else if (!nr)
		verdict(false, "room", "there is no scratch");
	else if (!place(areas, nr, MAX(kernel, initrd)) ||
		 !place(areas, nr, MIN(kernel, initrd)) ||
		 !place(areas, nr, SMALL_SEGMENTS))
		verdict(false, "room",
			"%s for the kernel and %s for the initrd do not fit into scratch, whose largest area is %s",
			human(image->size), human(initrd), human(most));
	else
		verdict(true, "room",
			"%s for the kernel and %s for the initrd fit into scratch",
			human(image->size), human(initrd));
	free(areas);
}

static void check_command_line(const struct image *image, const char *line)
{
	bool by_default = image_configured(image, "CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT=y");

	if (switched(line, "kho", by_default))
		verdict(true, "command line", "switches KHO on");
	else
		verdict(false, "command line",
			"has no kho=on: the next kernel would drop all that it gets");
}

/* A region that is to come back is asked for as it is here. */
static void check_regions(const struct image *image, const char *line)
{
	char *now = source_line("/proc/cmdline"), *word;
	const char *rest = now;
	unsigned int regions = 0;

	while ((word = next_word(&rest))) {
		if (!strncmp(word, "reserve_mem=", strlen("reserve_mem="))) {
			regions++;
			if (!has_word(line, word))
				verdict(false, "regions",
					"the command line does not ask for %s", word);
		}
		free(word);
	}
	if (regions && !image_has(image, "memblock-v1"))
		verdict(false, "regions", "the image does not take reserve_mem= regions back");
	free(now);
}

static void check_sessions(const struct image *image, const char *line)
{
	bool known;
	unsigned int nr = sessions_that_go(&known);
	char *there = known ? xprintf("sessions are handed over: %u", nr) :
			      xprintf("only root can see whether sessions are handed over");
	char version[9] = "luo-v5";
	struct blob blob;

	if (known && !nr)
		goto free;
	if (!kho_blob(OUT, "LUO", &blob)) {
		if (blob.len >= sizeof(version) && isgraph((unsigned char)blob.data[0]))
			snprintf(version, sizeof(version), "%s", blob.data);
		free(blob.data);
	}
	if (!image_has(image, version))
		verdict(false, "live update",
			"the image does not read %s; %s", version, there);
	else if (!switched(line, "liveupdate", false))
		verdict(false, "live update",
			"the command line has no liveupdate=on; %s", there);
	else
		verdict(true, "live update", "%s", there);
free:
	free(there);
}

static uint64_t file_size(const char *file)
{
	struct stat st;

	if (!file)
		return 0;
	if (stat(file, &st) || !S_ISREG(st.st_mode) || !st.st_size)
		die("%s is not there, or empty", file);
	return st.st_size;
}

bool plan_check(const struct plan *plan, struct image *image)
{
	uint64_t initrd = file_size(plan->initrd);

	doubt = false;
	image_read(image, plan->image);
	out_array("checks");
	check_this_kernel();
	if (check_image(image)) {
		check_versions(image);
		check_page_size(image);
		check_room(image, initrd);
		check_command_line(image, plan->command_line);
		check_regions(image, plan->command_line);
		check_sessions(image, plan->command_line);
	}
	out_array_end();
	out_bool("works", !doubt);
	return !doubt;
}

void plan_parse(struct plan *plan, const struct object *object, int argc, char **argv)
{
	static const struct option options[] = {
		{ "initrd", required_argument, NULL, 'i' },
		{ "reuse-cmdline", no_argument, NULL, 'r' },
		{ "command-line", required_argument, NULL, 'c' },
		{ "yes", no_argument, NULL, 'y' },
		{ }
	};
	bool reuse = false;
	int opt;

	*plan = (struct plan){};
	optind = 0;
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'i')
			plan->initrd = optarg;
		else if (opt == 'r')
			reuse = true;
		else if (opt == 'c')
			plan->command_line = optarg;
		else if (opt == 'y' && object->run == do_kexec)
			plan->yes = true;
		else
			usage_error(object);
	}
	if (argc - optind != 1 || (reuse && plan->command_line))
		usage_error(object);
	plan->image = argv[optind];
	/* Where nothing is said, what holds here is meant. */
	if (!plan->command_line)
		plan->command_line = source_line("/proc/cmdline");
}

int do_check(int argc, char **argv)
{
	struct image image;
	struct plan plan;
	bool works;

	plan_parse(&plan, find_object("check"), argc, argv);
	kho_need();
	works = plan_check(&plan, &image);
	out_text("%s\n", works ? "This handover will work." :
				 "This handover will not work.");
	return !works;
}
