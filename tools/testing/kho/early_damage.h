/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KHO_EARLY_DAMAGE_H
#define _KHO_EARLY_DAMAGE_H

#include <linux/types.h>

/**
 * struct damage - one way in which a handover can be wrong
 * @name: for people
 * @fn: does it to what the old kernel left, after the checksums
 * @a: for @fn
 * @b: for @fn
 * @why: the sentence without checksums, and when they were made right again;
 *	NULL when nothing can be noticed then
 * @stale: the sentence when there are checksums, as they were before; NULL when
 *	it is @why
 * @only_sums: the damage is to the checksums themselves; @why is for when the
 *	others were made right
 */
struct damage {
	const char *name;
	void (*fn)(const struct damage *d);
	u64 a;
	u64 b;
	const char *why;
	const char *stale;
	bool only_sums;
};

#define ALL_ONES	(~0ULL)

/* Each ends with one that has no @fn */
extern const struct damage damages_fdt[], damages_scratch[], damages_map[];
extern const struct damage damages_bitmaps[];

#endif
