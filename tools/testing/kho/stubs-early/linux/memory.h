/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that comes and goes, in sections of 16 MiB */
#ifndef _KHO_EARLY_MEMORY_H
#define _KHO_EARLY_MEMORY_H

#include <linux/notifier.h>
#include <linux/types.h>

enum { MEM_GOING_OFFLINE, MEM_OFFLINE };

struct memory_notify {
	unsigned long start_pfn;
	unsigned long nr_pages;
};

struct mem_section {
	bool late;
};

extern struct mem_section sim_sections[64];

#define SIM_SECTION_SHIFT		12
#define PAGES_PER_SECTION		(1UL << SIM_SECTION_SHIFT)
#define __pfn_to_section(pfn)		(&sim_sections[(pfn) / PAGES_PER_SECTION % 64])
#define pfn_valid(pfn)			((void)(pfn), true)
#define pfn_to_online_page(pfn)		pfn_to_page(pfn)
#define early_section(section)		(!(section)->late)
#define hotplug_memory_notifier(fn, pri)	((void)(fn), (pri))

#endif
