// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: memory that comes and goes while the kernel runs.
 *
 * Memory with something preserved in it, or to be claimed, cannot go: nor can
 * scratch, as the next kernel boots in the same areas.
 *
 * Memory that was added is not what the next kernel starts with: firmware did
 * not tell of it at boot, and neither do we. It would refuse all of a handover
 * with one page in such memory, so that page is refused here.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/printk.h>

#include "kho_internal.h"

/* Memory was added; until then nobody looks for it. */
DEFINE_STATIC_KEY_FALSE(kho_memory_grew);

/**
 * kho_added_memory() - was any of a run of pages added after boot?
 * @pfn: first page
 * @nr_pages: number of pages, all of them with a struct page
 *
 * Context: Any.
 * Return: true when it was.
 */
bool kho_added_memory(unsigned long pfn, unsigned long nr_pages)
{
	unsigned long nr = pfn_to_section_nr(pfn);
	unsigned long last = pfn_to_section_nr(pfn + nr_pages - 1);

	for (; nr <= last; nr++)
		if (!early_section(__nr_to_section(nr)))
			return true;
	return false;
}

/* Is there a block in [@start, @end)? One look for each order. */
static bool kho_tree_touches(const struct kho_radix_tree *tree,
			     phys_addr_t start, phys_addr_t end)
{
	struct kho_radix_iter iter;
	unsigned int order;
	u64 key;

	for (order = 0; order <= KHO_KEY_MAX_ORDER; order++) {
		kho_radix_iter_init(&iter, tree->root,
				    kho_radix_encode_key(start, order),
				    kho_radix_encode_key(end - 1, order));
		if (kho_radix_iter_next(&iter, &key))
			return true;
	}
	return false;
}

static bool kho_keeps(phys_addr_t start, phys_addr_t end)
{
	bool keeps;

	kho_still_begin();
	keeps = kho_tree_touches(&kho_out_tree, start, end);
	kho_still_end();
	if (keeps || !kho_in.valid)
		return keeps;

	guard(mutex)(&kho_in.tree.lock);
	return kho_tree_touches(&kho_in.tree, start, end);
}

static int kho_going_offline(const struct memory_notify *range)
{
	phys_addr_t start = PFN_PHYS(range->start_pfn);
	phys_addr_t end = PFN_PHYS(range->start_pfn + range->nr_pages);

	if (!kho_keeps(start, end) && !kho_scratch_overlap(start, end - start))
		return 0;
	pr_warn("memory [%pa-%pa) stays online: some of it is handed over, or scratch\n",
		&start, &end);
	return -EBUSY;
}

static int kho_memory_event(struct notifier_block *nb, unsigned long event,
			    void *data)
{
	const struct memory_notify *range = data;

	switch (event) {
	case MEM_GOING_OFFLINE:
		return notifier_from_errno(kho_going_offline(range));
	case MEM_GOING_ONLINE:
		if (kho_added_memory(range->start_pfn, range->nr_pages)) {
			static_branch_enable_cpuslocked(&kho_memory_grew);
			kho_windows_forget();
		}
		return NOTIFY_OK;
	default:
		return NOTIFY_DONE;
	}
}

static int __init kho_hotplug_init(void)
{
	return kho_is_enabled() ? hotplug_memory_notifier(kho_memory_event, 0) : 0;
}

/* After kho_init(), which may switch KHO off */
postcore_initcall(kho_hotplug_init);
