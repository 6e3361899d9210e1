// SPDX-License-Identifier: GPL-2.0-only
/* Damage to a memory map of bitmaps, as kho-v1 has it */

#include <linux/kho/abi/bitmaps.h>

#include "early_damage.h"
#include "early_reasons.h"
#include "machine.h"

static void next(const struct damage *d)
{
	machine_chunk->next = d->a;
}

static void next_to_itself(const struct damage *d)
{
	machine_chunk->next = virt_to_phys(machine_chunk);
}

static void next_to_bitmap(const struct damage *d)
{
	machine_chunk->next = machine_chunk->map[0].bitmap;
}

/* The first is of order 0, as the tests' handovers have such blocks */
static void order(const struct damage *d)
{
	machine_chunk->order = d->a;
}

/* Without bitmaps, whose starts would not be aligned */
static void order_alone(const struct damage *d)
{
	machine_chunk->order = d->a;
	machine_chunk->count = 0;
}

static void count(const struct damage *d)
{
	machine_chunk->count = d->a;
}

static void start_set(const struct damage *d)
{
	machine_chunk->map[machine_chunk->count - 1].start = d->a;
}

static void start_add(const struct damage *d)
{
	machine_chunk->map[0].start += d->a;
}

static void bitmap_set(const struct damage *d)
{
	machine_chunk->map[0].bitmap = d->a;
}

static void bitmap_add(const struct damage *d)
{
	machine_chunk->map[0].bitmap += d->a;
}

static void bitmap_is_chunk(const struct damage *d)
{
	machine_chunk->map[0].bitmap = virt_to_phys(machine_chunk);
}

/* An entry behind those that there are */
static struct kho_v1_bitmap *another(void)
{
	return &machine_chunk->map[machine_chunk->count++];
}

static void bitmap_twice(const struct damage *d)
{
	struct kho_v1_bitmap *last = &machine_chunk->map[machine_chunk->count - 1];

	*another() = (struct kho_v1_bitmap){
		.start = last->start + kho_v1_span(0),
		.bitmap = machine_chunk->map[0].bitmap,
	};
}

static void start_twice(const struct damage *d)
{
	struct kho_v1_bitmap *last = &machine_chunk->map[machine_chunk->count - 1];

	*another() = (struct kho_v1_bitmap){
		.start = last->start,
		.bitmap = machine_free_page(),
	};
}

static void bitmap_filled(const struct damage *d)
{
	memset(phys_to_virt(machine_chunk->map[0].bitmap), d->a, PAGE_SIZE);
}

/* Both are legal: mainline writes neither, but might */
static void empty_bitmap(const struct damage *d)
{
	struct kho_v1_bitmap *last = &machine_chunk->map[machine_chunk->count - 1];
	phys_addr_t page = machine_take(0, NODE);

	memset(phys_to_virt(page), 0, PAGE_SIZE);
	*another() = (struct kho_v1_bitmap){
		.start = last->start + kho_v1_span(0),
		.bitmap = page,
	};
}

static void empty_chunk(const struct damage *d)
{
	phys_addr_t page = machine_take(0, NODE);
	struct kho_v1_chunk *list = phys_to_virt(page);

	memset(list, 0, PAGE_SIZE);
	list->next = machine_chunk->next;
	machine_chunk->next = page;
}

/* The blob of a producer of order 0: an FDT */
static void *blob(void)
{
	struct kho_fdt_subtree subtree;

	if (kho_fdt_next_subtree(machine_fdt(), 0, &subtree) < 0)
		return NULL;
	return phys_to_virt(subtree.phys);
}

static void blob_magic(const struct damage *d)
{
	fdt_set_magic(blob(), d->a);
}

static void blob_size(const struct damage *d)
{
	fdt_set_totalsize(blob(), d->a);
}

static void blob_at(const struct damage *d)
{
	struct kho_fdt_subtree subtree;
	int node = kho_fdt_next_subtree(machine_fdt(), 0, &subtree);

	if (fdt_setprop_inplace(machine_fdt(), node, KHO_V1_SUB_TREE_PROP_NAME,
				&d->a, sizeof(d->a)))
		fdt_setprop_inplace(machine_fdt(), node, KHO_SUB_TREE_PROP_NAME,
				    &d->a, sizeof(d->a));
}

const struct damage damages_bitmaps[] = {
	{ "next chunk misaligned", next, SIM_BASE + 8, 0, map_damaged },
	{ "next chunk below RAM", next, 0x10000, 0, map_damaged },
	{ "next chunk above RAM", next, SIM_END, 0, map_damaged },
	{ "next chunk of ones", next, ALL_ONES, 0, map_damaged },
	{ "next chunk in scratch", next, SIM_SCRATCH_2, 0, map_damaged },
	{ "next chunk in the kernel", next, SIM_KERNEL, 0, map_damaged },
	{ "next chunk where nothing is mapped", next, SIM_NOMAP, 0, map_damaged },
	{ "next chunk is the same one", next_to_itself, 0, 0, map_damaged },
	{ "next chunk is a bitmap", next_to_bitmap, 0, 0, map_twice, map_sum },
	{ "next chunk lost", next, 0, 0, fdt_lost, map_sum },
	{ "order too large", order, MAX_PAGE_ORDER + 1, 0, map_damaged },
	{ "order of ones", order, ALL_ONES, 0, map_damaged },
	{ "orders descend", order_alone, 9, 0, map_damaged },
	{ "more bitmaps than fit", count, KHO_V1_CHUNK_MAX + 1, 0, map_damaged },
	{ "count of ones", count, ALL_ONES, 0, map_damaged },
	{ "one bitmap too many", count, KHO_V1_CHUNK_MAX, 0, map_damaged },
	{ "no bitmap", count, 0, 0, NULL, map_sum },
	{ "start misaligned", start_add, PAGE_SIZE, 0, bitmap_512 },
	{ "start as for small bitmaps", start_add, 4096 << PAGE_SHIFT, 0, bitmap_512 },
	{ "start above RAM", start_set, 1ULL << 52, 0, no_ram, map_sum },
	{ "start at the end of addresses", start_set,
	  -(1ULL << (KHO_LEAF_BITS + PAGE_SHIFT)), 0, no_ram, map_sum },
	{ "bitmap misaligned", bitmap_add, 512, 0, bitmap_512 },
	{ "bitmap at 0", bitmap_set, 0, 0, map_damaged },
	{ "bitmap below RAM", bitmap_set, 0x10000, 0, map_damaged },
	{ "bitmap above RAM", bitmap_set, SIM_END, 0, map_damaged },
	{ "bitmap in a hole", bitmap_set, SIM_HOLE, 0, map_damaged },
	{ "bitmap in scratch", bitmap_set, SIM_SCRATCH_2, 0, map_damaged },
	{ "bitmap in firmware's memory", bitmap_set, SIM_FIRMWARE, 0, map_damaged },
	{ "bitmap where nothing is mapped", bitmap_set, SIM_NOMAP, 0, map_damaged },
	{ "bitmap is its chunk", bitmap_is_chunk, 0, 0, map_twice, map_sum },
	{ "bitmap twice", bitmap_twice, 0, 0, map_twice, map_sum },
	{ "start twice", start_twice, 0, 0, map_damaged },
	{ "bitmap of ones", bitmap_filled, 0xff, 0,
	  PAGE_SHIFT == 12 ? in_use : no_ram, map_sum },
	{ "a bitmap without a bit", empty_bitmap, 0, 0, NULL, map_sum },
	{ "a chunk without a bitmap", empty_chunk, 0, 0, NULL, map_sum },

	/* Those that nothing tells of but the header of their FDT */
	{ "blob without the magic of an FDT", blob_magic, 0, 0, "its blob is no FDT" },
	{ "blob's FDT of ones", blob_size, ALL_ONES, 0, "its blob is no FDT" },
	{ "blob's FDT is larger than all", blob_size, INT_MAX, 0,
	  "its blob is larger than all that is preserved" },
	{ "blob's FDT is larger than what is preserved", blob_size,
	  PAGE_SIZE + 1, 0, "its blob is not preserved" },
	{ "blob misaligned", blob_at, SIM_BASE + 4, 0, "its blob is no FDT" },
	{ "blob at 0", blob_at, 0, 0, subtree_bad, fdt_sum },
	{ "blob in a hole", blob_at, SIM_HOLE, 0, "its blob is no FDT" },
	{ }
};
