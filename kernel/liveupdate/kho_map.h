/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: all memory that a handover occupies, in address order.
 */
#ifndef _KHO_MAP_H
#define _KHO_MAP_H

#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/kho_radix_tree.h>
#include <linux/pfn.h>

struct kho_memory;

/*
 * The leaf of a map that a CPU came to last. What is preserved together lies
 * together, so most walks down the tree can be spared.
 */
struct kho_last_leaf {
	u64 prefix;			/* of its keys, >> KHO_LEAF_BITS */
	struct kho_radix_leaf *leaf;
};

/**
 * kho_map_leaf() - the leaf of a key, by way of the last one
 * @tree: the memory map
 * @last: this CPU's, for this map; to be forgotten when nodes go
 * @key: the key
 *
 * Context: With preemption off.
 * Return: The leaf; NULL when there is none.
 */
static __always_inline struct kho_radix_leaf *
kho_map_leaf(const struct kho_radix_tree *tree, struct kho_last_leaf *last,
	     u64 key)
{
	struct kho_radix_leaf *leaf = last->leaf;

	if (likely(last->prefix == key >> KHO_LEAF_BITS))
		return leaf;
	leaf = kho_radix_find_leaf(tree, key);
	if (leaf) {
		last->prefix = key >> KHO_LEAF_BITS;
		last->leaf = leaf;
	}
	return leaf;
}

/* Memory is looked at in groups of as many pages as a word has bits. */
#define KHO_GROUP_ORDER		6
#define KHO_GROUP_PAGES		BIT(KHO_GROUP_ORDER)

/*
 * struct kho_map_row - the blocks of one order, by address
 */
struct kho_map_row {
	struct kho_radix_iter iter;
	/* First page of the group in which the next block is. */
	unsigned long pfn;
	/* Orders below a group's: keys to be told, and the page of bit 0. */
	u64 word;
	unsigned long word_pfn;
	unsigned int order;
};

/**
 * struct kho_map_walk - a place among the preserved blocks and the tree's nodes
 * @pfn: first page of the group that was found, or of a block that is larger
 * @nr_pages: KHO_GROUP_PAGES, or as many as the larger block has
 * @mask: which pages of the group are occupied; all, for a larger block
 * @twice: those of them that several blocks or nodes claim
 *
 * The keys of one order are sorted by address; so the orders are walked side by
 * side, and the nodes' addresses, sorted once, are one more row beside them.
 */
struct kho_map_walk {
	unsigned long pfn;
	unsigned long nr_pages;
	u64 mask;
	u64 twice;
	/* private: */
	unsigned long end;
	unsigned int nr_rows;
	struct kho_map_row row[KHO_KEY_MAX_ORDER + 1];
	const struct kho_radix_node *root;
	const phys_addr_t *nodes;
	unsigned long nr_nodes;
	unsigned long next_node;
};

void kho_map_walk_init(struct kho_map_walk *walk,
		       const struct kho_radix_node *root,
		       const phys_addr_t *nodes, unsigned long nr_nodes);
void kho_map_rewind(struct kho_map_walk *walk);
bool kho_map_next(struct kho_map_walk *walk);
unsigned long kho_map_orders(const struct kho_map_walk *walk);
unsigned long kho_map_orders_at(const struct kho_radix_tree *tree,
				unsigned long orders, phys_addr_t phys);
phys_addr_t kho_map_block_end(const struct kho_radix_tree *tree,
			      unsigned long orders, phys_addr_t phys);
bool kho_map_covers(const struct kho_radix_tree *tree, unsigned long orders,
		    phys_addr_t phys, u64 size);
bool kho_map_touches(const struct kho_radix_tree *tree, phys_addr_t start,
		     phys_addr_t end);
u64 kho_map_blocks(const struct kho_radix_tree *tree, unsigned int order);
u64 kho_map_bytes(const struct kho_radix_tree *tree, phys_addr_t base, u64 size);
int kho_sum_node(phys_addr_t node, unsigned int level, void *data);
u32 kho_map_crc32c(const struct kho_radix_tree *tree);

/**
 * typedef kho_wrong_fn - what is called for each thing that is wrong with a map
 * @why: a sentence
 * @where: physical address of the first page
 * @data: as given by the caller of the check
 *
 * Return: true to go on with the check.
 */
typedef bool (*kho_wrong_fn)(const char *why, phys_addr_t where, void *data);

bool kho_check_map(const struct kho_memory *memory,
		   const struct kho_radix_tree *tree, struct kho_map_walk *walk,
		   kho_wrong_fn wrong, void *data);

/**
 * kho_map_span() - from the first to the last occupied page that was found
 * @walk: after kho_map_next() returned true
 * @base: where to put the physical address of the first one
 * @size: where to put the bytes up to the end of the last one
 *
 * Context: Any.
 */
static inline void kho_map_span(const struct kho_map_walk *walk,
				phys_addr_t *base, phys_addr_t *size)
{
	unsigned int first = __ffs64(walk->mask);

	*base = PFN_PHYS(walk->pfn + first);
	*size = PFN_PHYS(walk->nr_pages - first - KHO_GROUP_PAGES +
			 fls64(walk->mask));
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

#endif /* _KHO_MAP_H */
