// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: one preserved block, be it a folio or a run
 * of pages, and the pattern in it.
 */
#include <linux/gfp.h>
#include <linux/kexec_handover.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mmzone.h>

#include "test_kho.h"

/* A run lies at any of the offsets 0 to 16 in so many pages. */
#define RUN_OFFSETS		17
#define RUN_BLOCK_ORDER		6

/* Fail where memory is short: the machine under test has to live on. */
#define TEST_KHO_GFP	(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/*
 * Every page has its own pattern, so that pages that changed places are found,
 * and every word its own, so that lines that did are, too. One multiplication a
 * word: emulated machines have to fill gigabytes.
 */
static u64 pattern_start(u64 seed, phys_addr_t phys)
{
	return (seed ^ phys) * 0x9e3779b97f4a7c15ULL;
}

static u64 pattern_next(u64 word)
{
	return word * 0x5851f42d4c957f2dULL + 0x14057b7ef767814fULL;
}

/**
 * test_kho_fill - write the pattern of a page
 * @addr: the page
 * @seed: the set's
 * @phys: the page's physical address
 * @fill: bytes to write
 */
void test_kho_fill(void *addr, u64 seed, phys_addr_t phys, unsigned int fill)
{
	u64 word = pattern_start(seed, phys);
	u64 *p = addr;

	for (unsigned int i = 0; i < fill / sizeof(u64); i++) {
		p[i] = word;
		word = pattern_next(word);
	}
}

/**
 * test_kho_verify - whether a page holds its pattern
 * @addr: the page
 * @seed: the set's
 * @phys: the page's physical address
 * @fill: bytes that were written
 *
 * Return: true when every byte is right.
 */
bool test_kho_verify(const void *addr, u64 seed, phys_addr_t phys,
		     unsigned int fill)
{
	u64 word = pattern_start(seed, phys);
	const u64 *p = addr;
	u64 wrong = 0;

	for (unsigned int i = 0; i < fill / sizeof(u64); i++) {
		wrong |= p[i] ^ word;
		word = pattern_next(word);
	}

	return !wrong;
}

static struct folio *entry_folio(u64 entry)
{
	return page_folio(test_kho_page(entry));
}

static unsigned int folio_entry_order(u64 entry)
{
	return entry & ~PAGE_MASK;
}

static bool all_in_one_zone(unsigned long pfn, unsigned long nr_pages)
{
	struct page *first = pfn_to_online_page(pfn), *page;

	for (unsigned long i = 0; i < nr_pages; i++) {
		page = pfn_to_online_page(pfn + i);
		if (!page || PageReserved(page) ||
		    page_zone(page) != page_zone(first))
			return false;
	}

	return true;
}

/* The page allocator has none so large: one is made of memory that is free. */
static struct folio *alloc_gigantic(unsigned int order, gfp_t gfp, int nid)
{
	unsigned long nr = 1UL << order, pfn = ALIGN(node_start_pfn(nid), nr);

	for (; pfn + nr <= node_end_pfn(nid); pfn += nr)
		if (all_in_one_zone(pfn, nr) &&
		    !alloc_contig_range(pfn, pfn + nr, MIGRATE_MOVABLE,
					gfp | __GFP_COMP))
			return pfn_folio(pfn);

	return NULL;
}

static u64 folio_alloc_entry(unsigned int order, u64 index, int nid)
{
	gfp_t gfp = TEST_KHO_GFP;
	struct folio *folio;

	if (test_kho_movable)
		gfp |= __GFP_HIGHMEM | __GFP_MOVABLE;
	folio = order > MAX_PAGE_ORDER ? alloc_gigantic(order, gfp, nid) :
					 __folio_alloc_node(gfp, order, nid);

	return folio ? PFN_PHYS(folio_pfn(folio)) | order : 0;
}

static int folio_preserve_entry(u64 entry)
{
	return kho_preserve_folio(entry_folio(entry));
}

static void folio_unpreserve_entry(u64 entry)
{
	kho_unpreserve_folio(entry_folio(entry));
}

static struct page *folio_restore_entry(u64 entry)
{
	struct folio *folio = kho_restore_folio(test_kho_phys(entry));

	return folio ? folio_page(folio, 0) : NULL;
}

static const char *folio_check_tails(struct page *head, unsigned long pages)
{
	for (unsigned long i = 1; i < pages; i++) {
		struct page *tail = head + i;

		if (!PageTail(tail) || compound_head(tail) != head)
			return "a tail page does not point to its head";
		if (page_ref_count(tail))
			return "a tail page has references";
		if (PageReserved(tail))
			return "a tail page is reserved";
	}

	return NULL;
}

static const char *folio_check_entry(u64 entry)
{
	struct page *head = test_kho_page(entry);
	unsigned int order = folio_entry_order(entry);

	if (PageTail(head))
		return "the head is a tail page";
	if (folio_order(page_folio(head)) != order)
		return "the order is wrong";
	if (!!order != PageHead(head))
		return "the head is not marked, or a single page is";
	if (page_ref_count(head) != 1)
		return "the reference count is not 1";
	if (folio_mapped(page_folio(head)))
		return "it seems to be mapped";
	if (PageReserved(head))
		return "the head is reserved";

	return folio_check_tails(head, 1UL << order);
}

static void folio_free_entry(u64 entry)
{
	folio_put(entry_folio(entry));
}

static unsigned long folio_entry_pages(u64 entry)
{
	return 1UL << folio_entry_order(entry);
}

static unsigned long run_entry_pages(u64 entry)
{
	return entry & ~PAGE_MASK;
}

/*
 * Lengths 1, 3, 5, ... each at every offset in a naturally aligned block, so
 * that runs are cut in every way. The rest of the block is free memory.
 */
static u64 run_alloc_entry(unsigned int order, u64 index, int nid)
{
	unsigned int offset = index % RUN_OFFSETS;
	unsigned int longest = ((1U << RUN_BLOCK_ORDER) - RUN_OFFSETS) / 2;
	unsigned int nr = index / RUN_OFFSETS % longest * 2 + 1;
	struct page *page;

	page = alloc_pages_node(nid, TEST_KHO_GFP, RUN_BLOCK_ORDER);
	if (!page)
		return 0;

	split_page(page, RUN_BLOCK_ORDER);
	for (unsigned int i = 0; i < 1U << RUN_BLOCK_ORDER; i++) {
		if (i < offset || i >= offset + nr)
			__free_page(page + i);
	}

	return page_to_phys(page + offset) | nr;
}

/* Pages as the allocator gives them, which are preserved as a run. */
static u64 pages_alloc_entry(unsigned int order, u64 index, int nid)
{
	struct page *page = alloc_pages_node(nid, TEST_KHO_GFP, order);

	if (!page)
		return 0;
	split_page(page, order);

	return page_to_phys(page) | 1UL << order;
}

static int run_preserve_entry(u64 entry)
{
	return kho_preserve_pages(test_kho_page(entry), run_entry_pages(entry));
}

static void run_unpreserve_entry(u64 entry)
{
	kho_unpreserve_pages(test_kho_page(entry), run_entry_pages(entry));
}

static struct page *run_restore_entry(u64 entry)
{
	return kho_restore_pages(test_kho_phys(entry), run_entry_pages(entry));
}

/*
 * One page more makes another last block of an odd run, which did not come: the
 * blocks before it are taken, and have to be put back.
 */
static struct page *run_restore_odd_entry(u64 entry)
{
	unsigned long nr = run_entry_pages(entry);

	if (nr > 1 && nr % 2 && kho_restore_pages(test_kho_phys(entry), nr + 1))
		return NULL;
	return run_restore_entry(entry);
}

static const char *run_check_entry(u64 entry)
{
	struct page *page = test_kho_page(entry);

	for (unsigned long i = 0; i < run_entry_pages(entry); i++, page++) {
		if (PageCompound(page))
			return "a page is part of a folio";
		if (page_ref_count(page) != 1)
			return "a page's reference count is not 1";
		if (page_mapped(page))
			return "a page seems to be mapped";
		if (PageReserved(page))
			return "a page is reserved";
	}

	return NULL;
}

static void run_free_entry(u64 entry)
{
	struct page *page = test_kho_page(entry);

	for (unsigned long i = 0; i < run_entry_pages(entry); i++)
		__free_page(page + i);
}

const struct test_kho_ops test_kho_ops[TEST_KHO_KINDS] = {
	[TEST_KHO_FOLIOS] = {
		.alloc = folio_alloc_entry,
		.preserve = folio_preserve_entry,
		.unpreserve = folio_unpreserve_entry,
		.restore = folio_restore_entry,
		.check = folio_check_entry,
		.free = folio_free_entry,
		.pages = folio_entry_pages,
	},
	[TEST_KHO_RUNS] = {
		.alloc = run_alloc_entry,
		.preserve = run_preserve_entry,
		.unpreserve = run_unpreserve_entry,
		.restore = run_restore_odd_entry,
		.check = run_check_entry,
		.free = run_free_entry,
		.pages = run_entry_pages,
	},
	[TEST_KHO_PAGES] = {
		.alloc = pages_alloc_entry,
		.preserve = run_preserve_entry,
		.unpreserve = run_unpreserve_entry,
		.restore = run_restore_entry,
		.check = run_check_entry,
		.free = run_free_entry,
		.pages = run_entry_pages,
	},
};
