// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: a page here and there that cannot be moved, so
 * that no contiguous memory can be had.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/pageblock-flags.h>

#include "test_kho.h"
#include "test_kho_actions.h"

/* By their first pages; what is left of each is that page. */
static LIST_HEAD(crumbs);

static void free_rest(struct page *page, unsigned long first)
{
	for (unsigned long i = first; i < pageblock_nr_pages; i++)
		__free_page(page + i);
}

/**
 * test_kho_crumbs - leave one page of every second free pageblock to nobody
 * @arg: unused
 *
 * Takes all blocks that are free, and gives back every second one, and of the others
 * all but a page. These stay until rmmod.
 */
void test_kho_crumbs(unsigned long arg)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN;
	struct page *page, *next;
	LIST_HEAD(blocks);
	long nr = 0;

	while ((page = alloc_pages(gfp, pageblock_order))) {
		split_page(page, pageblock_order);
		list_add(&page->lru, &blocks);
	}
	list_for_each_entry_safe(page, next, &blocks, lru) {
		bool odd = page_to_pfn(page) >> pageblock_order & 1;

		list_del(&page->lru);
		if (odd) {
			list_add(&page->lru, &crumbs);
			nr++;
		}
		free_rest(page, odd);
		cond_resched();
	}
	test_kho_expect("crumbs: every second block has one", nr > 0, true);
	pr_info("crumbs: %ld blocks\n", nr);
}

/**
 * test_kho_crumbs_undo - give them back
 */
void test_kho_crumbs_undo(void)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &crumbs, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
}
