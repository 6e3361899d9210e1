// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: the memory map as a whole: all memory that a handover occupies, in address
 * order.
 *
 * One pass, no allocation. A step is a group of 64 pages, one word of the leaf
 * of single pages, however many of them are occupied, or one block that is
 * larger: this is what keeps the boot after a handover linear in the number of
 * blocks, and cheap where they lie close together.
 */
#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/io.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "kho_fdt.h"
#include "kho_map.h"
#include "kho_rules.h"

static unsigned long kho_next_large(struct kho_map_row *row)
{
	unsigned int order;
	u64 key;

	if (!kho_radix_iter_next(&row->iter, &key))
		return ULONG_MAX;
	return PHYS_PFN(kho_radix_decode_key(key, &order));
}

static unsigned long kho_next_small(struct kho_map_row *row)
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
static void kho_row_seek(struct kho_map_row *row)
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
static u64 kho_row_take(struct kho_map_row *row, unsigned long *nr_pages)
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

static unsigned long kho_node_pfn(const struct kho_map_walk *walk)
{
	if (walk->next_node == walk->nr_nodes)
		return ULONG_MAX;
	return PHYS_PFN(walk->nodes[walk->next_node]);
}

/**
 * kho_map_walk_init() - begin a walk
 * @walk: the place, anything before
 * @root: root of a tree that stands still
 * @nodes: physical addresses of the tree's nodes, ascending; or NULL
 * @nr_nodes: how many
 *
 * Context: Any, for a tree that stands still.
 */
void kho_map_walk_init(struct kho_map_walk *walk,
		       const struct kho_radix_node *root,
		       const phys_addr_t *nodes, unsigned long nr_nodes)
{
	walk->root = root;
	walk->nodes = nodes;
	walk->nr_nodes = nr_nodes;
	kho_map_rewind(walk);
}

/**
 * kho_map_rewind() - begin the walk anew
 * @walk: from kho_map_walk_init()
 *
 * Context: Any, for a tree that stands still.
 */
void kho_map_rewind(struct kho_map_walk *walk)
{
	unsigned int order;

	walk->nr_rows = 0;
	walk->end = 0;
	walk->next_node = 0;
	for (order = 0; order <= KHO_KEY_MAX_ORDER; order++) {
		struct kho_map_row *row = &walk->row[walk->nr_rows];

		row->order = order;
		row->word = 0;
		kho_radix_iter_init(&row->iter, walk->root,
				    kho_key_first(order), kho_key_last(order));
		kho_row_seek(row);
		if (row->pfn != ULONG_MAX)
			walk->nr_rows++;
	}
}

static unsigned long kho_lowest_group(const struct kho_map_walk *walk)
{
	unsigned long pfn = kho_node_pfn(walk);
	unsigned int r;

	if (pfn != ULONG_MAX)
		pfn = ALIGN_DOWN(pfn, KHO_GROUP_PAGES);
	for (r = 0; r < walk->nr_rows; r++)
		pfn = min(pfn, walk->row[r].pfn);
	return pfn;
}

static void kho_map_add(struct kho_map_walk *walk, u64 pages)
{
	walk->twice |= walk->mask & pages;
	walk->mask |= pages;
}

/**
 * kho_map_next() - the next group of pages of which some are occupied
 * @walk: from kho_map_walk_init(); its public members tell what was found
 *
 * Groups come by ascending address, but for one that lies in a larger block: it
 * comes after that, and all of it is told as claimed twice.
 *
 * Context: Any, for a tree that stands still.
 * Return: false at the end.
 */
bool kho_map_next(struct kho_map_walk *walk)
{
	unsigned long pfn = kho_lowest_group(walk);
	unsigned int r = 0;

	if (pfn == ULONG_MAX)
		return false;
	walk->pfn = pfn;
	walk->nr_pages = KHO_GROUP_PAGES;
	walk->mask = 0;
	walk->twice = 0;

	while (r < walk->nr_rows) {
		struct kho_map_row *row = &walk->row[r];

		if (row->pfn == pfn) {
			kho_map_add(walk, kho_row_take(row, &walk->nr_pages));
			kho_row_seek(row);
		}
		/* A row that has ended leaves the walk. */
		if (row->pfn == ULONG_MAX)
			*row = walk->row[--walk->nr_rows];
		else
			r++;
	}
	while (kho_node_pfn(walk) - pfn < KHO_GROUP_PAGES) {
		kho_map_add(walk, BIT_ULL(kho_node_pfn(walk) - pfn));
		walk->next_node++;
	}

	if (pfn < walk->end)
		walk->twice = walk->mask;
	walk->end = max(walk->end, pfn + walk->nr_pages);
	return true;
}

/**
 * kho_map_orders() - which orders occur
 * @walk: from kho_map_walk_init(), before the first step
 *
 * Context: Any, for a tree that stands still.
 * Return: A bit for each order.
 */
unsigned long kho_map_orders(const struct kho_map_walk *walk)
{
	unsigned long orders = 0;
	unsigned int r;

	for (r = 0; r < walk->nr_rows; r++)
		orders |= 1UL << walk->row[r].order;
	return orders;
}

/**
 * kho_map_orders_at() - the orders of the blocks that an address lies in
 * @tree: the memory map
 * @orders: a bit for each order that occurs in it
 * @phys: physical address
 *
 * Context: Any.
 * Return: A bit for each: none where nothing is preserved, one where all is well.
 */
unsigned long kho_map_orders_at(const struct kho_radix_tree *tree,
				unsigned long orders, phys_addr_t phys)
{
	unsigned long found = 0;
	unsigned int order;

	for_each_set_bit(order, &orders, BITS_PER_LONG) {
		u64 key = kho_radix_encode_key(phys, order);
		struct kho_radix_leaf *leaf = kho_radix_find_leaf(tree, key);

		if (leaf && test_bit(kho_key_bit(key), leaf->bitmap))
			found |= 1UL << order;
	}
	return found;
}

/**
 * kho_map_block_end() - the end of the block that an address lies in
 * @tree: the memory map
 * @orders: a bit for each order that occurs in it
 * @phys: physical address
 *
 * Context: Any.
 * Return: The address; 0 where nothing is preserved.
 */
phys_addr_t kho_map_block_end(const struct kho_radix_tree *tree,
			      unsigned long orders, phys_addr_t phys)
{
	unsigned long found = kho_map_orders_at(tree, orders, phys);
	phys_addr_t size;

	if (!found)
		return 0;
	size = (phys_addr_t)PAGE_SIZE << __ffs(found);
	return ALIGN_DOWN(phys, size) + size;
}

/**
 * kho_map_covers() - is all of a range preserved?
 * @tree: the memory map
 * @orders: a bit for each order that occurs in it
 * @phys: physical address of the range, anything
 * @size: bytes, anything
 *
 * Context: Any.
 * Return: true when it is.
 */
bool kho_map_covers(const struct kho_radix_tree *tree, unsigned long orders,
		    phys_addr_t phys, u64 size)
{
	phys_addr_t end = phys + size;

	if (end <= phys)
		return false;
	while (phys && phys < end)
		phys = kho_map_block_end(tree, orders, phys);
	return phys;
}

/**
 * kho_map_touches() - is anything preserved in a range?
 * @tree: the memory map
 * @start: physical address
 * @end: physical address of what follows
 *
 * One look for each order.
 *
 * Context: Any.
 * Return: true when a block lies there, or a part of one.
 */
bool kho_map_touches(const struct kho_radix_tree *tree, phys_addr_t start,
		     phys_addr_t end)
{
	struct kho_radix_iter iter;
	unsigned int order;
	u64 key;

	for (order = 0; order <= KHO_KEY_MAX_ORDER; order++) {
		kho_radix_iter_init(&iter, tree->root,
				    kho_radix_encode_key(start, order),
				    kho_radix_encode_key(end - 1, order));
		if (kho_radix_iter_next(&iter, &key))
			return true;
	}
	return false;
}

/* Blocks of one order, from one key to another. */
static u64 kho_count_keys(const struct kho_radix_tree *tree, u64 first, u64 last)
{
	struct kho_radix_iter iter;
	u64 base, word, count = 0;

	kho_radix_iter_init(&iter, tree->root, first, last);
	while (kho_radix_iter_next_word(&iter, &base, &word))
		count += hweight64(word);
	return count;
}

/**
 * kho_map_blocks() - how many blocks of an order there are
 * @tree: the memory map, whose nodes stay
 * @order: at most KHO_KEY_MAX_ORDER
 *
 * Context: Any. The number is exact when nothing changes at the same time.
 * Return: The number.
 */
u64 kho_map_blocks(const struct kho_radix_tree *tree, unsigned int order)
{
	return kho_count_keys(tree, kho_key_first(order), kho_key_last(order));
}

/**
 * kho_map_bytes() - how much of a range is preserved
 * @tree: the memory map, whose nodes stay
 * @base: physical address, aligned to @size
 * @size: bytes, a power of two and at least a page
 *
 * Context: Any. The number is exact when nothing changes at the same time.
 * Return: Bytes.
 */
u64 kho_map_bytes(const struct kho_radix_tree *tree, phys_addr_t base, u64 size)
{
	unsigned int order;
	u64 bytes = 0;

	/* A block lies within the range, or the range within it. */
	for (order = 0; order <= KHO_KEY_MAX_ORDER; order++)
		bytes += min((u64)PAGE_SIZE << order, size) *
			 kho_count_keys(tree, kho_radix_encode_key(base, order),
					kho_radix_encode_key(base + size - 1,
							     order));
	return bytes;
}

/**
 * kho_sum_node() - add a page to the checksum of a memory map
 * @node: physical address
 * @level: not looked at
 * @data: the running checksum, a u32
 *
 * Context: Any.
 * Return: 0.
 */
int kho_sum_node(phys_addr_t node, unsigned int level, void *data)
{
	u32 *crc = data;

	*crc = kho_crc32c(*crc, phys_to_virt(node), PAGE_SIZE);
	return 0;
}

/**
 * kho_map_crc32c() - the checksum of a memory map
 * @tree: the memory map, which stands still
 *
 * Context: Any.
 * Return: The finished checksum.
 */
u32 kho_map_crc32c(const struct kho_radix_tree *tree)
{
	u32 crc = ~0U;

	kho_radix_walk_nodes(virt_to_phys(tree->root), kho_sum_node, &crc);
	return ~crc;
}

/* A check of a map that is under way. */
struct kho_map_check {
	const struct kho_memory *memory;
	const struct kho_radix_tree *tree;
	unsigned long orders;
	struct kho_place place;
	kho_wrong_fn wrong;
	void *data;
};

/* Block by block: what lies between those of a group may be anything. */
static bool kho_check_each(struct kho_map_check *check, phys_addr_t base,
			   phys_addr_t size)
{
	while (size) {
		phys_addr_t end = kho_map_block_end(check->tree,
						    check->orders, base);
		phys_addr_t step = min(end ? end - base : PAGE_SIZE, size);
		const char *why = NULL;

		if (end)
			why = kho_check_range(check->memory, &check->place, base,
					      step);
		if (why && !check->wrong(why, base, check->data))
			return false;
		base += step;
		size -= step;
	}
	return true;
}

/* All at once where that is right, since it nearly always is. */
static bool kho_check_group(struct kho_map_check *check,
			    const struct kho_map_walk *walk)
{
	phys_addr_t base, size;

	if (walk->twice &&
	    !check->wrong("memory is preserved twice",
			  PFN_PHYS(walk->pfn + __ffs64(walk->twice)),
			  check->data))
		return false;
	kho_map_span(walk, &base, &size);
	if (!kho_check_range(check->memory, &check->place, base, size))
		return true;
	/* A block may end where addresses do. */
	if (base + size < base)
		return check->wrong("preserved memory is not in RAM", base,
				    check->data);
	return kho_check_each(check, base, size);
}

/**
 * kho_check_map() - do all blocks of a memory map keep to the rules?
 * @memory: the machine's
 * @tree: the memory map, whose nodes are sound
 * @walk: from kho_map_walk_init(), over @tree
 * @wrong: called for each thing that is wrong
 * @data: for @wrong
 *
 * Context: Any, for a map and a @memory that stand still.
 * Return: true when the check came to its end, which is not to say that nothing
 * is wrong.
 */
bool kho_check_map(const struct kho_memory *memory,
		   const struct kho_radix_tree *tree, struct kho_map_walk *walk,
		   kho_wrong_fn wrong, void *data)
{
	struct kho_map_check check = {
		.memory = memory,
		.tree = tree,
		.orders = kho_map_orders(walk),
		.wrong = wrong,
		.data = data,
	};

	while (kho_map_next(walk))
		if (!kho_check_group(&check, walk))
			return false;
	return true;
}
