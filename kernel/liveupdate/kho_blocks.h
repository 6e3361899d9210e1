/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All memory that a handover occupies, in address order.
 */
#ifndef _KHO_BLOCKS_H
#define _KHO_BLOCKS_H

#include <linux/kho_radix_tree.h>

/**
 * struct kho_blocks - a place among the preserved blocks and the tree's nodes
 *
 * The keys of one order are sorted by address; so the orders are walked side by
 * side, and the nodes' addresses, sorted once, are one more row beside them.
 */
struct kho_blocks {
	/* private: */
	unsigned int nr_rows;
	struct {
		struct kho_radix_iter iter;
		phys_addr_t addr;
		unsigned int order;
	} row[KHO_KEY_MAX_ORDER + 1];
	const phys_addr_t *nodes;
	unsigned long nr_nodes;
	unsigned long next_node;
	phys_addr_t pending_base;
	phys_addr_t pending_size;
};

void kho_blocks_init(struct kho_blocks *blocks,
		     const struct kho_radix_node *root,
		     const phys_addr_t *nodes, unsigned long nr_nodes);
bool kho_blocks_next(struct kho_blocks *blocks, phys_addr_t *base,
		     phys_addr_t *size);
bool kho_blocks_next_range(struct kho_blocks *blocks, phys_addr_t *base,
			   phys_addr_t *size);
unsigned long kho_blocks_orders(const struct kho_blocks *blocks);

#endif /* _KHO_BLOCKS_H */
