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

/* As next_arg() of lib/cmdline.c: around the word, or around its value */
static void strip_quotes(char *word)
{
	char *value = strchr(word, '=');
	size_t len = strlen(word);

	value = value && value[1] == '"' ? value + 1 : NULL;
	if (*word != '"' && !value)
		return;
	if (len > 1 && word[len - 1] == '"')
		word[--len] = 0;
	if (value && *value)
		memmove(value, value + 1, strlen(value));
	if (*word == '"')
		memmove(word, word + 1, strlen(word));
}

/* The next word of @line as the kernel takes it: NULL at the end, or at "--" */
static char *next_word(const char **line)
{
	const char *start;
	bool quoted = false;
	char *word;

	while (isspace((unsigned char)**line))
		++*line;
	start = *line;
	while (**line && (quoted || !isspace((unsigned char)**line))) {
		quoted ^= **line == '"';
		++*line;
	}
	if (*line == start)
		return NULL;
	word = xprintf("%.*s", (int)(*line - start), start);
	strip_quotes(word);
	/* What follows is for init. */
	if (strcmp(word, "--"))
		return word;
	free(word);
	return NULL;
}

static bool is_one_of(const char *word, const char * const *words)
{
	for (; *words; words++)
		if (!strcmp(word, *words))
			return true;
	return false;
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

/* The value of @word if that is "NAME" or "NAME=VALUE", else NULL */
static const char *value_of(const char *word, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(word, name, len) || (word[len] && word[len] != '='))
		return NULL;
	return word + len + !!word[len];
}

/* As kstrtobool(): 1, 0, or -1 for what is neither */
static int truth(const char *value)
{
	if (*value == 'o' || *value == 'O')
		value++;
	else
		return !*value ? -1 : strchr("yYtT1", *value) ? 1 :
		       strchr("nNfF0", *value) ? 0 : -1;
	return !*value ? -1 : strchr("nN", *value) ? 1 : strchr("fF", *value) ? 0 : -1;
}

static bool live_update_is_on(const char *line)
{
	bool is_on = false;
	char *word;

	while ((word = next_word(&line))) {
		const char *value = value_of(word, "liveupdate");

		if (value && truth(value) >= 0)
			is_on = truth(value);
		free(word);
	}
	return is_on;
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

	*known = nr >= 0 || !live_update_is_on(line);
	free(line);
	return sessions_count(sessions, nr, "created");
}

/* As the kernel chooses what to write, in kernel/liveupdate/kho_version.c */
static int version_of_release(const char *release)
{
	unsigned int major, minor;

	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		return 4;
	if ((major == 6 && minor >= 16) || (major == 7 && minor == 0))
		return 1;
	return major == 7 && minor == 1 ? 3 : 4;
}

static int version_of_image(const struct image *image)
{
	if (image->header_release)
		return version_of_release(image->release);
	/* What is compressed the kernel does not look into. */
	if (!strcmp(image->machine, "x86_64") || image_has(image, "kho-v4"))
		return 4;
	if (image_has(image, "kho-v3"))
		return 3;
	return image_has(image, "kho-v1") ? 1 : 4;
}

/* Will what is written as version @written be handed over, and read as @version? */
static bool serves(int written, int version)
{
	bool known, sessions = sessions_that_go(&known) || !known;

	/* Sessions are of kho-v4 alone; else kho-v3 and kho-v4 are written as one. */
	if (sessions)
		return written == 4 && version == 4;
	return written == version || (written >= 3 && (version == 3 || version == 4));
}

/* Does what is handed over, or will be, have this version? */
static bool hands_over(const struct image *image, const struct blob *fdt, int version)
{
	char *chosen = source_line(KHO_SYSFS "/version");
	char *release = source_line(SOURCE_RELEASE);
	char *name = xprintf("kho-v%d", version);
	int written;
	bool yes;

	if (!strncmp(chosen, "auto", strlen("auto")))
		yes = serves(version_of_image(image), version);
	else if (sscanf(chosen, "v%d", &written) == 1)
		yes = serves(written, version);
	else if (fdt->data)
		yes = fdt_is(fdt->data, name);
	else
		/* A kernel that writes one version */
		yes = version_of_release(release) == version;
	free(name);
	free(release);
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
		ok |= hands_over(image, &fdt, i);
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
	uint64_t most = largest(areas, nr), enabled = 1, on_demand;
	char *sizes = xprintf("%s for the kernel and %s for the initrd",
			      human(image->size), human(initrd));

	/* Where there is none before an image is loaded, it is taken then. */
	kho_number("enabled", &enabled);
	if (!nr && enabled)
		verdict(true, "room", "is taken when the image is loaded");
	else if (!nr)
		verdict(false, "room", "there is no scratch");
	else if (place(areas, nr, MAX(kernel, initrd)) &&
		 place(areas, nr, MIN(kernel, initrd)) &&
		 place(areas, nr, SMALL_SEGMENTS))
		verdict(true, "room", "%s fit into scratch", sizes);
	else if (!kho_number("on_demand_bytes", &on_demand))
		verdict(true, "room",
			"%s do not fit into scratch: more is taken when the image is loaded",
			sizes);
	else
		verdict(false, "room",
			"%s do not fit into scratch, whose largest area is %s",
			sizes, human(most));
	free(sizes);
	free(areas);
}

/* As kho_setup() of kernel/liveupdate/kho_state.c; mainline has no "demand" */
static bool kho_word(const struct image *image, const char *value, bool *is_on)
{
	static const char * const on[] = { "on", "1", "y", "yes", NULL };
	static const char * const off[] = { "off", "0", "n", "no", NULL };

	*is_on = is_one_of(value, on) ||
		 (!strcmp(value, "demand") && image_has(image, "demand"));
	return *is_on || is_one_of(value, off);
}

static void check_command_line(const struct image *image, const char *line)
{
	bool is_on = image_configured(image, "CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT=y") ||
		     image_configured(image, "CONFIG_KEXEC_HANDOVER_DEMAND_DEFAULT=y");
	char *word;

	while ((word = next_word(&line))) {
		const char *value = value_of(word, "kho");
		bool known = !value || kho_word(image, value, &is_on);

		if (!known)
			verdict(false, "command line",
				"the image may not know what '%s' means", word);
		free(word);
		if (!known)
			return;
	}
	if (is_on)
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

/* Readers that are no modules, so that they are in the image */
static bool is_built_in(const char *compatible)
{
	return !strncmp(compatible, "memfd-", strlen("memfd-")) ||
	       !strncmp(compatible, "hugetlb-", strlen("hugetlb-"));
}

/* A format of the files that go which the image does not read, or NULL */
static char *unread_format(const struct image *image)
{
	struct session *sessions;
	int i, nr = sessions_read(&sessions);
	size_t j;

	for (i = 0; i < nr; i++) {
		if (strcmp(sessions[i].state, "created"))
			continue;
		for (j = 0; j < sessions[i].nr_files; j++) {
			char *format = sessions[i].files[j].compatible;

			if (is_built_in(format) && !image_has(image, format))
				return format;
		}
	}
	return NULL;
}

/* Of what tells of the sessions themselves; the text is to be freed */
static char *session_format(void)
{
	char *format = NULL;
	struct blob blob;

	if (!kho_blob(OUT, "LUO", &blob)) {
		if (blob.len > strlen("luo-v5") && isgraph((unsigned char)blob.data[0]))
			format = xprintf("%.8s", blob.data);
		free(blob.data);
	}
	return format ? format : xprintf("luo-v5");
}

static void check_sessions(const struct image *image, const char *line)
{
	bool known;
	unsigned int nr = sessions_that_go(&known);
	char *there = known ? xprintf("sessions are handed over: %u", nr) :
			      xprintf("only root can see whether sessions are handed over");
	char *format = session_format(), *unread;

	if (known && !nr)
		goto free;
	unread = image_has(image, format) ? unread_format(image) : format;
	if (unread)
		verdict(false, "live update",
			"the image does not read %s; %s", unread, there);
	else if (!live_update_is_on(line))
		verdict(false, "live update",
			"the command line has no liveupdate=on; %s", there);
	else
		verdict(true, "live update", "%s", there);
free:
	free(format);
	free(there);
}

static void check_unclaimed(void)
{
	uint64_t bytes;

	if (!kho_number("unclaimed_bytes", &bytes) && bytes)
		verdict(false, "unclaimed", "%s came and would be left behind",
			human(bytes));
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
		check_unclaimed();
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
