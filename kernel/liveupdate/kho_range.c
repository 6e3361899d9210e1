// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: what early boot knows of a range of memory: whether it is RAM, of one node,
 * and nobody's.
 */
#include <linux/init.h>
#include <linux/memblock.h>

#include "kho_internal.h"
#include "kho_range.h"

static phys_addr_t __init kho_region_end(const struct memblock_region *region)
{
	return region->base + region->size;
}

/* Leave regions that end at or below @base behind. */
static void __init kho_skip_below(unsigned long *r,
				  const struct memblock_type *type,
				  phys_addr_t base)
{
	while (*r < type->cnt && kho_region_end(&type->regions[*r]) <= base)
		(*r)++;
}

/* Is all of it memory that may be read? */
static bool __init kho_is_ram(struct kho_place *place, phys_addr_t base,
			      phys_addr_t end)
{
	struct memblock_type *ram = &memblock.memory;
	struct memblock_region *region;
	unsigned long i;

	kho_skip_below(&place->ram, ram, base);
	for (i = place->ram; i < ram->cnt && base < end; i++) {
		region = &ram->regions[i];
		if (region->base > base || memblock_is_nomap(region))
			return false;
		base = kho_region_end(region);
	}
	return base >= end;
}

/* Is any of it reserved? */
static bool __init kho_is_in_use(struct kho_place *place, phys_addr_t base,
				 phys_addr_t end)
{
	const struct memblock_type *used = &memblock.reserved;

	kho_skip_below(&place->used, used, base);
	return place->used < used->cnt && used->regions[place->used].base < end;
}

/**
 * kho_check_range() - may a range be preserved memory?
 * @place: where the walk is; the range starts not below the last one
 * @base: physical address of the range, anything
 * @size: bytes, anything
 *
 * Context: Early boot.
 * Return: NULL when it may, else a sentence that says what is wrong.
 */
const char *__init kho_check_range(struct kho_place *place, phys_addr_t base,
				   phys_addr_t size)
{
	phys_addr_t end = base + size;

	if (end <= base || !kho_is_ram(place, base, end))
		return "preserved memory is not in RAM";
	if (kho_is_in_use(place, base, end))
		return "preserved memory is in use by this kernel or its firmware";
	if (kho_scratch_overlap(base, size))
		return "preserved memory lies in scratch";
	return NULL;
}

/**
 * kho_range_on_one_node() - is a range that may be preserved memory on one node?
 * @place: as kho_check_range() left it that found nothing wrong with the range
 * @end: physical address behind the range
 *
 * Where the nodes meet is this kernel's own matter, and need not be where it was
 * for the last one.
 *
 * Context: Early boot.
 * Return: true when it is.
 */
bool __init kho_range_on_one_node(const struct kho_place *place,
				  phys_addr_t end)
{
	const struct memblock_type *ram = &memblock.memory;
	const struct memblock_region *first = &ram->regions[place->ram], *region;

	for (region = first; region < ram->regions + ram->cnt; region++) {
		if (region->base >= end)
			break;
		if (memblock_get_region_node(region) !=
		    memblock_get_region_node(first))
			return false;
	}
	return true;
}
