// SPDX-License-Identifier: GPL-2.0-only
/*
 * kho save: what the other commands read, in one file for a bug report. It has what
 * producers say of memory, and no contents of it.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handover.h"
#include "output.h"

static const char * const folders[] = {
	KHO_SYSFS,
	KHO_FIRMWARE,
	KHO_DEBUGFS "/out",
	KHO_DEBUGFS "/out/sub_fdts",
	KHO_DEBUGFS "/in",
	KHO_DEBUGFS "/in/sub_fdts",
	LUO_DEBUGFS,
};

/* @lines: those that have one of these words, or all */
static const struct {
	const char *path;
	const char *lines[4];
} files[] = {
	{ SOURCE_RELEASE },
	{ SOURCE_MACHINE },
	{ SOURCE_PAGE_SIZE },
	{ SOURCE_LOG },
	{ "/proc/cmdline" },
	{ "/proc/iomem", { "System RAM" } },
	{ "/proc/zoneinfo", { "Node ", "spanned ", "start_pfn:" } },
	{ "/proc/sys/kernel/kexec_load_disabled" },
	{ "/sys/kernel/kexec_loaded" },
	{ "/sys/kernel/security/lockdown" },
};

static bool has_one_of(const char *line, const char * const *words)
{
	for (; *words; words++)
		if (strstr(line, *words))
			return true;
	return false;
}

static void keep_lines(struct blob *blob, const char * const *words)
{
	char *line, *rest = blob->data, *to = blob->data;

	while ((line = strsep(&rest, "\n"))) {
		size_t len = strlen(line);

		if (!has_one_of(line, words))
			continue;
		memmove(to, line, len);
		to[len] = '\n';
		to += len + 1;
	}
	blob->len = to - blob->data;
}

static bool is_text(const struct blob *blob)
{
	size_t i;

	for (i = 0; i < blob->len; i++)
		if (!isprint((unsigned char)blob->data[i]) && blob->data[i] != '\n' &&
		    blob->data[i] != '\t')
			return false;
	return !blob->len || blob->data[blob->len - 1] == '\n';
}

static void save_text(FILE *to, const struct blob *blob)
{
	size_t i;

	for (i = 0; i < blob->len; i++)
		fprintf(to, "%s%c", i && blob->data[i - 1] != '\n' ? "" : "\t",
			blob->data[i]);
}

static void save_bytes(FILE *to, const struct blob *blob)
{
	size_t i;

	for (i = 0; i < blob->len; i++)
		fprintf(to, "%s%02x%s", i % 32 ? "" : "\t",
			(unsigned char)blob->data[i],
			i % 32 == 31 || i + 1 == blob->len ? "\n" : "");
}

static void save_one(FILE *to, const char *path, const char * const *words)
{
	struct blob blob;
	int err = source_read(path, &blob);

	if (err == -ENOENT)
		return;
	if (err) {
		fprintf(to, "errno %d %s\n", -err, path);
		return;
	}
	if (words && *words)
		keep_lines(&blob, words);
	fprintf(to, "%s %s\n", is_text(&blob) ? "text" : "hex", path);
	if (is_text(&blob))
		save_text(to, &blob);
	else
		save_bytes(to, &blob);
	free(blob.data);
}

static void save_folder(FILE *to, const char *folder)
{
	char **names = source_list(folder);
	size_t i;

	for (i = 0; names[i]; i++) {
		char *path = xprintf("%s/%s", folder, names[i]);

		save_one(to, path, NULL);
		free(path);
	}
}

/* A file that was there before has the mode that it had. */
static bool made_private(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && (!S_ISREG(st.st_mode) || !fchmod(fd, 0600));
}

int do_save(int argc, char **argv)
{
	bool failed;
	FILE *to;
	size_t i;
	int fd;

	if (argc != 2)
		usage_error(find_object("save"));
	if (source_is_saved())
		die("this machine was saved already");
	/* It tells where things lie in memory. */
	fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	to = fd < 0 || !made_private(fd) ? NULL : fdopen(fd, "w");
	if (!to)
		die("%s: %s", argv[1], strerror(errno));
	fputs(SAVE_MAGIC, to);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		save_one(to, files[i].path, files[i].lines);
	for (i = 0; i < ARRAY_SIZE(folders); i++)
		save_folder(to, folders[i]);
	fputs(SAVE_END, to);
	failed = ferror(to);
	if (fclose(to) || failed)
		die("%s cannot be written", argv[1]);
	out_text("%s is written\n", argv[1]);
	out_string("written", argv[1]);
	return 0;
}
