// SPDX-License-Identifier: GPL-2.0-only
/*
 * kho: shows and runs Kexec HandOver.
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "main.h"
#include "output.h"
#include "source.h"

static const struct object objects[] = {
	{ "status", "status", do_status },
	{ "map", "map [--svg FILE]", do_map },
	{ "tree", "tree [in|out] [NAME]", do_tree },
	{ "session", "session [list]\nsession show NAME", do_session },
	{ "finalize", "finalize", do_finalize },
	{ "abort", "abort", do_abort },
	{ "check",
	  "check IMAGE [--initrd FILE] [--reuse-cmdline | --command-line TEXT]",
	  do_check },
	{ "kexec",
	  "kexec IMAGE [--initrd FILE] [--reuse-cmdline | --command-line TEXT] [--yes]",
	  do_kexec },
	{ "save", "save FILE", do_save },
	{ }
};

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "file", required_argument, NULL, 'f' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ }
};

void die(const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	out_error(text ? text : "out of memory");
	exit(1);
}

void *xalloc(size_t size)
{
	void *ptr = calloc(1, size ? size : 1);

	if (!ptr)
		die("out of memory");
	return ptr;
}

void *xgrow(void *ptr, size_t size)
{
	ptr = realloc(ptr, size ? size : 1);
	if (!ptr)
		die("out of memory");
	return ptr;
}

char *xprintf(const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		die("out of memory");
	return text;
}

const char *human(uint64_t bytes)
{
	static const char * const units[] = {
		"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"
	};
	static char text[8][32];
	static unsigned int next;
	char *here = text[next++ % ARRAY_SIZE(text)];
	unsigned int unit = 0;
	uint64_t whole = bytes;

	while (whole >= 1024) {
		whole >>= 10;
		unit++;
	}
	/* A tenth is worth telling where the number is small. */
	if (unit && whole < 10 && bytes & ((1ULL << 10 * unit) - 1))
		snprintf(here, sizeof(text[0]), "%.1f %s",
			 (double)bytes / (double)(1ULL << 10 * unit), units[unit]);
	else
		snprintf(here, sizeof(text[0]), "%llu %s",
			 (unsigned long long)whole, units[unit]);
	return here;
}

static void print_usage(FILE *to, const struct object *object)
{
	const char *line = object->usage;

	while (*line) {
		size_t len = strcspn(line, "\n");

		fprintf(to, "       kho [OPTIONS] %.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
}

static void print_help(FILE *to)
{
	const struct object *object;

	fprintf(to, "Usage:\n");
	for (object = objects; object->name; object++)
		print_usage(to, object);
	fprintf(to, "       kho OBJECT help\n\n"
		"       OPTIONS := { -j|--json | -p|--pretty | -f|--file FILE | -V|--version }\n");
}

static int not_understood(void)
{
	if (out_is_json())
		out_error("the command line is not understood");
	print_help(stderr);
	return 2;
}

void usage_error(const struct object *object)
{
	if (out_is_json())
		out_error("the command line is not understood");
	fprintf(stderr, "Usage:\n");
	print_usage(stderr, object);
	exit(2);
}

const struct object *find_object(const char *name)
{
	const struct object *object;

	for (object = objects; object->name; object++)
		if (!strcmp(object->name, name))
			return object;
	return NULL;
}

static int run(int argc, char **argv)
{
	const struct object *object;
	int status;

	if (!argc)
		return not_understood();
	if (!strcmp(argv[0], "help")) {
		print_help(stdout);
		return 0;
	}
	object = find_object(argv[0]);
	if (!object) {
		out_error(xprintf("there is no object '%s'; 'kho help' lists what there is",
				  argv[0]));
		return 2;
	}
	if (argc == 2 && !strcmp(argv[1], "help")) {
		printf("Usage:\n");
		print_usage(stdout, object);
		return 0;
	}
	out_open();
	status = object->run(argc, argv);
	out_close();
	return status;
}

int main(int argc, char **argv)
{
	const char *saved = NULL;
	int opt;

	/* Those of the objects come behind the object. */
	while ((opt = getopt_long(argc, argv, "+jpf:hV", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			out_json(false);
			break;
		case 'p':
			out_json(true);
			break;
		case 'f':
			saved = optarg;
			break;
		case 'h':
			print_help(stdout);
			return 0;
		case 'V':
			printf("kho %s\n", KHO_VERSION);
			return 0;
		default:
			return not_understood();
		}
	}
	if (saved)
		source_open_saved(saved);
	return run(argc - optind, argv + optind);
}
