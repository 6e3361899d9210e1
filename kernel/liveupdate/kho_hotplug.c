// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO and memory hotplug: what is preserved, what is to be claimed and scratch stay
 * online. Memory that comes is of no use to the next kernel, see kho_memory.c.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/init.h>
#include <linux/memory.h>
#include <linux/notifier.h>
#include <linux/pfn.h>
#include <linux/printk.h>

#include "kho_claim.h"
#include "kho_map.h"
#include "kho_memory.h"
#include "kho_preserve.h"
#include "kho_scratch.h"
#include "kho_state.h"

static int kho_going_offline(phys_addr_t start, phys_addr_t end)
{
	bool keeps;

	kho_stop_changes();
	keeps = kho_map_touches(&kho_out_tree, start, end);
	kho_allow_changes();
	if (!keeps && !kho_scratch_overlap(start, end - start) &&
	    !(kho_in.valid && kho_map_touches(&kho_in.tree, start, end)))
		return 0;
	pr_warn("memory [%pa-%pa) stays online: some of it is handed over, or scratch\n",
		&start, &end);
	return -EBUSY;
}

static int kho_hotplug_event(struct notifier_block *nb, unsigned long event,
			     void *data)
{
	const struct memory_notify *range = data;
	unsigned long pfn = range->start_pfn, end = pfn + range->nr_pages;

	switch (event) {
	case MEM_GOING_OFFLINE:
		return notifier_from_errno(kho_going_offline(PFN_PHYS(pfn),
							     PFN_PHYS(end)));
	case MEM_OFFLINE:
		kho_memory_forget(pfn, end);
		return NOTIFY_OK;
	default:
		return NOTIFY_DONE;
	}
}

static int __init kho_hotplug_init(void)
{
	return kho_is_enabled() ? hotplug_memory_notifier(kho_hotplug_event, 0) : 0;
}

/* After kho_init(), which may switch KHO off. */
postcore_initcall(kho_hotplug_init);
