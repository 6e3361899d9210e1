/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests: one line each, and a status that says whether all of them passed */

#ifndef _KHO_SIM_CHECK_H
#define _KHO_SIM_CHECK_H

#include <stdbool.h>
#include <stdio.h>

/* One for all files of a program */
__attribute__((weak)) bool check_failed;

#define CHECK(cond) ({							\
	bool _ok = (cond);						\
	if (!_ok) {							\
		check_failed = true;					\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);	\
	}								\
	_ok;								\
})

struct check {
	const char *name;
	void (*fn)(void);
};

static __attribute__((unused))
int check_run(const char *where, const struct check *c, unsigned int nr)
{
	bool any = false;

	for (; nr--; c++) {
		check_failed = false;
		c->fn();
		printf("%s %s: %s\n", check_failed ? "FAILED" : "ok    ", where,
		       c->name);
		fflush(stdout);
		any |= check_failed;
	}

	return any;
}

#endif /* _KHO_SIM_CHECK_H */
