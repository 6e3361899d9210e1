/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where all that is shown comes from: this machine, or a file of "kho save".
 */
#ifndef __KHO_SOURCE_H
#define __KHO_SOURCE_H

#include "main.h"

/* Bytes of a file, with a NUL behind them */
struct blob {
	char *data;
	size_t len;
};

/* What is no file, but saved as one: */
#define SOURCE_RELEASE		"@release"	/* uname -r */
#define SOURCE_MACHINE		"@machine"	/* uname -m */
#define SOURCE_PAGE_SIZE	"@page-size"
#define SOURCE_LOG		"@log"		/* lines of KHO's and of live update's */

void source_open_saved(const char *file);
bool source_is_saved(void);

/* 0, or the errno with which reading fails as a negative number */
int source_read(const char *path, struct blob *blob);
/* The names of the files in a folder, sorted, without links; none where there is none */
char **source_list(const char *path);
/* A number that stands alone in a file */
int source_number(const char *path, uint64_t *number);
/* The first line of a file; "" where there is none */
char *source_line(const char *path);

/* A file on this machine, whatever is shown */
int read_whole(const char *path, size_t max, struct blob *blob);

/*
 * A saved file is text: the first line; for each file a line with how it is written and
 * its path, and lines that begin with a tab for what is in it; the last line.
 */
#define SAVE_MAGIC		"kho-save 1\n"
#define SAVE_END		"end\n"

#endif /* __KHO_SOURCE_H */
