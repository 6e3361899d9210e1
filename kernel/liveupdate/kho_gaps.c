// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: find the largest gaps between preserved blocks, to boot in.
 *
 * A bounded number of them, exact to the page, goes into memblock, because each
 * region there makes every later operation dearer. The largest are taken, and
 * besides the largest of each node, so that a node's own data can lie on it,
 * and the largest in low memory, for devices that reach no further.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/numa.h>
#include <linux/printk.h>

#include "kho_blocks.h"
#include "kho_gaps.h"
#include "kho_internal.h"

#define KHO_GAPS_MAX	32

struct kho_gap {
	phys_addr_t base;
	phys_addr_t size;
};

static struct kho_gap largest[KHO_GAPS_MAX] __initdata;
static struct kho_gap node_largest[MAX_NUMNODES] __initdata;
static struct kho_gap low_largest __initdata;

static void __init kho_gap_keep_larger(struct kho_gap *gap, phys_addr_t base,
				       phys_addr_t size)
{
	if (size > gap->size)
		*gap = (struct kho_gap){ base, size };
}

static struct kho_gap *__init kho_smallest_gap(void)
{
	struct kho_gap *smallest = &largest[0];
	unsigned int i;

	for (i = 1; i < KHO_GAPS_MAX; i++)
		if (largest[i].size < smallest->size)
			smallest = &largest[i];
	return smallest;
}

static void __init kho_note_gap(phys_addr_t base, phys_addr_t end, int nid)
{
	static struct kho_gap *smallest __initdata = &largest[0];

	base = PAGE_ALIGN(base);
	end = PAGE_ALIGN_DOWN(end);
	if (end <= base)
		return;

	if (base < ARCH_LOW_ADDRESS_LIMIT)
		kho_gap_keep_larger(&low_largest, base,
				    min_t(phys_addr_t, end,
					  PAGE_ALIGN_DOWN(ARCH_LOW_ADDRESS_LIMIT)) - base);
	if (numa_valid_node(nid))
		kho_gap_keep_larger(&node_largest[nid], base, end - base);
	if (end - base > smallest->size) {
		*smallest = (struct kho_gap){ base, end - base };
		smallest = kho_smallest_gap();
	}
}

/* A free range less the scratch areas, which are open already. */
static void __init kho_note_gap_beside_scratch(phys_addr_t base,
					       phys_addr_t end, int nid)
{
	unsigned int i;

	for (i = 0; i < kho_scratch_cnt; i++) {
		const struct kho_scratch *area = &kho_scratch[i];

		if (area->addr >= end || area->addr + area->size <= base)
			continue;
		/* Areas are few: what lies on either side is looked at anew. */
		if (base < area->addr)
			kho_note_gap_beside_scratch(base, area->addr, nid);
		if (area->addr + area->size < end)
			kho_note_gap_beside_scratch(area->addr + area->size,
						    end, nid);
		return;
	}
	kho_note_gap(base, end, nid);
}

static unsigned int __init kho_mark_gaps(const struct kho_gap *gaps,
					 unsigned int nr_gaps)
{
	unsigned int i, marked = 0;

	for (i = 0; i < nr_gaps; i++)
		if (gaps[i].size &&
		    !memblock_mark_kho_gap(gaps[i].base, gaps[i].size))
			marked++;
	return marked;
}

/**
 * kho_open_gaps() - let memblock allocate between preserved blocks
 * @blocks: all that is preserved, from kho_blocks_init()
 *
 * Takes one step for each preserved range and each free range of memblock.
 *
 * Context: Early boot, from kho_early_open().
 */
void __init kho_open_gaps(struct kho_blocks *blocks)
{
	phys_addr_t base = 0, size = 0, start, end;
	bool more = kho_blocks_next_range(blocks, &base, &size);
	int nid;
	u64 i;

	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end,
				&nid) {
		while (more && base < end) {
			if (base > start)
				kho_note_gap_beside_scratch(start, base, nid);
			start = max(start, base + size);
			/* It may reach into the next free range. */
			if (start >= end)
				break;
			more = kho_blocks_next_range(blocks, &base, &size);
		}
		if (start < end)
			kho_note_gap_beside_scratch(start, end, nid);
	}
	kho_mark_gaps(node_largest, MAX_NUMNODES);
	kho_mark_gaps(&low_largest, 1);
	kho_mark_gaps(largest, KHO_GAPS_MAX);
}
