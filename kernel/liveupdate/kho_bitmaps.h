/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: the memory map in the form of kho-v1.
 */
#ifndef _KHO_BITMAPS_H
#define _KHO_BITMAPS_H

#include <linux/kho_radix_tree.h>

int kho_bitmaps_walk(phys_addr_t chunk, kho_radix_node_fn cb, void *data);
unsigned long kho_bitmaps_tables(phys_addr_t chunk);
int kho_bitmaps_write(const struct kho_radix_tree *tree, phys_addr_t *first,
		      u32 *crc);
void kho_bitmaps_free(phys_addr_t chunk);
void kho_bitmaps_tree(phys_addr_t chunk, struct kho_radix_node *tables);

#endif /* _KHO_BITMAPS_H */
