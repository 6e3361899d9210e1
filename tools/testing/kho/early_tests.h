/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of early boot; each list ends with one that has no name */
#ifndef _KHO_EARLY_TESTS_H
#define _KHO_EARLY_TESTS_H

struct check;

extern const struct check checks_gaps[], checks_scratch[];

#endif
