// SPDX-License-Identifier: GPL-2.0-only
/* Damage to the memory map: its nodes and its keys */

#include <string.h>

#include "early_damage.h"
#include "early_reasons.h"
#include "machine.h"

static void root_slot(const struct damage *d)
{
	machine_root()->table[d->a] = d->b;
}

static void root_slot_behind(const struct damage *d)
{
	machine_root()->table[kho_key_index(KHO_KEY_MAX, KHO_TREE_TABLES) + 1] = d->a;
}

/* A table or leaf above the order-0 keys: by its level */
static u64 *slot_at(unsigned int level)
{
	struct kho_radix_node *node = machine_root();
	u64 key = kho_radix_encode_key(SIM_BASE, 0);
	unsigned int l = KHO_TREE_TABLES;

	machine_leaf(key, true);
	for (; l > level; l--)
		node = phys_to_virt(node->table[kho_key_index(key, l)]);
	return &node->table[kho_key_index(key, l)];
}

static void slot_set(const struct damage *d)
{
	*slot_at(d->a) = d->b;
}

static void slot_add(const struct damage *d)
{
	*slot_at(d->a) += d->b;
}

static void slot_to_root(const struct damage *d)
{
	*slot_at(d->a) = virt_to_phys(machine_root());
}

/* A leaf that nothing is in, instead of the one for addresses above all RAM */
static void slot_to_block(const struct damage *d)
{
	u64 key = kho_radix_encode_key(SIM_SPAN, 0) + (1 << KHO_LEAF_BITS);
	struct kho_radix_node *node = machine_root();
	unsigned int order, l = KHO_TREE_TABLES;

	machine_leaf(key, true);
	for (; l > 1; l--)
		node = phys_to_virt(node->table[kho_key_index(key, l)]);
	node->table[kho_key_index(key, l)] = machine_block(5, &order);
}

/* A leaf with blocks of an order that neither FDT nor blobs have */
static void leaf_lost(const struct damage *d)
{
	unsigned int order, nr = 0;
	phys_addr_t base;

	do {
		base = machine_block(nr++, &order);
	} while (order != d->a);
	memset(machine_leaf(kho_radix_encode_key(base, order), false), 0,
	       PAGE_SIZE);
}

/* Beside a slot, where there is nothing yet */
static void hang_beside(const u64 *slot, u64 node)
{
	u64 *table = PTR_ALIGN_DOWN((u64 *)slot, PAGE_SIZE);

	for (unsigned int i = 0; i < KHO_TABLE_ENTRIES; i++)
		if (!table[i]) {
			table[i] = node;
			return;
		}
}

static void slot_twice(const struct damage *d)
{
	const u64 *slot = slot_at(d->a);

	hang_beside(slot, *slot);
}

static int note_lowest(phys_addr_t node, unsigned int level, void *data)
{
	phys_addr_t *lowest = data;

	*lowest = min(*lowest, node);
	return 0;
}

static void lowest_twice(const struct damage *d)
{
	const u64 *slot = slot_at(1);
	phys_addr_t lowest = SIM_SPAN;

	kho_radix_walk_nodes(virt_to_phys(machine_root()), note_lowest, &lowest);
	hang_beside(slot, lowest);
}

/* All slots of every level lead to one and the same node: 512^5 ways */
static void bomb(const struct damage *d)
{
	u64 next = virt_to_phys(machine_leaf(kho_radix_encode_key(SIM_BASE, 0),
					     true));

	for (unsigned int level = 1; level <= KHO_TREE_TABLES; level++) {
		struct kho_radix_node *node =
			level == KHO_TREE_TABLES ? machine_root() :
			page_address(alloc_page(GFP_KERNEL));

		for (unsigned int i = 0; i < KHO_TABLE_ENTRIES; i++)
			node->table[i] = next;
		next = virt_to_phys(node);
	}
}

static void map_empty(const struct damage *d)
{
	memset(machine_root(), 0, PAGE_SIZE);
}

static void map_filled(const struct damage *d)
{
	memset(machine_root(), d->a, PAGE_SIZE);
}

/* Keys */

static void key(const struct damage *d)
{
	machine_leaf(d->a, true)->bitmap[kho_key_bit(d->a) / 64] |=
		1UL << (d->a & 63);
}

static void key_at(const struct damage *d)
{
	struct damage at = { .a = kho_radix_encode_key(d->a, d->b) };

	key(&at);
}

/* A block of another order over one that is there */
static void key_over_block(const struct damage *d)
{
	unsigned int order;
	phys_addr_t base = machine_block(d->a, &order);
	struct damage at = { .a = kho_radix_encode_key(base, order + d->b) };

	key(&at);
}

static void key_inside_block(const struct damage *d)
{
	struct damage at = { };
	unsigned int order;
	phys_addr_t base;

	for (unsigned int i = 0; ; i++) {
		base = machine_block(i, &order);
		if (order >= 2)
			break;
	}
	at.a = kho_radix_encode_key(base + PAGE_SIZE, 0);
	key(&at);
}

static void key_over_node(const struct damage *d)
{
	struct damage at = {
		.a = kho_radix_encode_key(virt_to_phys(machine_root()), 0)
	};

	key(&at);
}

static void key_lost(const struct damage *d)
{
	unsigned int order;
	phys_addr_t base = machine_block(0, &order);
	u64 nr = kho_radix_encode_key(base, order);

	machine_leaf(nr, false)->bitmap[kho_key_bit(nr) / 64] &=
		~(1UL << (nr & 63));
}

static void key_of_fdt_lost(const struct damage *d)
{
	u64 nr = kho_radix_encode_key(passed.fdt,
				      ilog2(passed.fdt_size >> PAGE_SHIFT));

	machine_leaf(nr, false)->bitmap[kho_key_bit(nr) / 64] &=
		~(1UL << (nr & 63));
}

static void leaf_filled(const struct damage *d)
{
	memset(machine_leaf(kho_radix_encode_key(SIM_BASE, d->a), true), d->b,
	       PAGE_SIZE);
}

const struct damage damages_map[] = {
	/* Nodes of the memory map */
	{ "leaf misaligned", slot_add, 1, 8, map_damaged },
	{ "leaf marked as being given back", slot_add, 1, 1, map_damaged },
	{ "leaf below RAM", slot_set, 1, 0x10000, map_damaged },
	{ "leaf above RAM", slot_set, 1, SIM_END, map_damaged },
	{ "leaf in a hole", slot_set, 1, SIM_HOLE, map_damaged },
	{ "leaf at the end of addresses", slot_set, 1, -PAGE_SIZE, map_damaged },
	{ "leaf in scratch", slot_set, 1, SIM_SCRATCH_2, map_damaged },
	{ "leaf in the kernel", slot_set, 1, SIM_KERNEL, map_damaged },
	{ "leaf where nothing is mapped", slot_set, 1, SIM_NOMAP, map_damaged },
	{ "leaf in firmware's memory", slot_set, 1, SIM_FIRMWARE, map_damaged },
	{ "leaf lost", leaf_lost, 3, 0, NULL, map_sum },
	{ "leaf is a preserved page", slot_to_block, 0, 0, twice, map_sum },
	{ "leaf is the root", slot_to_root, 1, 0, map_twice, map_sum },
	{ "leaf hangs twice", slot_twice, 1, 0, map_twice, map_sum },
	{ "the lowest node hangs twice", lowest_twice, 0, 0, map_twice, map_sum },
	{ "table misaligned", slot_add, 2, 0x100, map_damaged },
	{ "table below RAM", slot_set, 3, 0x10000, map_damaged },
	{ "table above RAM", slot_set, KHO_TREE_TABLES - 1, 1ULL << 52, map_damaged },
	{ "table in scratch", slot_set, 2, SIM_SCRATCH_1, map_damaged },
	{ "table hangs twice", slot_twice, 2, 0, map_twice, map_sum },
	{ "table two below the root hangs twice", slot_twice, KHO_TREE_TABLES - 2, 0,
	  map_twice, map_sum },
	{ "table below the root hangs twice", slot_twice, KHO_TREE_TABLES - 1, 0,
	  map_twice, map_sum },
	{ "table is the root", slot_to_root, 2, 0, map_twice, map_sum },
	{ "table below the root is the root", slot_to_root, KHO_TREE_TABLES, 0,
	  map_twice, map_sum },
	{ "every way leads to one leaf", bomb, 0, 0, map_damaged },
	{ "a node where no key reaches", root_slot, KHO_TABLE_ENTRIES - 1, SIM_NODE1, map_damaged },
	{ "a node behind the last key", root_slot_behind, SIM_NODE1, 0, map_damaged },
	{ "root of ones", map_filled, 0xff, 0, map_damaged },
	{ "root of garbage", map_filled, 0x5a, 0, map_damaged },
	{ "memory map is empty", map_empty, 0, 0, fdt_lost, map_sum },

	/* Keys */
	{ "key 0", key, 0, 0, bad_key, map_sum },
	{ "key 1", key, 1, 0, bad_key, map_sum },
	{ "key of the largest order", key, 2, 0, no_ram, map_sum },
	{ "key of half of all addresses", key, 3, 0, no_ram, map_sum },
	{ "key of the last page of all", key, KHO_KEY_MAX, 0, no_ram, map_sum },
	{ "block of order 40", key_at, 0, 40, no_ram, map_sum },
	{ "block of half of all at the top", key_at, 1ULL << 63, KHO_KEY_MAX_ORDER,
	  no_ram, map_sum },
	{ "block of order 20 over all", key_at, 0, 20, no_ram, map_sum },
	{ "block below RAM", key_at, 0x10000, 0, no_ram, map_sum },
	{ "block above RAM", key_at, SIM_END, 0, no_ram, map_sum },
	{ "block in a hole", key_at, SIM_HOLE, 3, no_ram, map_sum },
	{ "block from RAM into a hole", key_at, SIM_BASE, 15, no_ram, map_sum },
	{ "block over a hole", key_at, SIM_HOLE, 14, no_ram, map_sum },
	{ "block in scratch", key_at, SIM_SCRATCH_2, 2, in_scratch, map_sum },
	{ "block around scratch", key_at, SIM_SCRATCH_2, 11, in_scratch, map_sum },
	{ "block where nothing is mapped", key_at, SIM_NOMAP, 3, no_ram, map_sum },
	{ "block in firmware's memory", key_at, SIM_FIRMWARE, 0, in_use, map_sum },
	{ "block in the kernel", key_at, SIM_KERNEL + PAGE_SIZE, 0, in_use, map_sum },
	{ "block in the initrd", key_at, SIM_INITRD, 4, in_use, map_sum },
	{ "a block twice, once larger", key_over_block, 4, 1, twice, map_sum },
	{ "a block twice, once huge", key_over_block, 7, 40, no_ram, map_sum },
	{ "a page of a block once more", key_inside_block, 0, 0, twice, map_sum },
	{ "block is a node of the map", key_over_node, 0, 0, twice, map_sum },
	{ "block lost", key_lost, 0, 0, NULL, map_sum },
	{ "block of the FDT lost", key_of_fdt_lost, 0, 0, fdt_lost, map_sum },
	{ "leaf of ones", leaf_filled, 0, 0xff, PAGE_SHIFT == 12 ? in_use : no_ram, map_sum },
	{ "leaf of high orders of ones", leaf_filled, 45, 0xff, bad_key, map_sum },
	{ }
};
