// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: walk all memory that a handover occupies, in address order.
 *
 * One pass, no allocation, a few instructions for each order in use and block:
 * this is what keeps the boot after a handover linear in the number of blocks.
 */
#include <linux/limits.h>
#include <linux/types.h>

#include "kho_blocks.h"

/* Step a row; a row that has ended leaves the walk. */
static void kho_row_step(struct kho_blocks *blocks, unsigned int r)
{
	unsigned int order;
	u64 key;

	if (kho_radix_iter_next(&blocks->row[r].iter, &key)) {
		blocks->row[r].addr = kho_radix_decode_key(key, &order);
		return;
	}
	blocks->row[r] = blocks->row[--blocks->nr_rows];
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
	unsigned int order;

	blocks->nr_rows = 0;
	blocks->nodes = nodes;
	blocks->nr_nodes = nr_nodes;
	blocks->next_node = 0;
	blocks->pending_size = 0;
	for (order = 0; order <= KHO_KEY_MAX_ORDER; order++) {
		unsigned int r = blocks->nr_rows++;

		blocks->row[r].order = order;
		kho_radix_iter_init(&blocks->row[r].iter, root,
				    kho_key_first(order), kho_key_last(order));
		kho_row_step(blocks, r);
	}
}

/**
 * kho_blocks_next() - the next block or node
 * @blocks: from kho_blocks_init()
 * @base: its physical address, not below the last one's
 * @size: its size in bytes
 *
 * Context: Any, for a tree that stands still.
 * Return: false at the end.
 */
bool kho_blocks_next(struct kho_blocks *blocks, phys_addr_t *base,
		     phys_addr_t *size)
{
	phys_addr_t lowest = PHYS_ADDR_MAX;
	unsigned int r, first = blocks->nr_rows;

	for (r = 0; r < blocks->nr_rows; r++) {
		if (blocks->row[r].addr <= lowest) {
			lowest = blocks->row[r].addr;
			first = r;
		}
	}
	if (blocks->next_node < blocks->nr_nodes &&
	    blocks->nodes[blocks->next_node] <= lowest) {
		*base = blocks->nodes[blocks->next_node++];
		*size = PAGE_SIZE;
		return true;
	}
	if (first == blocks->nr_rows)
		return false;
	*base = lowest;
	*size = (phys_addr_t)PAGE_SIZE << blocks->row[first].order;
	kho_row_step(blocks, first);
	return true;
}

/**
 * kho_blocks_next_range() - the next range, all that touches taken together
 * @blocks: from kho_blocks_init(); do not mix with kho_blocks_next()
 * @base: its physical address
 * @size: its size in bytes
 *
 * Context: Any, for a tree that stands still.
 * Return: false at the end.
 */
bool kho_blocks_next_range(struct kho_blocks *blocks, phys_addr_t *base,
			   phys_addr_t *size)
{
	phys_addr_t next_base, next_size;

	if (blocks->pending_size) {
		*base = blocks->pending_base;
		*size = blocks->pending_size;
		blocks->pending_size = 0;
	} else if (!kho_blocks_next(blocks, base, size)) {
		return false;
	}
	while (kho_blocks_next(blocks, &next_base, &next_size)) {
		if (next_base != *base + *size) {
			blocks->pending_base = next_base;
			blocks->pending_size = next_size;
			break;
		}
		*size += next_size;
	}
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
