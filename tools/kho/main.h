/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kho: shows and runs Kexec HandOver. What its files share.
 */
#ifndef __KHO_MAIN_H
#define __KHO_MAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/compiler.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)	({ __auto_type _a = (a); __auto_type _b = (b); \
			   _a < _b ? _a : _b; })
#define MAX(a, b)	({ __auto_type _a = (a); __auto_type _b = (b); \
			   _a > _b ? _a : _b; })

/**
 * struct object - the first word on the command line
 * @name: the word
 * @usage: its commands, a line each
 * @run: gets the word and what follows it; returns the exit status
 */
struct object {
	const char *name;
	const char *usage;
	int (*run)(int argc, char **argv);
};

const struct object *find_object(const char *name);

int do_status(int argc, char **argv);
int do_map(int argc, char **argv);
int do_tree(int argc, char **argv);
int do_session(int argc, char **argv);
int do_finalize(int argc, char **argv);
int do_abort(int argc, char **argv);
int do_check(int argc, char **argv);
int do_kexec(int argc, char **argv);
int do_save(int argc, char **argv);

/* One sentence for people, an object for programs, and the end */
void __noreturn __printf(1, 2) die(const char *fmt, ...);
void __noreturn usage_error(const struct object *object);

/* Allocations that do not fail, since nothing can be done about it */
void *xalloc(size_t size);
void *xgrow(void *ptr, size_t size);
__printf(1, 2) char *xprintf(const char *fmt, ...);

/* "244 MiB"; the text lasts for a few more calls */
const char *human(uint64_t bytes);

#endif /* __KHO_MAIN_H */
