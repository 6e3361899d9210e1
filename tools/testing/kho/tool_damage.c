// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kho program, run on damaged files:
 *
 *	tool-damage SAVED...
 *
 * Each word of what is saved in hex is damaged, each line left out, and the file cut
 * anywhere; then images. The program may refuse, with one sentence. It does not crash,
 * and what programs get of it is JSON.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "tool.h"

/* Of a sanitizer, see run-tool.sh */
#define SANITIZER_STATUS	99

/* What the program reads, and what it says */
static char *file, *said;
static unsigned long runs;

static char *read_file(const char *path, size_t *len)
{
	FILE *from = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	*len = fread(text, 1, (1 << 20) - 1, from);
	fclose(from);
	return text;
}

static void write_file(const char *bytes, size_t len)
{
	FILE *to = fopen(file, "w");

	fwrite(bytes, 1, len, to);
	fclose(to);
}

static void child(const char * const *args)
{
	char *argv[16] = { "kho" };
	int argc = 1, fd = open(said, O_WRONLY | O_TRUNC);

	while (args[argc - 1]) {
		argv[argc] = (char *)args[argc - 1];
		argc++;
	}
	dup2(fd, STDOUT_FILENO);
	/* A sanitizer says what it has found; the program's own words are known. */
	stderr = fopen("/dev/null", "w");
	exit(kho_main(argc, argv));
}

/* True when the program ended by itself, and said what can be read */
static bool survives(const char * const *args)
{
	int status;
	size_t len;
	bool right;
	char *text;
	pid_t pid = fork();

	if (!pid)
		child(args);
	runs++;
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) {
		printf("# %s %s ended with %#x\n", args[2], args[3], status);
		return false;
	}
	if (strcmp(args[0], "-j"))
		return true;
	text = read_file(said, &len);
	right = is_json(text);
	if (!right)
		printf("# not JSON: %.300s\n", text);
	free(text);
	return right;
}

static bool tree_survives(void)
{
	const char * const args[] = { "-j", "-f", file, "tree", NULL };

	return survives(args);
}

static bool status_survives(void)
{
	const char * const args[] = { "-j", "-f", file, "status", NULL };

	return survives(args);
}

static char *text;
static size_t len;

/* Each word of what is hex */
static bool damage_word(char *at)
{
	static const char * const words[] = {
		"00000000", "ffffffff", NULL
	};
	char before[8];
	bool right = true;
	unsigned int i;

	memcpy(before, at, sizeof(before));
	for (i = 0; right && words[i]; i++) {
		memcpy(at, words[i], sizeof(before));
		write_file(text, len);
		right = tree_survives();
	}
	memcpy(at, before, sizeof(before));
	return right;
}

static void damage_words(void)
{
	bool hex = false;
	char *line, *end, *at;

	for (line = text; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (line[0] != '\t')
			hex = !strncmp(line, "hex ", 4);
		else if (hex)
			for (at = line + 1; at + 8 <= end; at += 8)
				if (!CHECK(damage_word(at)))
					return;
	}
}

/* Numbers in text that are too large, negative, or no numbers */
static void damage_text(void)
{
	static const char * const numbers[] = { "-", "f99999999999999999", NULL };
	char *copy = malloc(len + 64);
	size_t at, i, grown;

	for (at = 0; at < len; at++) {
		if (text[at] < '0' || text[at] > '9' ||
		    (at && text[at - 1] >= '0' && text[at - 1] <= '9'))
			continue;
		for (i = 0; numbers[i]; i++) {
			grown = strlen(numbers[i]);
			memcpy(copy, text, at);
			memcpy(copy + at, numbers[i], grown);
			memcpy(copy + at + grown, text + at + 1, len - at - 1);
			write_file(copy, len + grown - 1);
			if (!CHECK(status_survives()))
				goto free;
		}
	}
free:
	free(copy);
}

static void cut_anywhere(void)
{
	static const char end[] = "\nend\n";
	char *copy = malloc(len + sizeof(end));
	size_t at;

	for (at = 0; at < len; at += 61) {
		memcpy(copy, text, at);
		memcpy(copy + at, end, sizeof(end) - 1);
		write_file(copy, at + sizeof(end) - 1);
		if (!CHECK(status_survives()))
			break;
	}
	free(copy);
}

static void leave_out_lines(void)
{
	char *copy = malloc(len), *line, *end;

	for (line = text; *line; line = end + 1) {
		end = strchr(line, '\n');
		memcpy(copy, text, line - text);
		memcpy(copy + (line - text), end + 1, text + len - end - 1);
		write_file(copy, len - (end + 1 - line));
		if (!CHECK(status_survives()))
			break;
	}
	free(copy);
}

static const struct check saved_checks[] = {
	{ "words of blobs and trees are damaged", damage_words },
	{ "numbers are damaged", damage_text },
	{ "cut short anywhere, with the last line", cut_anywhere },
	{ "each line is left out", leave_out_lines },
};

static const struct check own_checks[] = {
	{ "JSON that is none is seen", tool_json },
	{ "structs are those of the kernel's headers", tool_abi },
};

/* An image beside a machine, both named by run-tool.sh */
static const char *machine;

static bool image_survives(size_t size)
{
	const char * const args[] = { "-j", "-f", machine, "check", file, NULL };

	write_file(text, size);
	return survives(args);
}

/* The header of x86 ends at 0x268, that of arm64 at 0x40 */
#define HEADER_START	0x1f0
#define HEADER_END	0x268
#define SHORT_HEADER	0x40

static void cut_image(void)
{
	size_t at;

	for (at = 0; at < len; at += at < HEADER_END ? 23 : len / 24)
		if (!CHECK(image_survives(at)))
			return;
}

static void damage_header(void)
{
	size_t at;

	for (at = 0; at < HEADER_END; at++) {
		char before;

		if (at == SHORT_HEADER)
			at = HEADER_START;
		before = text[at];
		text[at] = ~before;
		if (!CHECK(image_survives(len)))
			return;
		text[at] = before;
	}
}

static const struct check image_checks[] = {
	{ "an image is cut short anywhere", cut_image },
	{ "an image's header is damaged", damage_header },
};

static char *temporary(void)
{
	char *name = strdup("/tmp/kho-tool-XXXXXX");

	close(mkstemp(name));
	return name;
}

static bool check_file(const char *path, const struct check *checks, unsigned int nr)
{
	const char *name = strrchr(path, '/');
	bool failed;

	text = read_file(path, &len);
	failed = check_run(name ? name + 1 : path, checks, nr);
	free(text);
	return failed;
}

int main(int argc, char **argv)
{
	bool failed = false;
	int i;

	file = temporary();
	said = temporary();
	failed |= check_run("tool", own_checks, 2);
	for (i = 1; i < argc; i++) {
		if (strstr(argv[i], ".save")) {
			machine = argv[i];
			failed |= check_file(argv[i], saved_checks, 4);
		} else {
			failed |= check_file(argv[i], image_checks, 2);
		}
	}
	printf("# %lu runs\n", runs);
	unlink(file);
	unlink(said);
	return failed;
}
