// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: give memory that the last kernel preserved back to its owner.
 *
 * The tree that came is the truth about what nobody has taken yet. A block is
 * in it exactly once; taking it out is what makes the caller its owner, in one
 * atomic step. Until then its struct pages are those of reserved boot memory,
 * which no part of the kernel touches.
 *
 * Several blocks are taken one after the other, and put back when one of them is
 * not there; the tree's lock keeps the nodes for that.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/pgalloc_tag.h>

#include "../../mm/internal.h"
#include "kho_internal.h"

static u64 kho_block_key(unsigned long pfn, unsigned int order)
{
	return kho_radix_encode_key(PFN_PHYS(pfn), order);
}

/**
 * kho_run_unclaimed() - did this run come, and is all of it still there?
 * @pfn: its first page
 * @nr_pages: number of pages; anything
 *
 * Context: Process context. The answer may be old when it arrives.
 * Return: true when every block of the run is still to be claimed.
 */
bool kho_run_unclaimed(unsigned long pfn, unsigned long nr_pages)
{
	if (!nr_pages || pfn + nr_pages < pfn ||
	    !pfn_valid(pfn) || !pfn_valid(pfn + nr_pages - 1))
		return false;
	while (nr_pages) {
		unsigned int order = kho_run_order(pfn, nr_pages);

		if (!kho_radix_contains_key(&kho_in.tree,
					    kho_block_key(pfn, order)))
			return false;
		pfn += 1UL << order;
		nr_pages -= 1UL << order;
	}
	return true;
}

static void kho_put_back(unsigned long pfn, unsigned long nr_pages,
			 unsigned long end)
{
	while (pfn < end) {
		unsigned int order = kho_run_order(pfn, nr_pages);

		kho_radix_unclear_key(&kho_in.tree, kho_block_key(pfn, order));
		pfn += 1UL << order;
		nr_pages -= 1UL << order;
	}
}

/* All blocks of a run, or none. */
static bool kho_take_run(unsigned long start, unsigned long nr_pages)
{
	unsigned long pfn = start, left = nr_pages;

	guard(mutex)(&kho_in.tree.lock);
	while (left) {
		unsigned int order = kho_run_order(pfn, left);

		if (kho_radix_clear_key(&kho_in.tree, kho_block_key(pfn, order))) {
			kho_put_back(start, nr_pages, pfn);
			return false;
		}
		pfn += 1UL << order;
		left -= 1UL << order;
	}
	return true;
}

static bool kho_claim_run(unsigned long pfn, unsigned long nr_pages)
{
	if (!nr_pages || pfn + nr_pages < pfn || !kho_take_run(pfn, nr_pages))
		return false;
	while (nr_pages) {
		unsigned int order = kho_run_order(pfn, nr_pages);

		kho_radix_prune_key(&kho_in.tree, kho_block_key(pfn, order));
		pfn += 1UL << order;
		nr_pages -= 1UL << order;
	}
	return true;
}

/* Boot memory becomes single pages with one reference each. */
static void kho_init_pages(struct page *page, unsigned long nr_pages)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++, page++) {
		clear_page_tag_ref(page);
		__ClearPageReserved(page);
		set_page_count(page, 1);
	}
}

/* Boot memory becomes a folio with one reference, as from folio_alloc(). */
static void kho_init_folio(struct page *page, unsigned int order)
{
	struct page *tail, *end = page + (1UL << order);

	kho_init_pages(page, 1);
	if (!order)
		return;

	/* As prep_compound_tail() does; nobody has used page->private yet. */
	for (tail = page + 1; tail < end; tail++) {
		__ClearPageReserved(tail);
		set_page_count(tail, 0);
		tail->mapping = TAIL_MAPPING;
		set_compound_head(tail, page);
	}
	__SetPageHead(page);
	prep_compound_head(page, order);
	page_rmappable_folio(page);
}

/*
 * Take the block that starts at @pfn. Only orders that came at all and that its
 * address allows are looked for, the largest first: of those, small ones are at
 * nearly every address. Returns the order, or -ENOENT.
 */
static int kho_claim_block(unsigned long pfn)
{
	unsigned long orders = kho_in.orders;
	unsigned int order;

	if (!kho_in.valid)
		return -ENOENT;
	if (pfn)
		orders &= GENMASK(__ffs(pfn), 0);
	for (; orders; orders &= ~BIT(order)) {
		order = __fls(orders);
		if (!kho_radix_del_key(&kho_in.tree, kho_block_key(pfn, order)))
			return order;
	}
	return -ENOENT;
}

/**
 * kho_restore_folio() - take a folio back that the last kernel preserved
 * @phys: its physical address
 *
 * The folio has the order that it had, the contents that it had, and one
 * reference, which is the caller's.
 *
 * Context: Process context after the page allocator is up, may sleep.
 * Return: The folio; NULL when no folio was preserved at @phys or when it was
 * taken back before. The memory is untouched then.
 */
struct folio *kho_restore_folio(phys_addr_t phys)
{
	unsigned long pfn = PHYS_PFN(phys);
	struct page *page;
	int order;

	if (!PAGE_ALIGNED(phys))
		return NULL;
	order = kho_claim_block(pfn);
	if (order < 0)
		return NULL;

	page = pfn_to_page(pfn);
	kho_init_folio(page, order);
	adjust_managed_page_count(page, 1L << order);
	return page_folio(page);
}
EXPORT_SYMBOL_GPL(kho_restore_folio);

/**
 * kho_own_run() - make what was claimed pages of this kernel
 * @pfn: first page of a run whose blocks the caller took out of kho_in.tree
 * @nr_pages: number of pages
 *
 * Context: Process context after the page allocator is up.
 * Return: The first page; each has one reference.
 */
struct page *kho_own_run(unsigned long pfn, unsigned long nr_pages)
{
	struct page *page = pfn_to_page(pfn);

	kho_init_pages(page, nr_pages);
	while (nr_pages) {
		unsigned int order = kho_run_order(pfn, nr_pages);

		/* A run may cross zones; a block does not. */
		adjust_managed_page_count(pfn_to_page(pfn), 1L << order);
		pfn += 1UL << order;
		nr_pages -= 1UL << order;
	}
	return page;
}

static noinline struct page *kho_restore_run(unsigned long pfn,
					     unsigned long nr_pages)
{
	if (!kho_claim_run(pfn, nr_pages))
		return NULL;
	return kho_own_run(pfn, nr_pages);
}

/**
 * kho_restore_pages() - take a run of pages back
 * @phys: physical address of its first page
 * @nr_pages: number of pages, as it was preserved
 *
 * Each page comes back with one reference and may be freed by itself.
 *
 * Context: Process context after the page allocator is up, may sleep.
 * Return: The first page; NULL when not exactly this run was preserved, or when
 * any of it was taken back before. The memory is untouched then.
 */
struct page *kho_restore_pages(phys_addr_t phys, unsigned long nr_pages)
{
	unsigned long pfn = PHYS_PFN(phys);
	struct page *page;

	if (!PAGE_ALIGNED(phys) || !kho_in.valid)
		return NULL;
	if (nr_pages != 1)
		return kho_restore_run(pfn, nr_pages);
	if (kho_radix_del_key(&kho_in.tree, kho_block_key(pfn, 0)))
		return NULL;
	page = pfn_to_page(pfn);
	kho_init_pages(page, 1);
	adjust_managed_page_count(page, 1);
	return page;
}
EXPORT_SYMBOL_GPL(kho_restore_pages);

/**
 * kho_restore_free() - free memory of kho_alloc_preserve() in the next kernel
 * @mem: the memory, phys_to_virt() of what was handed over
 *
 * Does nothing when it was not preserved, or was taken back before.
 *
 * Context: Process context, may sleep.
 */
void kho_restore_free(void *mem)
{
	struct folio *folio = kho_restore_folio(__pa(mem));

	if (folio)
		folio_put(folio);
	else
		WARN_ON_ONCE(IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG));
}
EXPORT_SYMBOL_GPL(kho_restore_free);

/* As kho_run_order(), while the memory map may not be there yet. */
static unsigned int __init kho_early_run_order(unsigned long pfn,
					       unsigned long nr_pages)
{
	unsigned int order = kho_block_order(pfn, nr_pages);

	while (order && early_pfn_to_nid(pfn) !=
			early_pfn_to_nid(pfn + (1UL << order) - 1))
		order--;
	return order;
}

/**
 * kho_early_claim() - claim a run before the page allocator is up
 * @phys: physical address of the first page
 * @size: bytes; the run that was preserved is all pages that they touch
 *
 * For memory that stays boot memory, and that the caller reserves in memblock
 * himself. The run must have been preserved by kho_preserve_pages().
 *
 * Context: Early boot, after kho_early_open() and before memblock_free_all().
 * Return: 0; -ENOENT when not exactly this run came, or without a handover.
 */
int __init kho_early_claim(phys_addr_t phys, size_t size)
{
	unsigned long start = PHYS_PFN(phys), end = PFN_UP(phys + size);
	unsigned long pfn;
	unsigned int order;

	if (!kho_in.valid || phys + size <= phys)
		return -ENOENT;
	for (pfn = start; pfn < end; pfn += 1UL << order) {
		order = kho_early_run_order(pfn, end - pfn);
		if (!kho_radix_contains_key(&kho_in.tree,
					    kho_block_key(pfn, order)))
			return -ENOENT;
	}
	for (pfn = start; pfn < end; pfn += 1UL << order) {
		order = kho_early_run_order(pfn, end - pfn);
		kho_radix_clear_key(&kho_in.tree, kho_block_key(pfn, order));
	}
	return 0;
}

/**
 * kho_unclaimed_bytes() - what came and nobody has taken back
 *
 * Context: Process context.
 * Return: Bytes.
 */
u64 kho_unclaimed_bytes(void)
{
	struct kho_radix_iter iter;
	u64 key, bytes = 0;

	if (!kho_in.valid)
		return 0;
	guard(mutex)(&kho_in.tree.lock);
	kho_radix_iter_init(&iter, kho_in.tree.root, 0, U64_MAX);
	while (kho_radix_iter_next(&iter, &key)) {
		unsigned int order;

		kho_radix_decode_key(key, &order);
		bytes += (u64)PAGE_SIZE << order;
	}
	return bytes;
}
