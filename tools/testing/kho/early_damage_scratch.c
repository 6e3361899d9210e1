// SPDX-License-Identifier: GPL-2.0-only
/* Damage to the list of scratch areas */

#include <string.h>

#include "early_damage.h"
#include "early_reasons.h"
#include "machine.h"

static void pass_scratch(const struct damage *d)
{
	passed.scratch = d->a;
	passed.scratch_size = d->b;
}

static void misplace_scratch(const struct damage *d)
{
	passed.scratch += d->a;
}

static void pass_scratch_size(const struct damage *d)
{
	passed.scratch_size = d->a;
}

static struct kho_scratch *area(unsigned int nr)
{
	return (struct kho_scratch *)phys_to_virt(passed.scratch) + nr;
}

static void area_addr(const struct damage *d)
{
	area(d->a)->addr = d->b;
}

static void area_size(const struct damage *d)
{
	area(d->a)->size = d->b;
}

static void area_like(const struct damage *d)
{
	*area(d->a) = *area(d->b);
}

/* As where the last kernel had no memory for it */
static void area_none(const struct damage *d)
{
	area(d->a)->addr = d->b;
	area(d->a)->size = 0;
}

static void areas_none(const struct damage *d)
{
	for (unsigned int nr = 0; nr < 4; nr++)
		area(nr)->size = 0;
}

static void areas_swap(const struct damage *d)
{
	struct kho_scratch first = *area(d->a);

	*area(d->a) = *area(d->b);
	*area(d->b) = first;
}

/* Instead of the list: one area alone */
static void only_area(phys_addr_t base)
{
	area(0)->addr = ALIGN_DOWN(base, SZ_4M);
	area(0)->size = SZ_4M;
	passed.scratch_size = sizeof(struct kho_scratch);
}

static void area_over_fdt(const struct damage *d)
{
	only_area(passed.fdt);
}

static bool holds(phys_addr_t base, enum owner owner)
{
	return memchr(sim_owner + sim_index(base), owner, SZ_4M >> PAGE_SHIFT);
}

static void area_over_block(const struct damage *d)
{
	unsigned int nr = 0, order;
	phys_addr_t base;

	/* Not near what is looked at before, nor where boot allocates first */
	do {
		base = ALIGN_DOWN(machine_block(nr++, &order), SZ_4M);
	} while (base == ALIGN_DOWN(passed.fdt, SZ_4M) ||
		 holds(base, FIRMWARE) || holds(base, NODE) ||
		 sim_owner[sim_index(base + SZ_4M) - 1] == KEPT);
	only_area(base);
}

const struct damage damages_scratch[] = {
	/* The scratch list */
	{ "scratch list misaligned", misplace_scratch, 4, 0, list_place },
	{ "scratch list 0 bytes", pass_scratch_size, 0, 0, list_place },
	{ "scratch list cut", pass_scratch_size, 63, 0, list_place },
	{ "scratch list of more areas than nodes", pass_scratch_size, 16 * 19, 0, list_place },
	{ "scratch list huge", pass_scratch_size, -16ULL, 0, list_place },
	{ "scratch list of as many areas as there can be", pass_scratch_size, 16 * 18, 0,
	  NULL, list_sum },
	{ "scratch list one longer", pass_scratch_size, 16 * 5, 0, NULL, list_sum },
	{ "scratch list at 0", pass_scratch, 0, 64, list_no_ram },
	{ "scratch list below RAM", pass_scratch, 0x1000, 64, list_no_ram },
	{ "scratch list above RAM", pass_scratch, SIM_END, 64, list_no_ram },
	{ "scratch list in a hole", pass_scratch, SIM_HOLE, 64, list_no_ram },
	{ "scratch list where nothing is mapped", pass_scratch, SIM_NOMAP, 64, list_no_ram },
	{ "scratch list reaches into a hole", pass_scratch, SIM_HOLE - 16, 64, list_no_ram },
	{ "scratch list wraps around", pass_scratch, -16ULL, 64, list_no_ram },
	{ "scratch list in a free page", pass_scratch, SIM_AT(0xf000000UL), 64, no_area },
	{ "scratch area of 0 bytes", area_size, 1, 0, NULL, list_sum },
	{ "scratch area of 0 bytes at 0", area_none, 3, 0, NULL, list_sum },
	{ "scratch area of 0 bytes, misaligned", area_none, 0, SIM_AT(0x801000UL) + 1,
	  NULL, list_sum },
	{ "scratch area of 0 bytes in another", area_none, 2, SIM_SCRATCH_1 + 0x400000,
	  NULL, list_sum },
	{ "scratch area of 0 bytes above RAM", area_none, 3, SIM_END, NULL, list_sum },
	{ "all scratch areas of 0 bytes", areas_none, 0, 0, no_area },
	{ "scratch area wraps around", area_size, 1, ALL_ONES << 22, area_wraps },
	{ "scratch area of odd size", area_size, 2, SIM_SCALE(0x800000UL) + 1, area_align },
	{ "scratch area of a page more", area_size, 2, SIM_SCALE(0x801000UL), area_align },
	{ "scratch area misaligned", area_addr, 0, SIM_AT(0x801000UL), area_align },
	{ "scratch areas the same", area_like, 3, 0, area_overlap },
	{ "scratch areas overlap in part", area_addr, 2, SIM_SCRATCH_1 + 0x400000, area_overlap },
	{ "scratch area around another", area_size, 0, SIM_SCALE(0x6000000UL), area_overlap },
	{ "scratch area at 0", area_addr, 3, 0, area_no_ram },
	{ "scratch area above RAM", area_addr, 3, SIM_END, area_no_ram },
	{ "scratch area in a hole", area_addr, 3, SIM_HOLE, area_no_ram },
	{ "scratch area where nothing is mapped", area_addr, 3, SIM_NOMAP, area_no_ram },
	{ "scratch area reaches into a hole", area_addr, 3, SIM_HOLE - 0x400000, area_no_ram },
	{ "scratch area reaches beyond RAM", area_addr, 3, SIM_END - 0x400000, area_no_ram },
	{ "scratch area larger than RAM", area_size, 3, 1ULL << 50, area_no_ram },
	{ "scratch area over the FDT", area_over_fdt, 0, 0, fdt_scratch, list_sum },
	{ "scratch area over preserved memory", area_over_block, 0, 0, in_scratch, list_sum },
	{ "scratch area lost", pass_scratch_size, 16 * 3, 0, NULL, list_sum },
	{ "scratch areas in another order", areas_swap, 0, 1, NULL, list_sum },
	{ "scratch area smaller", area_size, 1, 0x400000, NULL, list_sum },
	{ }
};
