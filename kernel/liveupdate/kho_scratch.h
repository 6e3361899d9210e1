/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scratch areas: how large, where, and what lies in them.
 */
#ifndef _KHO_SCRATCH_H
#define _KHO_SCRATCH_H

#include <linux/numa.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include <linux/kho/abi/kexec_handover.h>

/*
 * The reserve: low memory, global, and one for each node. Behind it so many on demand
 * for an image; and while one is replaced, two hold theirs.
 */
#define KHO_RESERVE_MAX		(MAX_NUMNODES + 2)
#define KHO_DEMAND_MAX		8
#define KHO_SCRATCH_MAX		(KHO_RESERVE_MAX + 2 * KHO_DEMAND_MAX)

/* So many areas travel with an image, those of size 0 with them */
#define KHO_LISTED		(kho_scratch_cnt + KHO_DEMAND_MAX)

/*
 * Where areas begin and end, whatever the size of a page: with 64K pages a
 * pageblock has 512 MiB. The pageblocks that an area touches are CMA as a whole,
 * and several areas may share one.
 */
#define KHO_SCRATCH_GRAIN	SZ_4M

/**
 * struct kho_scratch_sizes - what kho_scratch= asks for
 * @percent: of what boot allocated; 0 when sizes are given instead
 * @low: bytes in low memory; 0 for the default
 * @global: bytes anywhere; 0 for the default
 * @node: bytes on each node with memory; 0 for the default
 */
struct kho_scratch_sizes {
	unsigned int percent;
	u64 low;
	u64 global;
	u64 node;
};

/*
 * The reserve, and behind it what images hold on demand, where a size of 0 is a place
 * that is free. At early boot the first counts all areas that came.
 */
extern struct kho_scratch kho_scratch[KHO_SCRATCH_MAX];
extern unsigned int kho_scratch_cnt;
extern unsigned int kho_scratch_on_demand;

int kho_scratch_reserve(void);
void kho_scratch_keep(unsigned int reserved);
void kho_scratch_open(void);

#if IS_ENABLED(CONFIG_KUNIT)
int kho_scratch_parse(const char *arg, struct kho_scratch_sizes *sizes);
#endif

#endif /* _KHO_SCRATCH_H */
