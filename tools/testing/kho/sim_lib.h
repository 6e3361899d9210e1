/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's lib/ has and no C library, for code compiled in user space */

#ifndef _KHO_SIM_LIB_H
#define _KHO_SIM_LIB_H

#include <stddef.h>
#include <sys/types.h>

struct new_utsname {
	char release[65];
};

struct new_utsname *init_utsname(void);

/* strscpy(), which is a macro */
void sim_strscpy(char *dst, const char *src, size_t size);
int match_string(const char * const *words, size_t nr, const char *word);
void *memchr_inv(const void *start, int c, size_t bytes);
void sort(void *base, size_t nr, size_t size,
	  int (*cmp)(const void *a, const void *b),
	  void (*swap)(void *a, void *b, int size));
ssize_t memory_read_from_buffer(void *to, size_t count, loff_t *pos,
				const void *from, size_t available);

/* The lines of a log that begin with their level */
unsigned int sim_count_lines(const char *log, char level);

#endif /* _KHO_SIM_LIB_H */
