/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All memory that a handover occupies, in address order.
 */
#ifndef _KHO_BLOCKS_H
#define _KHO_BLOCKS_H

#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/kho_radix_tree.h>
#include <linux/pfn.h>

/* Memory is looked at in groups of as many pages as a word has bits. */
#define KHO_GROUP_ORDER		6
#define KHO_GROUP_PAGES		BIT(KHO_GROUP_ORDER)

/*
 * struct kho_block_row - the blocks of one order, by address
 */
struct kho_block_row {
	struct kho_radix_iter iter;
	/* First page of the group in which the next block is. */
	unsigned long pfn;
	/* Orders below a group's: keys to be told, and the page of bit 0. */
	u64 word;
	unsigned long word_pfn;
	unsigned int order;
};

/**
 * struct kho_blocks - a place among the preserved blocks and the tree's nodes
 * @pfn: first page of the group that was found, or of a block that is larger
 * @nr_pages: KHO_GROUP_PAGES, or as many as the larger block has
 * @mask: which pages of the group are occupied; all, for a larger block
 * @twice: those of them that several blocks or nodes claim
 *
 * The keys of one order are sorted by address; so the orders are walked side by
 * side, and the nodes' addresses, sorted once, are one more row beside them.
 */
struct kho_blocks {
	unsigned long pfn;
	unsigned long nr_pages;
	u64 mask;
	u64 twice;
	/* private: */
	unsigned long end;
	unsigned int nr_rows;
	struct kho_block_row row[KHO_KEY_MAX_ORDER + 1];
	const struct kho_radix_node *root;
	const phys_addr_t *nodes;
	unsigned long nr_nodes;
	unsigned long next_node;
};

void kho_blocks_init(struct kho_blocks *blocks,
		     const struct kho_radix_node *root,
		     const phys_addr_t *nodes, unsigned long nr_nodes);
void kho_blocks_rewind(struct kho_blocks *blocks);
bool kho_blocks_next(struct kho_blocks *blocks);
unsigned long kho_blocks_orders(const struct kho_blocks *blocks);

/**
 * kho_blocks_span() - from the first to the last occupied page that was found
 * @blocks: after kho_blocks_next() returned true
 * @base: where to put the physical address of the first one
 * @size: where to put the bytes up to the end of the last one
 *
 * Context: Any.
 */
static inline void kho_blocks_span(const struct kho_blocks *blocks,
				   phys_addr_t *base, phys_addr_t *size)
{
	unsigned int first = __ffs64(blocks->mask);

	*base = PFN_PHYS(blocks->pfn + first);
	*size = PFN_PHYS(blocks->nr_pages - first - KHO_GROUP_PAGES +
			 fls64(blocks->mask));
}

/**
 * kho_blocks_pages() - how many pages that was found are occupied
 * @blocks: after kho_blocks_next() returned true
 *
 * Context: Any.
 * Return: The number.
 */
static inline unsigned long kho_blocks_pages(const struct kho_blocks *blocks)
{
	return blocks->nr_pages - KHO_GROUP_PAGES + hweight64(blocks->mask);
}

/**
 * kho_mask_next_run() - take the next run of pages out of a group
 * @mask: pages of the group that are left
 * @first: where to put the number of the run's first page in the group
 * @nr: where to put how many pages it has
 *
 * Context: Any.
 * Return: false when no page is left.
 */
static inline bool kho_mask_next_run(u64 *mask, unsigned int *first,
				     unsigned int *nr)
{
	u64 rest;

	if (!*mask)
		return false;
	*first = __ffs64(*mask);
	/* Adding to the run's first bit carries to the first one behind it. */
	rest = *mask + (*mask & -*mask);
	*nr = (rest ? __ffs64(rest) : KHO_GROUP_PAGES) - *first;
	*mask &= rest;
	return true;
}

#endif /* _KHO_BLOCKS_H */
