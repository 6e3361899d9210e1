// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: are the struct pages initialised, all of them?
 *
 * action=struct_pages looks at each struct page of the machine. With a number of
 * pages and at=ADDRESS, those from there on have to be as boot leaves what it
 * keeps: reserved and untouched.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/pfn.h>
#include <linux/sched.h>

#include "test_kho.h"
#include "test_kho_actions.h"

/* Its node and zone are there: those of a hole may be those beside it. */
static bool page_sane(unsigned long pfn)
{
	struct page *page = pfn_to_page(pfn);

	return !PagePoisoned(page) && node_online(page_to_nid(page)) &&
	       populated_zone(page_zone(page)) && page_to_pfn(page) == pfn &&
	       page_ref_count(page) >= 0;
}

static bool page_kept(unsigned long pfn)
{
	struct page *page = pfn_to_page(pfn);

	return page_sane(pfn) && zone_spans_pfn(page_zone(page), pfn) &&
	       (page->flags & PAGEFLAGS_MASK) == BIT(PG_reserved) &&
	       page_ref_count(page) == 1 &&
	       atomic_read(&page->_mapcount) == -1 && !page->mapping &&
	       !page_private(page);
}

static bool pages_are(bool (*fn)(unsigned long pfn), unsigned long pfn,
		      unsigned long nr_pages)
{
	unsigned long end = pfn + nr_pages;

	for (; pfn < end; pfn++) {
		if (pfn_valid(pfn) && !fn(pfn)) {
			pr_err("struct page of pfn %#lx: flags %#lx, %d references\n",
			       pfn, pfn_to_page(pfn)->flags,
			       page_ref_count(pfn_to_page(pfn)));
			return false;
		}
		if (!(pfn % MAX_ORDER_NR_PAGES))
			cond_resched();
	}

	return true;
}

static bool all_pages_sane(void)
{
	struct zone *zone;
	int nid, i;

	for_each_online_node(nid) {
		for (i = 0; i < MAX_NR_ZONES; i++) {
			zone = &NODE_DATA(nid)->node_zones[i];
			if (!pages_are(page_sane, zone->zone_start_pfn,
				       zone->spanned_pages))
				return false;
		}
	}

	return true;
}

/* action=struct_pages or struct_pages=NUMBER at=ADDRESS */
void test_kho_struct_pages(unsigned long arg)
{
	test_kho_expect("struct_pages: of all zones", all_pages_sane(), true);
	if (arg)
		test_kho_expect("struct_pages: of what is kept",
				pages_are(page_kept, PHYS_PFN(test_kho_at), arg),
				true);
}
