// SPDX-License-Identifier: GPL-2.0-only
/* See sim_lib.h */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim_lib.h"

struct new_utsname *init_utsname(void)
{
	static struct new_utsname uts = { .release = "6.12.0-sim" };

	return &uts;
}

void sim_strscpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size - 1);

	memcpy(dst, src, len);
	dst[len] = '\0';
}

int match_string(const char * const *words, size_t nr, const char *word)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(words[i], word))
			return i;
	return -EINVAL;
}

void *memchr_inv(const void *start, int c, size_t bytes)
{
	const unsigned char *p = start;

	for (; bytes--; p++)
		if (*p != (unsigned char)c)
			return (void *)p;
	return NULL;
}

void sort(void *base, size_t nr, size_t size,
	  int (*cmp)(const void *a, const void *b),
	  void (*swap)(void *a, void *b, int size))
{
	(void)swap;
	qsort(base, nr, size, cmp);
}

ssize_t memory_read_from_buffer(void *to, size_t count, loff_t *pos,
				const void *from, size_t available)
{
	size_t at = *pos;

	if (*pos < 0)
		return -EINVAL;
	if (at >= available)
		return 0;
	if (count > available - at)
		count = available - at;
	memcpy(to, (const char *)from + at, count);
	*pos += count;
	return count;
}

unsigned int sim_count_lines(const char *log, char level)
{
	unsigned int nr = 0;

	for (; *log; log = strchr(log, '\n') + 1)
		nr += *log == level;
	return nr;
}
