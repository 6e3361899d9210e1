/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that comes and goes, in sections of 16 MiB */
#ifndef _KHO_EARLY_MEMORY_H
#define _KHO_EARLY_MEMORY_H

#include <linux/notifier.h>
#include <linux/types.h>

enum { MEM_ONLINE, MEM_GOING_OFFLINE, MEM_GOING_ONLINE };

struct memory_notify {
	unsigned long start_pfn;
	unsigned long nr_pages;
};

struct mem_section {
	bool late;
};

extern struct mem_section sim_sections[64];

#define SIM_SECTION_SHIFT		12
#define pfn_to_section_nr(pfn)		((pfn) >> SIM_SECTION_SHIFT)
#define __nr_to_section(nr)		(&sim_sections[(nr) % 64])
#define early_section(section)		(!(section)->late)
#define hotplug_memory_notifier(fn, pri)	((void)(fn), (pri))

#endif
