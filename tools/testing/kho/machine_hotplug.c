// SPDX-License-Identifier: GPL-2.0-only
/* The file itself, and what calls its notifier */
#define CONFIG_MEMORY_HOTPLUG	1
#define postcore_initcall(fn)	int (*sim_initcall_##fn)(void) = fn
#include "../../../kernel/liveupdate/kho_hotplug.c"
#include "machine.h"

/* Nobody else is there: it locks nothing */
struct mutex kho_restore_lock;
struct mem_section sim_sections[64];

void kho_still_begin(void)
{
}

void kho_still_end(void)
{
}

/* Of the old kernel's CPUs, which are not simulated */
void kho_windows_forget(void)
{
}

static int notify(unsigned long event, phys_addr_t start, phys_addr_t size)
{
	struct memory_notify range = {
		.start_pfn = start >> PAGE_SHIFT,
		.nr_pages = size >> PAGE_SHIFT,
	};

	return kho_memory_event(NULL, event, &range);
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
		__nr_to_section(pfn_to_section_nr(phys >> PAGE_SHIFT))->late = late;
	notify(MEM_GOING_ONLINE, start, size);
}

/* Is a run refused that somebody wants to preserve? */
bool machine_came_later(phys_addr_t phys, unsigned long nr_pages)
{
	return kho_came_later(phys >> PAGE_SHIFT, nr_pages);
}
