// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: the largest gaps between preserved blocks, which the next kernel boots in.
 *
 * A bounded number of them goes into memblock, because each region there makes
 * every later operation dearer. The largest are taken, and
 * besides the largest of each node, so that a node's own data can lie on it,
 * and the largest in low memory, for devices that reach no further.
 *
 * Whether they will do is known before the kexec: see kho_check_gaps().
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/align.h>
#include <linux/init.h>
#include <linux/ioport.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "kho_gaps.h"
#include "kho_keep.h"
#include "kho_map.h"
#include "kho_memory.h"
#include "kho_preserve.h"
#include "kho_rules.h"
#include "kho_scratch.h"

#define KHO_GAPS_MAX	32

struct kho_gap {
	phys_addr_t base;
	phys_addr_t size;
};

/* The largest so far, in no order; @smallest is the one to be replaced next. */
struct kho_gap_table {
	struct kho_gap gap[KHO_GAPS_MAX];
	unsigned int smallest;
};

static void kho_gap_table_add(struct kho_gap_table *table, phys_addr_t base,
			      phys_addr_t size)
{
	unsigned int i;

	if (size <= table->gap[table->smallest].size)
		return;
	table->gap[table->smallest] = (struct kho_gap){ base, size };
	for (i = 0; i < KHO_GAPS_MAX; i++)
		if (table->gap[i].size < table->gap[table->smallest].size)
			table->smallest = i;
}

/* Where a walk over free memory is, and who is told of each gap. */
struct kho_gap_walk {
	struct kho_map_walk *blocks;
	phys_addr_t base;
	phys_addr_t size;
	bool more;
	void (*note)(struct kho_gap_walk *walk, phys_addr_t base,
		     phys_addr_t size, int nid);
	struct kho_gap_table table;
};

/*
 * Group by group: what is free between the pages of one is too small to be of
 * use, and taken as preserved.
 */
static void kho_gap_walk_step(struct kho_gap_walk *walk)
{
	walk->more = kho_map_next(walk->blocks);
	if (walk->more)
		kho_map_span(walk->blocks, &walk->base, &walk->size);
}

static void kho_gap_walk_init(struct kho_gap_walk *walk,
			      struct kho_map_walk *blocks)
{
	walk->blocks = blocks;
	kho_gap_walk_step(walk);
}

/*
 * A gap that is found. A large one ends where chunks do: what boot takes there
 * then leaves the chunks around it to what is preserved, see kho_keep.c.
 */
static void kho_walk_gap(struct kho_gap_walk *walk, phys_addr_t base,
			 phys_addr_t end, int nid)
{
	phys_addr_t first = ALIGN(base, KHO_CHUNK_PAGES * PAGE_SIZE);
	phys_addr_t last = ALIGN_DOWN(end, KHO_CHUNK_PAGES * PAGE_SIZE);

	if (first < last && last - first >= (end - base) / 2) {
		base = first;
		end = last;
	}
	walk->note(walk, base, end - base, nid);
}

/* The lowest scratch area that has a part of a range, or NULL */
static const struct kho_scratch *kho_first_area(phys_addr_t base, phys_addr_t end)
{
	const struct kho_scratch *area, *first = NULL;

	for (area = kho_scratch;
	     area < kho_scratch + kho_scratch_cnt + kho_scratch_on_demand; area++)
		if (area->size && area->addr < end && area->addr + area->size > base &&
		    (!first || area->addr < first->addr))
			first = area;
	return first;
}

/* A free range less the scratch areas, which are open already. */
static void kho_walk_beside_scratch(struct kho_gap_walk *walk,
				    phys_addr_t base, phys_addr_t end, int nid)
{
	const struct kho_scratch *area;
	phys_addr_t first, last;

	while (base < end) {
		area = kho_first_area(base, end);
		first = PAGE_ALIGN(base);
		last = PAGE_ALIGN_DOWN(area ? area->addr : end);
		if (first < last)
			kho_walk_gap(walk, first, last, nid);
		base = area ? area->addr + area->size : end;
	}
}

/* A free range less what is preserved; ranges come by ascending address. */
static void kho_walk_free_range(struct kho_gap_walk *walk, phys_addr_t start,
				phys_addr_t end, int nid)
{
	while (walk->more && walk->base < end) {
		if (walk->base > start)
			kho_walk_beside_scratch(walk, start, walk->base, nid);
		start = max(start, walk->base + walk->size);
		/* It may reach into the next free range. */
		if (start >= end)
			return;
		kho_gap_walk_step(walk);
	}
	if (start < end)
		kho_walk_beside_scratch(walk, start, end, nid);
}

static struct kho_gap_walk early_walk __initdata;
static struct kho_gap node_largest[MAX_NUMNODES] __initdata;
static struct kho_gap low_largest __initdata;

static void __init kho_gap_keep_larger(struct kho_gap *gap, phys_addr_t base,
				       phys_addr_t size)
{
	if (size > gap->size)
		*gap = (struct kho_gap){ base, size };
}

static void __init kho_note_early_gap(struct kho_gap_walk *walk,
				      phys_addr_t base, phys_addr_t size,
				      int nid)
{
	phys_addr_t low_end = PAGE_ALIGN_DOWN(ARCH_LOW_ADDRESS_LIMIT);

	if (base < low_end)
		kho_gap_keep_larger(&low_largest, base,
				    min(size, low_end - base));
	if (numa_valid_node(nid))
		kho_gap_keep_larger(&node_largest[nid], base, size);
	kho_gap_table_add(&walk->table, base, size);
}

static void __init kho_mark_gaps(const struct kho_gap *gaps,
				 unsigned int nr_gaps)
{
	unsigned int i;

	/* A gap that memblock has no room for stays closed: nothing is lost. */
	for (i = 0; i < nr_gaps; i++)
		if (gaps[i].size)
			memblock_mark_kho_gap(gaps[i].base, gaps[i].size);
}

/**
 * kho_open_gaps() - let memblock allocate between preserved blocks
 * @blocks: all that is preserved, from kho_map_walk_init()
 *
 * Takes one step for each group of preserved blocks, and for each free range of
 * memblock.
 *
 * Context: Early boot, from kho_early_open().
 */
void __init kho_open_gaps(struct kho_map_walk *blocks)
{
	phys_addr_t start, end;
	int nid;
	u64 i;

	early_walk.note = kho_note_early_gap;
	kho_gap_walk_init(&early_walk, blocks);
	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end,
				&nid)
		kho_walk_free_range(&early_walk, start, end, nid);

	kho_mark_gaps(node_largest, MAX_NUMNODES);
	kho_mark_gaps(&low_largest, 1);
	kho_mark_gaps(early_walk.table.gap, KHO_GAPS_MAX);
}

static void kho_note_gap(struct kho_gap_walk *walk, phys_addr_t base,
			 phys_addr_t size, int nid)
{
	kho_gap_table_add(&walk->table, base, size);
}

static u64 kho_gap_table_sum(const struct kho_gap_table *table)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < KHO_GAPS_MAX; i++)
		sum += table->gap[i].size;
	return sum;
}

static u64 kho_scratch_sum(void)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < kho_scratch_cnt; i++)
		sum += kho_scratch[i].size;
	return sum;
}

/* The same gaps that the next kernel will find. */
static struct kho_gap_walk forecast;

static u64 kho_find_gaps(struct kho_map_walk *blocks)
{
	const struct memblock_type *ram = kho_memory_at_boot()->ram;
	unsigned long i;

	forecast = (struct kho_gap_walk){ .note = kho_note_gap };
	kho_map_walk_init(blocks, kho_out_tree.root, NULL, 0);
	kho_gap_walk_init(&forecast, blocks);
	for (i = 0; i < ram->cnt; i++)
		kho_walk_free_range(&forecast, ram->regions[i].base,
				    ram->regions[i].base + ram->regions[i].size,
				    NUMA_NO_NODE);
	return kho_gap_table_sum(&forecast.table);
}

/**
 * kho_check_gaps() - will the next kernel find room to boot in?
 * @blocks: for use
 *
 * It is taken to need what this one took from memblock: struct pages, bounce
 * buffers, a crash kernel's memory, the log and whatever else the command line
 * asked for. Half of scratch is the image's and the initrd's.
 *
 * Context: Process context, within kho_stop_changes().
 * Return: 0; -ENOSPC when it will not, and then the log has figures.
 */
int kho_check_gaps(struct kho_map_walk *blocks)
{
	u64 gaps = kho_find_gaps(blocks), scratch = kho_scratch_sum();

	if (gaps + scratch / 2 >= kho_boot_bytes)
		return 0;
	pr_err("what is preserved leaves too little to boot in: the next kernel takes %llu MiB, as this one did, and would find %llu MiB between what is preserved and %llu MiB of scratch\n",
	       kho_boot_bytes >> 20, gaps >> 20, scratch >> 20);
	return -ENOSPC;
}
