// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "source.h"

/* More than any file of the kernel's that is read here */
#define LIVE_MAX	(16 << 20)
#define SAVED_MAX	(256 << 20)

/* klogctl() */
#define LOG_READ_ALL	3
#define LOG_SIZE	10

/* A file as it was saved: its bytes, or why it could not be read */
struct entry {
	char *path;
	struct blob blob;
	int err;
};

static struct entry *saved;
static size_t nr_saved;
static bool is_saved;

bool source_is_saved(void)
{
	return is_saved;
}

static int read_fd(int fd, size_t max, struct blob *blob)
{
	size_t room = 0;
	ssize_t got;

	do {
		if (blob->len + 1 >= room) {
			room = room ? 2 * room : 8192;
			blob->data = xgrow(blob->data, room);
		}
		got = read(fd, blob->data + blob->len, room - blob->len - 1);
		if (got < 0)
			return -errno;
		blob->len += got;
		if (blob->len > max)
			return -EFBIG;
	} while (got);
	blob->data[blob->len] = 0;
	return 0;
}

int read_whole(const char *path, size_t max, struct blob *blob)
{
	int err, fd = open(path, O_RDONLY | O_CLOEXEC);

	*blob = (struct blob){};
	if (fd < 0)
		return -errno;
	err = read_fd(fd, max, blob);
	close(fd);
	if (err) {
		free(blob->data);
		*blob = (struct blob){};
	}
	return err;
}

/* What this kernel said of handovers, which only root may read in most places */
static int read_log(struct blob *blob)
{
	int size = klogctl(LOG_SIZE, NULL, 0);
	char *all, *line, *rest;

	if (size < 0)
		return -errno;
	all = xalloc(size + 1);
	size = klogctl(LOG_READ_ALL, all, size);
	if (size < 0) {
		free(all);
		return -errno;
	}
	all[size] = 0;
	blob->data = xalloc(size + 2);
	for (rest = all; (line = strsep(&rest, "\n"));) {
		if (!strstr(line, "KHO: ") && !strstr(line, "LUO: "))
			continue;
		/* without the level */
		if (line[0] == '<' && strchr(line, '>'))
			line = strchr(line, '>') + 1;
		blob->len += sprintf(blob->data + blob->len, "%s\n", line);
	}
	free(all);
	return 0;
}

static int read_special(const char *path, struct blob *blob)
{
	struct utsname name;

	if (!strcmp(path, SOURCE_LOG))
		return read_log(blob);
	if (uname(&name))
		return -errno;
	if (!strcmp(path, SOURCE_PAGE_SIZE))
		blob->data = xprintf("%ld\n", sysconf(_SC_PAGESIZE));
	else
		blob->data = xprintf("%s\n", strcmp(path, SOURCE_RELEASE) ?
				     name.machine : name.release);
	blob->len = strlen(blob->data);
	return 0;
}

static int read_saved(const char *path, struct blob *blob)
{
	size_t i;

	for (i = 0; i < nr_saved; i++) {
		const struct entry *entry = &saved[i];

		if (strcmp(entry->path, path))
			continue;
		if (entry->err)
			return -entry->err;
		blob->len = entry->blob.len;
		blob->data = xalloc(blob->len + 1);
		memcpy(blob->data, entry->blob.data, blob->len);
		return 0;
	}
	return -ENOENT;
}

int source_read(const char *path, struct blob *blob)
{
	*blob = (struct blob){};
	if (is_saved)
		return read_saved(path, blob);
	if (path[0] == '@')
		return read_special(path, blob);
	return read_whole(path, LIVE_MAX, blob);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char * const *)a, *(char * const *)b);
}

static void add_name(char ***names, size_t *nr, const char *name)
{
	*names = xgrow(*names, (*nr + 2) * sizeof(**names));
	(*names)[(*nr)++] = xprintf("%s", name);
	(*names)[*nr] = NULL;
}

static void list_saved(const char *path, char ***names, size_t *nr)
{
	size_t i, len = strlen(path);

	for (i = 0; i < nr_saved; i++) {
		const char *name = saved[i].path;

		if (strncmp(name, path, len) || name[len] != '/')
			continue;
		name += len + 1;
		if (*name && !strchr(name, '/'))
			add_name(names, nr, name);
	}
}

static void list_live(const char *path, char ***names, size_t *nr)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_type == DT_REG)
			add_name(names, nr, entry->d_name);
	closedir(dir);
}

char **source_list(const char *path)
{
	char **names = xalloc(sizeof(*names));
	size_t nr = 0;

	if (is_saved)
		list_saved(path, &names, &nr);
	else
		list_live(path, &names, &nr);
	qsort(names, nr, sizeof(*names), by_name);
	return names;
}

int source_number(const char *path, uint64_t *number)
{
	struct blob blob;
	char *end;
	int err = source_read(path, &blob);

	if (err)
		return err;
	errno = 0;
	*number = strtoull(blob.data, &end, 0);
	if (end == blob.data || (*end && *end != '\n') || errno)
		err = -EINVAL;
	free(blob.data);
	return err;
}

char *source_line(const char *path)
{
	struct blob blob;

	if (source_read(path, &blob))
		return xprintf("%s", "");
	blob.data[strcspn(blob.data, "\n")] = 0;
	return blob.data;
}

/* A file of "kho save" */

static void append(struct blob *blob, const char *bytes, size_t len)
{
	blob->data = xgrow(blob->data, blob->len + len + 1);
	memcpy(blob->data + blob->len, bytes, len);
	blob->len += len;
	blob->data[blob->len] = 0;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	return at ? at - digits : -1;
}

static bool append_hex(struct blob *blob, const char *text)
{
	for (; *text; text += 2) {
		int high = hex_digit(text[0]);
		int low = high < 0 ? -1 : hex_digit(text[1]);
		char byte = (unsigned int)high << 4 | (unsigned int)low;

		if (low < 0)
			return false;
		append(blob, &byte, 1);
	}
	return true;
}

static struct entry *new_entry(const char *path)
{
	struct entry *entry;

	saved = xgrow(saved, (nr_saved + 1) * sizeof(*saved));
	entry = &saved[nr_saved++];
	*entry = (struct entry){ .path = xprintf("%s", path) };
	append(&entry->blob, "", 0);
	return entry;
}

enum kind { NOTHING, TEXT, HEX, NO_FILE };

/* "text PATH", "hex PATH" or "errno NUMBER PATH" */
static enum kind parse_head(const char *line, struct entry **entry)
{
	unsigned long err;
	char *end;

	if (!strncmp(line, "text ", 5)) {
		*entry = new_entry(line + 5);
		return TEXT;
	}
	if (!strncmp(line, "hex ", 4)) {
		*entry = new_entry(line + 4);
		return HEX;
	}
	if (strncmp(line, "errno ", 6))
		return NOTHING;
	err = strtoul(line + 6, &end, 10);
	if (!err || err > 4095 || *end != ' ')
		return NOTHING;
	*entry = new_entry(end + 1);
	(*entry)->err = err;
	return NO_FILE;
}

static bool parse_line(const char *line)
{
	static struct entry *entry;
	static enum kind kind;

	if (line[0] != '\t') {
		kind = parse_head(line, &entry);
		return kind != NOTHING;
	}
	if (kind == HEX)
		return append_hex(&entry->blob, line + 1);
	if (kind != TEXT)
		return false;
	append(&entry->blob, line + 1, strlen(line + 1));
	append(&entry->blob, "\n", 1);
	return true;
}

void source_open_saved(const char *file)
{
	size_t start = strlen(SAVE_MAGIC), last = strlen(SAVE_END);
	char *line, *rest;
	unsigned int nr = 1;
	struct blob blob;
	int err = read_whole(file, SAVED_MAX, &blob);

	if (err)
		die("%s: %s", file, strerror(-err));
	if (strncmp(blob.data, SAVE_MAGIC, start))
		die("%s was not written by 'kho save'", file);
	if (strlen(blob.data) != blob.len || blob.len < start + last ||
	    strcmp(blob.data + blob.len - last - 1, "\n" SAVE_END))
		die("%s is damaged or cut short", file);
	blob.data[blob.len - last] = 0;
	for (rest = blob.data + start; rest && *rest;) {
		line = strsep(&rest, "\n");
		nr++;
		if (!parse_line(line))
			die("%s: line %u is not one of 'kho save'", file, nr);
	}
	is_saved = true;
	free(blob.data);
}
