/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: scratch areas on demand.
 */
#ifndef _KHO_DEMAND_H
#define _KHO_DEMAND_H

#include <linux/minmax.h>
#include <linux/mmzone.h>
#include <linux/types.h>

#include "kho_scratch.h"

/*
 * Areas begin and end at these: what a reader asks of the list, and no more than a
 * pageblock, so that each is one kind of memory.
 */
#define KHO_DEMAND_GRAIN	min_t(u64, PAGE_SIZE * pageblock_nr_pages, \
				      KHO_SCRATCH_GRAIN)
#define KHO_DEMAND_PAGES	((unsigned long)(KHO_DEMAND_GRAIN >> PAGE_SHIFT))

/**
 * struct kho_wish - an area that is wanted
 * @size: bytes, at least
 * @align: bytes to which it begins, a power of two
 * @min: it begins no lower
 * @end: it ends no higher
 * @top_down: the highest that there is, else the lowest
 * @reserve: in the reserve, else anywhere but there
 */
struct kho_wish {
	u64 size;
	u64 align;
	phys_addr_t min;
	phys_addr_t end;
	bool top_down;
	bool reserve;
};

/**
 * struct kho_shortage - what there was instead of an area
 * @largest: bytes in the largest range that was seen
 * @zone: the name of its zone, NULL where there was nothing at all
 */
struct kho_shortage {
	u64 largest;
	const char *zone;
};

int kho_demand_take(const struct kho_wish *wish, struct kho_scratch *area,
		    struct kho_shortage *shortage);
void kho_demand_give(const struct kho_scratch *area);

#endif /* _KHO_DEMAND_H */
