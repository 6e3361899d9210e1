// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: scratch areas on demand.
 *
 * A reserve (kho_scratch.c) costs memory from boot on, whether or not it is ever
 * used. The other way to scratch is to take memory when an image is loaded that
 * needs it, and to give it back when the image goes: whole grains, one after the
 * other, out of which everything that is there can be moved.
 *
 * Where to look is told by what the pages are: free, or of a kind that moves. That
 * is a guess, as somebody may hold on to a page for a while, so that the page
 * allocator has the last word; but it is asked a few times only, since each time
 * it may move hundreds of MiB in vain.
 *
 * Areas on demand stand in kho_scratch[] behind the reserve for as long as they are
 * held, and what is asked about scratch is answered for both. What is taken of the
 * reserve itself is scratch already; it is taken so that nobody uses it meanwhile.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/memblock.h>
#include <linux/memory_hotplug.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/mutex.h>
#include <linux/page-flags.h>
#include <linux/page-isolation.h>
#include <linux/pfn.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>

#include "../../mm/internal.h"
#include "kho_demand.h"
#include "kho_fdt.h"
#include "kho_memory.h"
#include "kho_rules.h"
#include "kho_scratch.h"

/* So many times the page allocator is asked for a range that looks good. */
#define KHO_DEMAND_TRIES	8

/* Areas come and go: those behind the reserve in kho_scratch[]. */
static DEFINE_MUTEX(kho_demand_lock);

/* Where a search is. All numbers are of pages. */
struct kho_search {
	const struct kho_wish *wish;
	unsigned long nr_pages;
	unsigned long align;
	/* The pages just passed, all of one zone, from which everything may move */
	unsigned long first;
	unsigned long last;
	struct zone *zone;
	unsigned int tries;
	struct kho_shortage *shortage;
};

/* How many pages from @pfn on are free, or may move, with the one at @pfn; or 0 */
static unsigned long kho_pages_move(unsigned long pfn)
{
	struct page *page = pfn_to_page(pfn);
	struct folio *folio;

	if (PageBuddy(page)) {
		unsigned int order = buddy_order_unsafe(page);

		return order <= MAX_PAGE_ORDER ? 1UL << order : 1;
	}
	/* On its way to the allocator, or from it */
	if (!page_ref_count(page) && !PageCompound(page))
		return !PageReserved(page);
	folio = page_folio(page);
	if (folio_test_hugetlb(folio) || folio_maybe_dma_pinned(folio))
		return 0;
	return folio_test_lru(folio) || __folio_test_movable(folio);
}

/* Nobody minds when the grain at @pfn is taken, as far as can be told. */
static bool kho_grain_moves(unsigned long pfn)
{
	unsigned long end = pfn + KHO_DEMAND_PAGES, nr;

	for (; pfn < end; pfn += nr) {
		nr = kho_pages_move(pfn);
		if (!nr)
			return false;
	}
	return true;
}

/* What is set apart for something else, or is to be removed some day, is not ours. */
static bool kho_grain_is_for_all(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);

	return page && zone_idx(page_zone(page)) != ZONE_MOVABLE &&
	       get_pageblock_migratetype(page) < MIGRATE_PCPTYPES;
}

/* As a blob may be: memory of boot, neither firmware's nor scratch */
static bool kho_grain_was_at_boot(unsigned long pfn)
{
	return kho_surely_preservable(pfn, ilog2(KHO_DEMAND_PAGES)) ||
	       !kho_check_pages(pfn, KHO_DEMAND_PAGES);
}

static bool kho_grain_suits(unsigned long pfn, bool reserve)
{
	if (!reserve && (!kho_grain_was_at_boot(pfn) || !kho_grain_is_for_all(pfn)))
		return false;
	return page_zone(pfn_to_page(pfn)) ==
		       page_zone(pfn_to_page(pfn + KHO_DEMAND_PAGES - 1)) &&
	       kho_grain_moves(pfn);
}

static void kho_search_restart(struct kho_search *search)
{
	search->first = 0;
	search->last = 0;
	search->zone = NULL;
}

/* One grain more, below or above those before. */
static void kho_search_extend(struct kho_search *search, unsigned long pfn)
{
	struct zone *zone = page_zone(pfn_to_page(pfn));
	unsigned long nr_pages;

	if (zone != search->zone) {
		search->zone = zone;
		search->first = pfn;
		search->last = pfn;
	}
	search->first = min(search->first, pfn);
	search->last = max(search->last, pfn + KHO_DEMAND_PAGES);

	nr_pages = search->last - search->first;
	if (PFN_PHYS(nr_pages) > search->shortage->largest) {
		search->shortage->largest = PFN_PHYS(nr_pages);
		search->shortage->zone = zone->name;
	}
}

/* The pages that would do, of those passed; or 0 */
static unsigned long kho_search_found(const struct kho_search *search)
{
	unsigned long pfn;

	if (search->last - search->first < search->nr_pages)
		return 0;
	pfn = search->wish->top_down ?
		ALIGN_DOWN(search->last - search->nr_pages, search->align) :
		ALIGN(search->first, search->align);
	return pfn >= search->first &&
	       pfn + search->nr_pages <= search->last ? pfn : 0;
}

/* Returns -EAGAIN to go on. */
static int kho_search_step(struct kho_search *search, unsigned long pfn,
			   unsigned long *found)
{
	int err;

	cond_resched();
	if (fatal_signal_pending(current))
		return -EINTR;
	if (!kho_grain_suits(pfn, search->wish->reserve)) {
		kho_search_restart(search);
		return -EAGAIN;
	}
	kho_search_extend(search, pfn);
	*found = kho_search_found(search);
	if (!*found)
		return -EAGAIN;
	err = alloc_contig_range(*found, *found + search->nr_pages,
				 search->wish->reserve ? MIGRATE_CMA :
							 MIGRATE_MOVABLE,
				 GFP_KERNEL | __GFP_NOWARN);
	if (!err || err == -EINTR)
		return err;
	/* Somebody held on to a page, and probably does so still. */
	kho_search_restart(search);
	return --search->tries ? -EAGAIN : -ENOMEM;
}

/* The grains of a range, in the order that was wished */
static int kho_search_range(struct kho_search *search, unsigned long pfn,
			    unsigned long end, unsigned long *found)
{
	int err = -EAGAIN;

	pfn = ALIGN(pfn, KHO_DEMAND_PAGES);
	end = ALIGN_DOWN(end, KHO_DEMAND_PAGES);
	while (pfn < end && err == -EAGAIN) {
		if (search->wish->top_down)
			end -= KHO_DEMAND_PAGES;
		err = kho_search_step(search, search->wish->top_down ? end : pfn,
				      found);
		if (!search->wish->top_down)
			pfn += KHO_DEMAND_PAGES;
	}
	return err;
}

static int kho_search_piece(struct kho_search *search, phys_addr_t base,
			    phys_addr_t size, unsigned long *found)
{
	const struct kho_wish *wish = search->wish;

	kho_search_restart(search);
	return kho_search_range(search, PFN_UP(max(base, wish->min)),
				PFN_DOWN(min(base + size, wish->end)), found);
}

/* All memory that there was at boot */
static int kho_search_memory(struct kho_search *search, unsigned long *found)
{
	const struct memblock_type *ram = kho_memory_at_boot()->ram;
	const struct memblock_region *region;
	int err = -EAGAIN;

	for (unsigned long i = 0; i < ram->cnt && err == -EAGAIN; i++) {
		region = &ram->regions[search->wish->top_down ?
				       ram->cnt - 1 - i : i];
		err = kho_search_piece(search, region->base, region->size,
				       found);
	}
	return err == -EAGAIN ? -ENOMEM : err;
}

static int kho_search_reserve(struct kho_search *search, unsigned long *found)
{
	const struct kho_scratch *area = NULL;
	int err = -EAGAIN;

	while (err == -EAGAIN &&
	       (area = kho_next_area(kho_scratch, kho_scratch_cnt, area,
				     search->wish->top_down)))
		err = kho_search_piece(search, area->addr, area->size, found);
	return err == -EAGAIN ? -ENOMEM : err;
}

/*
 * Returns false where all places are taken: images that were replaced may still be on
 * their way out.
 */
static bool kho_demand_enter(phys_addr_t addr, u64 size)
{
	struct kho_scratch *area = kho_scratch + kho_scratch_cnt;
	unsigned int i;

	guard(mutex)(&kho_demand_lock);
	for (i = 0; i < 2 * KHO_DEMAND_MAX; i++, area++) {
		if (area->size)
			continue;
		area->addr = addr;
		WRITE_ONCE(area->size, size);
		kho_scratch_on_demand = max(kho_scratch_on_demand, i + 1);
		return true;
	}
	return false;
}

/* Returns false for what was none, but of the reserve. */
static bool kho_demand_leave(phys_addr_t addr)
{
	struct kho_scratch *area = kho_scratch + kho_scratch_cnt;
	unsigned int i, used = 0;
	bool found = false;

	guard(mutex)(&kho_demand_lock);
	for (i = 0; i < kho_scratch_on_demand; i++, area++) {
		if (area->size && area->addr == addr) {
			WRITE_ONCE(area->size, 0);
			found = true;
		}
		if (area->size)
			used = i + 1;
	}
	kho_scratch_on_demand = used;
	return found;
}

/**
 * kho_demand_take() - take an area
 * @wish: how large, and where
 * @area: where to put it
 * @shortage: where to put what could be had instead
 *
 * Pages of others are moved away. From here on nothing in the area can be
 * preserved.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM when there is no such memory; -EINTR when the process is killed.
 */
int kho_demand_take(const struct kho_wish *wish, struct kho_scratch *area,
		    struct kho_shortage *shortage)
{
	struct kho_search search = {
		.wish = wish,
		.nr_pages = PFN_UP(ALIGN(wish->size, KHO_DEMAND_GRAIN)),
		.align = max(PFN_UP(wish->align), KHO_DEMAND_PAGES),
		.tries = KHO_DEMAND_TRIES,
		.shortage = shortage,
	};
	unsigned long pfn;
	int err;

	/* Pages that wait to be put on a list look as if they could not move. */
	lru_add_drain_all();
	err = wish->reserve ? kho_search_reserve(&search, &pfn) :
			      kho_search_memory(&search, &pfn);
	if (err)
		return err;
	if (!wish->reserve) {
		if (!kho_demand_enter(PFN_PHYS(pfn), PFN_PHYS(search.nr_pages))) {
			free_contig_range(pfn, search.nr_pages);
			return -ENOMEM;
		}
		kho_memory_forget(pfn, pfn + search.nr_pages);
	}
	area->addr = PFN_PHYS(pfn);
	area->size = PFN_PHYS(search.nr_pages);
	return 0;
}

/**
 * kho_demand_give() - give an area back
 * @area: as kho_demand_take() has left it
 *
 * Context: Process context, may sleep.
 */
void kho_demand_give(const struct kho_scratch *area)
{
	unsigned long pfn = PHYS_PFN(area->addr);
	unsigned long nr_pages = PHYS_PFN(area->size);

	if (kho_demand_leave(area->addr))
		kho_memory_recall(pfn, pfn + nr_pages);
	free_contig_range(pfn, nr_pages);
}
