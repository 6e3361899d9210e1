// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: keep what was handed over out of the page allocator.
 *
 * memblock is not told of each preserved range: however few instructions a
 * region of its costs there, a million of them are many, and every free page
 * between them is freed by itself. It is told of chunks instead, each of the
 * size of the allocator's largest block. A chunk that holds anything preserved
 * is reserved whole, and marked. Once memblock has given all free memory to the
 * page allocator, a second pass looks into the marked chunks, and frees what lies
 * between the preserved blocks there, in pieces as large as can be.
 *
 * That needs a chunk of which nobody else has anything. Where the kernel's own
 * reservations, the edges of RAM, of nodes or of zones come in, memblock is told
 * of the ranges themselves. There are as many such chunks as there are edges.
 */
#include <linux/align.h>
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>

#include "../../mm/internal.h"
#include "kho_keep.h"
#include "kho_map.h"
#include "kho_memory.h"
#include "kho_preserve.h"
#include "kho_rules.h"

/* A marked chunk: its struct pages are ours to initialise, it has gaps. */
#define KHO_CHUNK_FLAGS		(MEMBLOCK_KHO_KEPT | MEMBLOCK_RSRV_NOINIT | \
				 MEMBLOCK_KHO_GAP)

static_assert(KHO_CHUNK_PAGES % KHO_GROUP_PAGES == 0);

/* Where a walk that tells memblock what to reserve is. */
struct kho_keep {
	struct kho_map_walk *blocks;
	struct kho_place place;
	/* End of the last chunk that was told. */
	unsigned long end;
	/* Pages of the last group that are to be told range by range. */
	u64 mask;
};

/* All of it is on one node; is it in one zone, too? */
static bool __init kho_is_one_zone(unsigned long pfn, unsigned long nr_pages)
{
	pg_data_t *pgdat = NODE_DATA(early_pfn_to_nid(pfn));
	unsigned int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		if (zone_spans_pfn(&pgdat->node_zones[i], pfn))
			return zone_spans_pfn(&pgdat->node_zones[i],
					      pfn + nr_pages - 1);
	return false;
}

static bool __init kho_is_ours_alone(struct kho_place *place, unsigned long pfn,
				     unsigned long nr_pages)
{
	return !kho_check_range(&kho_memory_early, place, PFN_PHYS(pfn),
				PFN_PHYS(nr_pages)) &&
	       kho_range_on_one_node(&kho_memory_early, place,
				     PFN_PHYS(pfn + nr_pages)) &&
	       kho_is_one_zone(pfn, nr_pages);
}

static void __init kho_set_range(struct memblock_region *range,
				 unsigned long pfn, unsigned long nr_pages,
				 enum memblock_flags flags)
{
	range->base = PFN_PHYS(pfn);
	range->size = PFN_PHYS(nr_pages);
	range->flags = flags;
}

/* What to reserve next; see memblock_reserve_sorted(). */
static bool __init kho_keep_next(void *ctx, struct memblock_region *range)
{
	struct kho_keep *keep = ctx;
	struct kho_map_walk *blocks = keep->blocks;
	unsigned long pfn, nr_pages;
	unsigned int first, nr;

	if (kho_mask_next_run(&keep->mask, &first, &nr)) {
		kho_set_range(range, blocks->pfn + first, nr, MEMBLOCK_KHO_KEPT);
		return true;
	}
	do {
		if (!kho_map_next(blocks))
			return false;
	} while (blocks->pfn < keep->end);

	pfn = ALIGN_DOWN(blocks->pfn, KHO_CHUNK_PAGES);
	nr_pages = max(blocks->nr_pages, KHO_CHUNK_PAGES);
	if (kho_is_ours_alone(&keep->place, pfn, nr_pages)) {
		kho_set_range(range, pfn, nr_pages, KHO_CHUNK_FLAGS);
		keep->end = pfn + nr_pages;
		return true;
	}
	if (blocks->nr_pages > KHO_GROUP_PAGES) {
		kho_set_range(range, blocks->pfn, blocks->nr_pages,
			      MEMBLOCK_KHO_KEPT);
		return true;
	}
	keep->mask = blocks->mask;
	return kho_keep_next(ctx, range);
}

/**
 * kho_keep_reserve() - tell memblock what to keep off
 * @blocks: all that is kept, from kho_map_walk_init()
 *
 * Context: Early boot, before memblock gives pages to the page allocator.
 * Return: As memblock_reserve_sorted().
 */
int __init kho_keep_reserve(struct kho_map_walk *blocks)
{
	struct kho_keep keep = { .blocks = blocks };
	struct memblock_region range;
	unsigned long count;

	/*
	 * The array that memblock allocates for them may make chunks ours no
	 * longer alone: the two at its ends, since between them nothing is
	 * preserved. In each every other page may be a range then. The same
	 * again for memblock's own array, should that have to grow.
	 */
	count = 2 * KHO_CHUNK_PAGES;
	while (kho_keep_next(&keep, &range))
		count++;

	kho_map_rewind(blocks);
	keep = (struct kho_keep){ .blocks = blocks };
	return memblock_reserve_sorted(kho_keep_next, &keep, count);
}

/* Regions of memblock, by ascending address: is the chunk of @pfn marked? */
static bool __init kho_is_marked(unsigned long *r, unsigned long pfn)
{
	const struct memblock_type *reserved = &memblock.reserved;
	phys_addr_t phys = PFN_PHYS(pfn);
	struct memblock_region *region;

	for (; *r < reserved->cnt; (*r)++) {
		region = &reserved->regions[*r];
		if (region->base + region->size > phys)
			return region->base <= phys &&
			       region->flags & MEMBLOCK_KHO_GAP;
	}
	return false;
}

static void __init kho_keep_pages(unsigned long pfn, unsigned long nr_pages)
{
	struct page *page = pfn_to_page(pfn);

	while (nr_pages--)
		__SetPageReserved(page++);
}

static void __init kho_free_gap(unsigned long pfn, unsigned long end)
{
	while (pfn < end) {
		unsigned int order = kho_block_order(pfn, end - pfn);

		__free_pages_core(pfn_to_page(pfn), order, MEMINIT_EARLY);
		pfn += 1UL << order;
	}
}

/* A chunk that is looked into: how far it is kept or free already. */
struct kho_chunk {
	unsigned long done;
	unsigned long end;
	unsigned long freed;
};

static void __init kho_chunk_keep(struct kho_chunk *chunk, unsigned long pfn,
				  unsigned long nr_pages)
{
	kho_free_gap(chunk->done, pfn);
	chunk->freed += pfn - chunk->done;
	kho_keep_pages(pfn, nr_pages);
	chunk->done = pfn + nr_pages;
}

static void __init kho_chunk_keep_group(struct kho_chunk *chunk,
					const struct kho_map_walk *blocks)
{
	u64 mask = blocks->mask;
	unsigned int first, nr;

	if (blocks->nr_pages > KHO_GROUP_PAGES) {
		kho_chunk_keep(chunk, blocks->pfn, blocks->nr_pages);
		return;
	}
	while (kho_mask_next_run(&mask, &first, &nr))
		kho_chunk_keep(chunk, blocks->pfn + first, nr);
}

/* @blocks stands at the first group of the chunk, and then behind the chunk. */
static unsigned long __init kho_open_chunk(struct kho_map_walk *blocks, bool *more)
{
	unsigned long pfn = ALIGN_DOWN(blocks->pfn, KHO_CHUNK_PAGES);
	unsigned long nr_pages = max(blocks->nr_pages, KHO_CHUNK_PAGES);
	struct kho_chunk chunk = { .done = pfn, .end = pfn + nr_pages };

	memblock_init_noinit_pages(pfn, nr_pages);
	do {
		kho_chunk_keep_group(&chunk, blocks);
		*more = kho_map_next(blocks);
	} while (*more && blocks->pfn < chunk.end);

	kho_free_gap(chunk.done, chunk.end);
	return chunk.freed + chunk.end - chunk.done;
}

/**
 * kho_keep_free_gaps() - free what lies between the blocks of marked chunks
 * @blocks: all that is kept, from kho_map_walk_init(), as it was reserved
 *
 * Context: Early boot, once memblock gave all else to the page allocator.
 * Return: The number of pages that were freed.
 */
unsigned long __init kho_keep_free_gaps(struct kho_map_walk *blocks)
{
	unsigned long r = 0, freed = 0;
	bool more = kho_map_next(blocks);

	while (more) {
		if (kho_is_marked(&r, blocks->pfn))
			freed += kho_open_chunk(blocks, &more);
		else
			more = kho_map_next(blocks);
	}
	return freed;
}
