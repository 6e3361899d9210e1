// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: where nodes meet.
 *
 * A folio was on one node when it was preserved. But where nodes meet is each kernel's
 * own matter: firmware's table may be another one, or the command line (numa=), and
 * emulated nodes hardly ever meet where a folio ends. One that lies on two nodes lies
 * in two zones. There is no such folio for the page allocator, so it could not be given
 * back to its owner. Therefore the nodes meet behind it: a few pages are taken for
 * those of the neighbour then, which costs no more than their distance.
 */
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/mmzone.h>

#include "kho_claim.h"
#include "kho_map.h"
#include "kho_nodes.h"

/* The end of a block that begins below @border and reaches behind it, or 0 */
static phys_addr_t __init kho_block_across(phys_addr_t border)
{
	unsigned long orders = kho_in.orders & GENMASK(MAX_PAGE_ORDER, 0);
	phys_addr_t end = kho_map_block_end(&kho_in.tree, orders, border);

	if (!end || kho_map_block_end(&kho_in.tree, orders, border - 1) != end)
		return 0;
	return end;
}

/* Does memory go on from one region to the next, on another node? */
static bool __init kho_nodes_meet(const struct memblock_region *left,
				  const struct memblock_region *right)
{
	return left->base + left->size == right->base &&
	       memblock_get_region_node(left) != memblock_get_region_node(right);
}

/**
 * kho_move_node_borders() - have nodes meet where no folio that came is
 *
 * Looks at the blocks up to the page allocator's largest; larger ones are mostly runs
 * of pages, which may be on several nodes. Where memblock has no room for the change
 * the folio stays untouched, and kho_restore_folio() says so.
 *
 * Context: Early boot, from kho_early_open(), when the memory map was checked and
 * before anything but memblock knows which page is on which node.
 */
void __init kho_move_node_borders(void)
{
	struct memblock_type *ram = &memblock.memory;
	unsigned long i = 1;

	while (i < ram->cnt) {
		const struct memblock_region *left = &ram->regions[i - 1];
		phys_addr_t border = ram->regions[i].base, end = 0;

		if (kho_nodes_meet(left, &ram->regions[i]))
			end = kho_block_across(border);
		/* Regions may have merged: the same place is looked at once more */
		if (!end || memblock_set_node(border, end - border, ram,
					      memblock_get_region_node(left)))
			i++;
	}
}
