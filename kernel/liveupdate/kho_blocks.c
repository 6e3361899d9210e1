// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: walk all memory that a handover occupies, in address order.
 *
 * One pass, no allocation. A step is a group of 64 pages, one word of the leaf
 * of single pages, however many of them are occupied, or one block that is
 * larger: this is what keeps the boot after a handover linear in the number of
 * blocks, and cheap where they lie close together.
 */
#include <linux/align.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "kho_blocks.h"

static unsigned long kho_next_large(struct kho_block_row *row)
{
	unsigned int order;
	u64 key;

	if (!kho_radix_iter_next(&row->iter, &key))
		return ULONG_MAX;
	return PHYS_PFN(kho_radix_decode_key(key, &order));
}

static unsigned long kho_next_small(struct kho_block_row *row)
{
	u64 key;

	if (!row->word) {
		if (!kho_radix_iter_next_word(&row->iter, &key, &row->word))
			return ULONG_MAX;
		row->word_pfn = (key - kho_key_first(row->order)) << row->order;
	}
	return ALIGN_DOWN(row->word_pfn + (__ffs64(row->word) << row->order),
			  KHO_GROUP_PAGES);
}

/* Find the row's next block. Behind the last one @pfn is ULONG_MAX. */
static void kho_row_seek(struct kho_block_row *row)
{
	row->pfn = row->order < KHO_GROUP_ORDER ? kho_next_small(row) :
						  kho_next_large(row);
}

/* The pages of a group that its blocks of an order are, a bit for each block. */
static u64 kho_spread(u64 bits, unsigned int order)
{
	u64 block = GENMASK_ULL((1U << order) - 1, 0), mask = 0;

	if (!order)
		return bits;
	for (; bits; bits &= bits - 1)
		mask |= block << (__ffs64(bits) << order);
	return mask;
}

/* Take what the row has in its group. */
static u64 kho_row_take(struct kho_block_row *row, unsigned long *nr_pages)
{
	unsigned int first;
	u64 bits;

	if (row->order >= KHO_GROUP_ORDER) {
		*nr_pages = max(*nr_pages, 1UL << row->order);
		return ~0ULL;
	}
	first = (row->pfn - row->word_pfn) >> row->order;
	bits = GENMASK_ULL((KHO_GROUP_PAGES >> row->order) - 1, 0) << first;
	bits &= row->word;
	row->word ^= bits;
	return kho_spread(bits >> first, row->order);
}

static unsigned long kho_node_pfn(const struct kho_blocks *blocks)
{
	if (blocks->next_node == blocks->nr_nodes)
		return ULONG_MAX;
	return PHYS_PFN(blocks->nodes[blocks->next_node]);
}

/**
 * kho_blocks_init() - begin a walk
 * @blocks: the place, anything before
 * @root: root of a tree that stands still
 * @nodes: physical addresses of the tree's nodes, ascending; or NULL
 * @nr_nodes: how many
 *
 * Context: Any, for a tree that stands still.
 */
void kho_blocks_init(struct kho_blocks *blocks,
		     const struct kho_radix_node *root,
		     const phys_addr_t *nodes, unsigned long nr_nodes)
{
	blocks->root = root;
	blocks->nodes = nodes;
	blocks->nr_nodes = nr_nodes;
	kho_blocks_rewind(blocks);
}

/**
 * kho_blocks_rewind() - begin the walk anew
 * @blocks: from kho_blocks_init()
 *
 * Context: Any, for a tree that stands still.
 */
void kho_blocks_rewind(struct kho_blocks *blocks)
{
	unsigned int order;

	blocks->nr_rows = 0;
	blocks->end = 0;
	blocks->next_node = 0;
	for (order = 0; order <= KHO_KEY_MAX_ORDER; order++) {
		struct kho_block_row *row = &blocks->row[blocks->nr_rows];

		row->order = order;
		row->word = 0;
		kho_radix_iter_init(&row->iter, blocks->root,
				    kho_key_first(order), kho_key_last(order));
		kho_row_seek(row);
		if (row->pfn != ULONG_MAX)
			blocks->nr_rows++;
	}
}

static unsigned long kho_lowest_group(const struct kho_blocks *blocks)
{
	unsigned long pfn = kho_node_pfn(blocks);
	unsigned int r;

	if (pfn != ULONG_MAX)
		pfn = ALIGN_DOWN(pfn, KHO_GROUP_PAGES);
	for (r = 0; r < blocks->nr_rows; r++)
		pfn = min(pfn, blocks->row[r].pfn);
	return pfn;
}

static void kho_blocks_add(struct kho_blocks *blocks, u64 pages)
{
	blocks->twice |= blocks->mask & pages;
	blocks->mask |= pages;
}

/**
 * kho_blocks_next() - the next group of pages of which some are occupied
 * @blocks: from kho_blocks_init(); its public members tell what was found
 *
 * Groups come by ascending address, but for one that lies in a larger block: it
 * comes after that, and all of it is told as claimed twice.
 *
 * Context: Any, for a tree that stands still.
 * Return: false at the end.
 */
bool kho_blocks_next(struct kho_blocks *blocks)
{
	unsigned long pfn = kho_lowest_group(blocks);
	unsigned int r = 0;

	if (pfn == ULONG_MAX)
		return false;
	blocks->pfn = pfn;
	blocks->nr_pages = KHO_GROUP_PAGES;
	blocks->mask = 0;
	blocks->twice = 0;

	while (r < blocks->nr_rows) {
		struct kho_block_row *row = &blocks->row[r];

		if (row->pfn == pfn) {
			kho_blocks_add(blocks, kho_row_take(row, &blocks->nr_pages));
			kho_row_seek(row);
		}
		/* A row that has ended leaves the walk. */
		if (row->pfn == ULONG_MAX)
			*row = blocks->row[--blocks->nr_rows];
		else
			r++;
	}
	while (kho_node_pfn(blocks) - pfn < KHO_GROUP_PAGES) {
		kho_blocks_add(blocks, BIT_ULL(kho_node_pfn(blocks) - pfn));
		blocks->next_node++;
	}

	if (pfn < blocks->end)
		blocks->twice = blocks->mask;
	blocks->end = max(blocks->end, pfn + blocks->nr_pages);
	return true;
}

/**
 * kho_blocks_orders() - which orders occur
 * @blocks: from kho_blocks_init(), before the first step
 *
 * Context: Any, for a tree that stands still.
 * Return: A bit for each order.
 */
unsigned long kho_blocks_orders(const struct kho_blocks *blocks)
{
	unsigned long orders = 0;
	unsigned int r;

	for (r = 0; r < blocks->nr_rows; r++)
		orders |= 1UL << blocks->row[r].order;
	return orders;
}
