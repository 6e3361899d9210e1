// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: memory with hardware errors that is handed over.
 *
 * The kernel marks a page when it learns that a part of it cannot be read any more,
 * or is about to go bad (PageHWPoison()), and from then on keeps off it. The next
 * kernel has struct pages of its own, and would learn by reading. So the FDT names
 * these pages, and they are marked there before anybody can restore them: what their
 * owners are told, and what becomes of them when they are freed, is as it was.
 *
 * What the kernels themselves read, to hand over and to take over, may not be such.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/unaligned.h>

#include "kho_claim.h"
#include "kho_map.h"
#include "kho_memory.h"
#include "kho_poison.h"
#include "kho_preserve.h"
#include "kho_scratch.h"
#include "kho_subtree.h"

/* So many places are named in the log. */
#define KHO_POISON_LINES	16
/* Groups of pages between two looks whether somebody else needs the CPU. */
#define KHO_POISON_BATCH	1024

struct kho_poison kho_poison_out;

/* Of the machine, when kho_poison_out was written */
static long kho_poison_known;

static long kho_poisoned_pages(void)
{
	return IS_ENABLED(CONFIG_MEMORY_FAILURE) ?
	       atomic_long_read(&num_poisoned_pages) : 0;
}

/* The @nr-th of them, from 0 on */
static void kho_tell_poison(const char *what, unsigned int nr, phys_addr_t phys)
{
	if (nr < KHO_POISON_LINES)
		pr_warn("memory with a hardware error %s, at %pa\n", what, &phys);
	else if (nr == KHO_POISON_LINES)
		pr_warn("and so at more places\n");
}

static void kho_note_poison(unsigned long pfn)
{
	unsigned int nr = kho_poison_out.nr++;

	kho_tell_poison("is handed over", nr, PFN_PHYS(pfn));
	if (nr < KHO_POISON_MAX)
		kho_poison_out.page[nr] = PFN_PHYS(pfn);
}

static void kho_find_poison_in_run(unsigned long pfn, unsigned long nr_pages)
{
	unsigned long end = pfn + nr_pages;

	for (; pfn < end; pfn++)
		if (PageHWPoison(pfn_to_page(pfn)))
			kho_note_poison(pfn);
}

static void kho_find_poison_in_group(const struct kho_map_walk *walk)
{
	unsigned int first, nr;
	u64 mask = walk->mask;

	if (walk->nr_pages > KHO_GROUP_PAGES) {
		kho_find_poison_in_run(walk->pfn, walk->nr_pages);
		return;
	}
	while (kho_mask_next_run(&mask, &first, &nr))
		kho_find_poison_in_run(walk->pfn + first, nr);
}

static int kho_check_node_poison(phys_addr_t node, unsigned int level, void *data)
{
	return kho_is_poisoned(node, PAGE_SIZE) ? -EHWPOISON : 0;
}

static void kho_check_blob_poison(struct kho_subtree *subtree, void *data)
{
	int *err = data;

	if (!kho_is_poisoned(virt_to_phys(subtree->blob), subtree->size))
		return;
	pr_err("the blob of subtree '%s' has a hardware error\n", subtree->name);
	*err = -EHWPOISON;
}

/* Neither this kernel nor the next would live through reading it. */
static int kho_check_read(phys_addr_t fdt)
{
	int err = 0;

	if (kho_is_poisoned(fdt, KHO_DT_MAX) ||
	    kho_radix_walk_nodes(virt_to_phys(kho_out_tree.root),
				 kho_check_node_poison, NULL)) {
		pr_err("memory of KHO's own has a hardware error\n");
		err = -EHWPOISON;
	}
	kho_visit_subtrees(false, kho_check_blob_poison, &err);
	return err;
}

/* The next kernel's image may yet do: not all of scratch is read. */
static void kho_check_scratch_poison(void)
{
	for (unsigned int i = 0; i < kho_scratch_cnt + kho_scratch_on_demand; i++)
		if (kho_is_poisoned(kho_scratch[i].addr, kho_scratch[i].size))
			pr_warn("scratch has a hardware error, in [%#llx-%#llx]: the next kernel may not start\n",
				kho_scratch[i].addr,
				kho_scratch[i].addr + kho_scratch[i].size - 1);
}

/**
 * kho_find_poison() - find the pages with hardware errors among what is preserved
 * @walk: for use
 * @fdt: physical address of the FDT to be written
 *
 * Names them in the log, and notes them in kho_poison_out. Where the machine has no
 * such page at all, nothing is looked at.
 *
 * Context: Process context, within kho_stop_changes().
 * Return: 0; -EHWPOISON when something has one that is read to hand over; -ENOSPC when
 * there are more than the next kernel can be told of.
 */
int kho_find_poison(struct kho_map_walk *walk, phys_addr_t fdt)
{
	unsigned long nr = 0;
	int err;

	kho_poison_out.nr = 0;
	kho_poison_known = kho_poisoned_pages();
	if (!kho_poison_known)
		return 0;
	kho_check_scratch_poison();
	err = kho_check_read(fdt);
	if (err)
		return err;

	kho_map_walk_init(walk, kho_out_tree.root, NULL, 0);
	while (kho_map_next(walk)) {
		kho_find_poison_in_group(walk);
		if (!(++nr % KHO_POISON_BATCH))
			cond_resched();
	}
	if (kho_poison_out.nr <= KHO_POISON_MAX)
		return 0;
	pr_err("%u pages with hardware errors are preserved, and the next kernel can be told of %u\n",
	       kho_poison_out.nr, KHO_POISON_MAX);
	return -ENOSPC;
}

/**
 * kho_update_poison() - look again, should there be new ones
 * @walk: for use
 * @fdt: physical address of the FDT to be written
 * @changed: set to true when there are
 *
 * Context: As kho_find_poison().
 * Return: As kho_find_poison().
 */
int kho_update_poison(struct kho_map_walk *walk, phys_addr_t fdt, bool *changed)
{
	if (kho_poisoned_pages() == kho_poison_known)
		return 0;
	*changed = true;
	return kho_find_poison(walk, fdt);
}

/* Nobody has restored anything yet but KHO itself, whose pages are none of these. */
static int __init kho_mark_poison(void)
{
	const u64 *list;
	unsigned int i;

	if (!kho_in.valid)
		return 0;
	list = kho_fdt_poison(kho_in.fdt, &kho_in.nr_poison);
	for (i = 0; i < kho_in.nr_poison; i++) {
		unsigned long pfn = PHYS_PFN(get_unaligned(&list[i]));

		kho_tell_poison("came", i, PFN_PHYS(pfn));
		if (PageHWPoison(pfn_to_page(pfn)))
			continue;
		SetPageHWPoison(pfn_to_page(pfn));
		num_poisoned_pages_inc(pfn);
	}
	return 0;
}
core_initcall(kho_mark_poison);
