// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: the rules for what may be preserved.
 *
 * There is one list of them. The kernel that preserves applies it at the call and
 * once more when it finalizes, to the memory that it was booted with; the kernel
 * that takes over applies it to the memory that it boots with. So what the one
 * accepts the other does not refuse.
 */
#include <linux/kexec_handover.h>
#include <linux/memblock.h>
#include <linux/minmax.h>

#include "kho_rules.h"
#include "kho_scratch.h"

static phys_addr_t kho_region_end(const struct memblock_region *region)
{
	return region->base + region->size;
}

/* Leave regions that end at or below @base behind. */
static void kho_skip_below(unsigned long *r, const struct memblock_type *type,
			   phys_addr_t base)
{
	while (*r < type->cnt && kho_region_end(&type->regions[*r]) <= base)
		(*r)++;
}

/* Is all of it memory that was there at boot, and that may be read? */
static bool kho_is_ram(const struct memblock_type *ram, unsigned long *r,
		       phys_addr_t base, phys_addr_t end)
{
	unsigned long i;

	kho_skip_below(r, ram, base);
	for (i = *r; i < ram->cnt && base < end; i++) {
		const struct memblock_region *region = &ram->regions[i];

		if (region->base > base ||
		    region->flags & (MEMBLOCK_NOMAP | MEMBLOCK_DRIVER_MANAGED))
			return false;
		base = kho_region_end(region);
	}
	return base >= end;
}

static bool kho_is_used(const struct kho_memory *memory, unsigned long *r,
			phys_addr_t base, phys_addr_t end)
{
	const struct memblock_type *used = memory->used;
	unsigned long i;

	kho_skip_below(r, used, base);
	for (i = *r; i < used->cnt && used->regions[i].base < end; i++)
		if (!memory->in_use ||
		    memory->in_use(max(base, used->regions[i].base),
				   min(end, kho_region_end(&used->regions[i]))))
			return true;
	return false;
}

/**
 * kho_check_range() - may a range be preserved memory?
 * @memory: the machine's
 * @place: where the series of checks is; the range starts not below the last one
 * @base: physical address of the range, anything
 * @size: bytes, anything
 *
 * Context: Any, for a @memory that stands still.
 * Return: NULL when it may, else a sentence that says what is wrong.
 */
const char *kho_check_range(const struct kho_memory *memory,
			    struct kho_place *place, phys_addr_t base,
			    phys_addr_t size)
{
	phys_addr_t end = base + size;

	if (end <= base || !kho_is_ram(memory->ram, &place->ram, base, end))
		return "preserved memory is not in RAM";
	if (kho_is_used(memory, &place->used, base, end))
		return "preserved memory is in use by this kernel or its firmware";
	if (kho_scratch_overlap(base, size))
		return "preserved memory lies in scratch";
	return NULL;
}

/**
 * kho_range_on_one_node() - is a range that may be preserved memory on one node?
 * @memory: the machine's
 * @place: as kho_check_range() left it that found nothing wrong with the range
 * @end: physical address behind the range
 *
 * Where the nodes meet is each kernel's own matter, and need not be where it was
 * for the last one.
 *
 * Context: Any, for a @memory that stands still.
 * Return: true when it is.
 */
bool kho_range_on_one_node(const struct kho_memory *memory,
			   const struct kho_place *place, phys_addr_t end)
{
	const struct memblock_type *ram = memory->ram;
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
