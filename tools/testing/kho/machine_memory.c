// SPDX-License-Identifier: GPL-2.0-only
/* The files themselves, a way back to before it ran, and what calls its notifier */
#define CONFIG_MEMORY_HOTPLUG	1
#define postcore_initcall(fn)	int (*sim_initcall_##fn)(void) = fn
#include "../../../kernel/liveupdate/kho_memory.c"
#undef pr_fmt
#include "../../../kernel/liveupdate/kho_hotplug.c"
#include "machine.h"

struct mem_section sim_sections[64];

void sim_reset_memory(void)
{
	ram_at_boot = (struct memblock_type){ .name = "kho_ram" };
	used_at_boot = (struct memblock_type){ .name = "kho_used" };
	kho_good_pieces = NULL;
	kho_nr_pieces = 0;
	kho_boot_bytes = 0;
}

/**
 * sim_remember() - let the old kernel know its memory
 * @boot_bytes: what it took of it to boot, which is not simulated
 */
void sim_remember(u64 boot_bytes)
{
	static struct memblock_region regions[SIM_BANKS];

	sim_reset_memory();
	kho_boot_bytes = boot_bytes;
	ram_at_boot.regions = regions;
	sim_for_each_bank(bank) {
		if (bank->nomap)
			continue;
		regions[ram_at_boot.cnt].base = bank->start;
		regions[ram_at_boot.cnt++].size = bank->end - bank->start;
	}
}

/**
 * sim_remembered() - where the new kernel keeps what it knows of its memory
 * @nr: from 0 on
 * @size: where to put how many bytes
 *
 * Return: the address; 0 behind the last one.
 */
phys_addr_t sim_remembered(unsigned int nr, size_t *size)
{
	const struct {
		const void *where;
		size_t size;
	} all[] = {
		{ ram_at_boot.regions,
		  ram_at_boot.max * sizeof(*ram_at_boot.regions) },
		{ used_at_boot.regions,
		  used_at_boot.max * sizeof(*used_at_boot.regions) },
		{ kho_good_pieces, BITS_TO_LONGS(kho_nr_pieces + 1) * sizeof(long) },
	};

	if (nr >= ARRAY_SIZE(all))
		return 0;
	*size = all[nr].where ? all[nr].size : 0;
	return virt_to_phys(all[nr].where);
}

/* Is there one region where memory is, whatever the kernel did with it meanwhile? */
bool sim_remembered_whole(void)
{
	for (unsigned long i = 1; i < ram_at_boot.cnt; i++) {
		const struct memblock_region *r = &ram_at_boot.regions[i];

		if (r[-1].base + r[-1].size == r->base &&
		    memblock_get_region_node(&r[-1]) == memblock_get_region_node(r))
			return false;
	}
	return ram_at_boot.cnt;
}

static int notify(unsigned long event, phys_addr_t start, phys_addr_t size)
{
	struct memory_notify range = {
		.start_pfn = start >> PAGE_SHIFT,
		.nr_pages = size >> PAGE_SHIFT,
	};

	return kho_hotplug_event(NULL, event, &range);
}

/* May memory go? 0, or what the notifier says */
int machine_offline(phys_addr_t start, phys_addr_t size)
{
	return notify(MEM_GOING_OFFLINE, start, size);
}

/**
 * machine_online() - memory is there for use
 * @start: where; whole sections
 * @size: how much
 * @late: it was not there when the kernel booted
 */
void machine_online(phys_addr_t start, phys_addr_t size, bool late)
{
	for (phys_addr_t phys = start; phys < start + size; phys += SIM_SCALE(SZ_16M))
		__pfn_to_section(phys >> PAGE_SHIFT)->late = late;
}

/* Is a run refused that somebody wants to preserve? */
bool machine_came_later(phys_addr_t phys, unsigned long nr_pages)
{
	return kho_check_pages(phys >> PAGE_SHIFT, nr_pages);
}
