// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: the largest gaps between preserved blocks, which the next kernel boots in.
 *
 * A bounded number of them goes into memblock, because each region there makes
 * every later operation dearer. The largest are taken, and
 * besides the largest of each node, so that a node's own data can lie on it,
 * and the largest in low memory, for devices that reach no further.
 *
 * Whether they will do is known before the kexec: see kho_forecast_gaps().
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

#include "kho_blocks.h"
#include "kho_gaps.h"
#include "kho_internal.h"
#include "kho_keep.h"

#define KHO_GAPS_MAX	32

/*
 * What a kernel allocates after it has opened the gaps and before the page
 * allocator is up, besides the struct pages: bounce buffers, most of all.
 */
#define KHO_BOOT_NEEDS	(SZ_64M + SZ_32M)

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
	struct kho_blocks *blocks;
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
	walk->more = kho_blocks_next(walk->blocks);
	if (walk->more)
		kho_blocks_span(walk->blocks, &walk->base, &walk->size);
}

static void kho_gap_walk_init(struct kho_gap_walk *walk,
			      struct kho_blocks *blocks)
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

/* A free range less the scratch areas, which are open already. */
static void kho_walk_beside_scratch(struct kho_gap_walk *walk,
				    phys_addr_t base, phys_addr_t end, int nid)
{
	unsigned int i;

	for (i = 0; i < kho_scratch_cnt; i++) {
		const struct kho_scratch *area = &kho_scratch[i];

		if (area->addr >= end || area->addr + area->size <= base)
			continue;
		/* Areas are few: what lies on either side is looked at anew. */
		if (base < area->addr)
			kho_walk_beside_scratch(walk, base, area->addr, nid);
		if (area->addr + area->size < end)
			kho_walk_beside_scratch(walk, area->addr + area->size,
						end, nid);
		return;
	}
	base = PAGE_ALIGN(base);
	end = PAGE_ALIGN_DOWN(end);
	if (base < end)
		kho_walk_gap(walk, base, end, nid);
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
 * @blocks: all that is preserved, from kho_blocks_init()
 *
 * Takes one step for each group of preserved blocks, and for each free range of
 * memblock.
 *
 * Context: Early boot, from kho_early_open().
 */
void __init kho_open_gaps(struct kho_blocks *blocks)
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

static int kho_walk_ram(unsigned long pfn, unsigned long nr_pages, void *arg)
{
	kho_walk_free_range(arg, PFN_PHYS(pfn), PFN_PHYS(pfn + nr_pages),
			    NUMA_NO_NODE);
	return 0;
}

static u64 kho_gap_table_sum(const struct kho_gap_table *table)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < KHO_GAPS_MAX; i++)
		sum += table->gap[i].size;
	return sum;
}

static void kho_tell_forecast(u64 gaps)
{
	u64 need = (u64)get_num_physpages() * sizeof(struct page) +
		   KHO_BOOT_NEEDS;
	u64 scratch = 0;
	unsigned int i;

	for (i = 0; i < kho_scratch_cnt; i++)
		scratch += kho_scratch[i].size;
	/* Half of scratch is the image's and the initrd's. */
	if (gaps + scratch / 2 >= need)
		return;
	pr_warn("what is preserved is so scattered that the next kernel finds %llu MiB between it, and %llu MiB of scratch, but boots in about %llu MiB: it may not come up\n",
		gaps >> 20, scratch >> 20, need >> 20);
}

/**
 * kho_forecast_gaps() - say so when the next kernel may find no room to boot in
 *
 * Looks for the same gaps that it will find. Where that cannot be known for want
 * of memory, nothing is said.
 *
 * Context: Process context, while the state is frozen.
 */
void kho_forecast_gaps(void)
{
	struct kho_gap_walk *walk = kzalloc(sizeof(*walk), GFP_KERNEL);
	struct kho_blocks *blocks = kmalloc(sizeof(*blocks), GFP_KERNEL);

	if (walk && blocks) {
		kho_blocks_init(blocks, kho_out_tree.root, NULL, 0);
		walk->note = kho_note_gap;
		kho_gap_walk_init(walk, blocks);
		walk_system_ram_range(0, max_pfn, walk, kho_walk_ram);
		kho_tell_forecast(kho_gap_table_sum(&walk->table));
	}
	kfree(blocks);
	kfree(walk);
}
