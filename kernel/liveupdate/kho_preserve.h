/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: what this kernel preserves for the next one.
 */
#ifndef _KHO_PRESERVE_H
#define _KHO_PRESERVE_H

#include <linux/kho_radix_tree.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/types.h>

/* The memory map: the set of all preserved blocks, as the next kernel reads it. */
extern struct kho_radix_tree kho_out_tree;

/* The largest naturally aligned block that starts a run, on any node. */
static inline unsigned int kho_block_order(unsigned long pfn,
					   unsigned long nr_pages)
{
	unsigned int order = ilog2(nr_pages);

	return pfn ? min_t(unsigned int, order, __ffs(pfn)) : order;
}

unsigned int kho_run_order(unsigned long pfn, unsigned long nr_pages);
int kho_preserve_run(unsigned long pfn, unsigned long nr_pages);
void kho_unpreserve_run(unsigned long pfn, unsigned long nr_pages);
void kho_count_own(void);
void kho_preserve_prune(void);
u64 kho_preserved_bytes(void);

#endif /* _KHO_PRESERVE_H */
