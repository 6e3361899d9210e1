// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: give memory that the last kernel preserved back to its owners.
 *
 * The memory map that came is the truth about what nobody has taken yet. A block
 * is in it exactly once; clearing its bit is what makes the caller its owner, in
 * one atomic step. Until then its struct pages are those of reserved boot memory,
 * which no part of the kernel touches.
 *
 * What consists of several blocks is taken one by one, and put back when one of
 * them is not there. Between taking and keeping, the struct pages of the blocks
 * are the claim's: they say how large the blocks are, and hang in its list. So a
 * claim needs no memory of its own.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kexec_handover.h>
#include <linux/list.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/pgalloc_tag.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "../../mm/internal.h"
#include "kho_claim.h"
#include "kho_map.h"
#include "kho_memory.h"

/* page->private of a block that is in a claim: its order, and whether a folio's */
#define KHO_CLAIM_FOLIO		BIT(8)
#define KHO_CLAIM_ORDER		(KHO_CLAIM_FOLIO - 1)

/* Steps between two looks whether somebody else needs the CPU. */
#define KHO_CLAIM_BATCH		1024

struct kho_incoming kho_in;

/* Leaves of the map that came do not go. */
static DEFINE_PER_CPU(struct kho_last_leaf, kho_last_leaf_in);

/**
 * is_kho_boot() - did this kernel take over from another one?
 *
 * Context: Any after kho_early_open().
 * Return: true after a handover that was accepted.
 */
bool is_kho_boot(void)
{
	return kho_in.valid;
}
EXPORT_SYMBOL_GPL(is_kho_boot);

static u64 kho_block_key(unsigned long pfn, unsigned int order)
{
	return kho_radix_encode_key(PFN_PHYS(pfn), order);
}

/* The orders that a block which starts at @pfn may have, a bit for each. */
static unsigned long kho_orders_at(unsigned long pfn)
{
	return pfn ? kho_in.orders & GENMASK(__ffs(pfn), 0) : kho_in.orders;
}

/*
 * Take the block that starts at @pfn and has one of @orders, the largest first:
 * small ones are possible at nearly every address. Returns the order, or -ENOENT.
 */
static int kho_take_block(unsigned long pfn, unsigned long orders)
{
	unsigned int order;

	for (orders &= kho_orders_at(pfn); orders; orders &= ~BIT(order)) {
		order = __fls(orders);
		if (!kho_radix_del_key(&kho_in.tree, kho_block_key(pfn, order)))
			return order;
	}
	return -ENOENT;
}

static void kho_put_block(unsigned long pfn, unsigned int order)
{
	u64 key = kho_block_key(pfn, order);

	/* Its struct page is another claim's as soon as the bit is seen. */
	smp_mb__before_atomic();
	set_bit(kho_key_bit(key), kho_radix_find_leaf(&kho_in.tree, key)->bitmap);
}

/* The page allocator frees a folio into one zone. */
static bool kho_in_one_zone(struct page *page, unsigned int order)
{
	return page_zone(page) == page_zone(page + (1UL << order) - 1);
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
static noinline void kho_poison_folio(struct page *page, unsigned int order)
{
	if (kho_is_poisoned(page_to_phys(page), PAGE_SIZE << order))
		folio_set_has_hwpoisoned(page_folio(page));
}

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
	if (unlikely(kho_in.nr_poison))
		kho_poison_folio(page, order);
}

/* Where nodes meet elsewhere than in the last kernel, a block may be of several. */
static void kho_count_managed(struct page *page, unsigned int order)
{
	if (kho_in_one_zone(page, order)) {
		adjust_managed_page_count(page, 1L << order);
		return;
	}
	order--;
	kho_count_managed(page, order);
	kho_count_managed(page + (1UL << order), order);
}

/**
 * kho_claim_begin() - begin to take something back
 * @claim: the claim; kho_claim_commit() or kho_claim_cancel() must follow
 *
 * Context: Any.
 */
void kho_claim_begin(struct kho_claim *claim)
{
	INIT_LIST_HEAD(&claim->blocks);
}

static void kho_claim_note(struct kho_claim *claim, unsigned long pfn,
			   unsigned long private)
{
	struct page *page = pfn_to_page(pfn);

	set_page_private(page, private);
	list_add(&page->lru, &claim->blocks);
}

/* Leave the list, and tell what was noted. */
static unsigned long kho_claim_forget(struct page *page)
{
	unsigned long private = page_private(page);

	list_del_init(&page->lru);
	set_page_private(page, 0);
	return private;
}

/**
 * kho_claim_folio() - one folio more
 * @claim: the claim; to be cancelled after an error
 * @phys: physical address of the folio, which may be any number
 *
 * Context: Process context after the page allocator is up.
 * Return: The folio's order; -ENOENT when none was preserved there or it was
 * taken before; -EXDEV when zones meet in it in this kernel; -EINVAL when @phys
 * is no address of a page.
 */
int kho_claim_folio(struct kho_claim *claim, u64 phys)
{
	unsigned long pfn = PHYS_PFN(phys);
	int order;

	if (!PAGE_ALIGNED(phys))
		return -EINVAL;
	order = kho_take_block(pfn, ~0UL);
	if (order < 0)
		return order;
	if (!kho_in_one_zone(pfn_to_page(pfn), order)) {
		pr_err_ratelimited("the folio at %#llx lies in two zones and stays untouched\n",
				   phys);
		kho_put_block(pfn, order);
		return -EXDEV;
	}
	kho_claim_note(claim, pfn, order | KHO_CLAIM_FOLIO);
	return order;
}

/* Undo what a run that is not all there added. */
static void kho_claim_trim(struct kho_claim *claim, struct list_head *last)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &claim->blocks, lru) {
		if (&page->lru == last)
			break;
		kho_put_block(page_to_pfn(page), kho_claim_forget(page));
	}
}

/**
 * kho_claim_run() - one run of pages more
 * @claim: the claim; to be cancelled after an error
 * @phys: physical address of the run, which may be any number
 * @nr_pages: number of pages, any number
 *
 * The run is what was preserved, cut in whatever way.
 *
 * Context: Process context after the page allocator is up, may sleep.
 * Return: 0; -EINVAL when there can be no such run; -ENOENT when not all of it
 * was preserved, or some of it was taken before.
 */
int kho_claim_run(struct kho_claim *claim, u64 phys, unsigned long nr_pages)
{
	struct list_head *last = claim->blocks.next;
	unsigned long pfn = PHYS_PFN(phys), nr = 0;

	if (!PAGE_ALIGNED(phys) || !nr_pages || pfn + nr_pages < pfn)
		return -EINVAL;
	while (nr_pages) {
		int order = kho_take_block(pfn, GENMASK(ilog2(nr_pages), 0));

		if (order < 0) {
			kho_claim_trim(claim, last);
			return order;
		}
		kho_claim_note(claim, pfn, order);
		pfn += 1UL << order;
		nr_pages -= 1UL << order;
		if (!(++nr % KHO_CLAIM_BATCH))
			cond_resched();
	}
	return 0;
}

/**
 * kho_claim_commit() - keep what was claimed
 * @claim: the claim, which ends
 *
 * Folios have one reference afterwards, and so has each page of a run.
 *
 * Context: Process context, may sleep.
 */
void kho_claim_commit(struct kho_claim *claim)
{
	struct page *page, *next;
	unsigned long nr = 0;

	list_for_each_entry_safe(page, next, &claim->blocks, lru) {
		unsigned long private = kho_claim_forget(page);
		unsigned int order = private & KHO_CLAIM_ORDER;

		if (private & KHO_CLAIM_FOLIO)
			kho_init_folio(page, order);
		else
			kho_init_pages(page, 1UL << order);
		kho_count_managed(page, order);
		if (!(++nr % KHO_CLAIM_BATCH))
			cond_resched();
	}
}

/**
 * kho_claim_cancel() - put back what was claimed
 * @claim: the claim, which ends
 *
 * Context: Process context, may sleep.
 */
void kho_claim_cancel(struct kho_claim *claim)
{
	struct page *page, *next;
	unsigned long nr = 0;

	list_for_each_entry_safe(page, next, &claim->blocks, lru) {
		kho_put_block(page_to_pfn(page),
			      kho_claim_forget(page) & KHO_CLAIM_ORDER);
		if (!(++nr % KHO_CLAIM_BATCH))
			cond_resched();
	}
}

/**
 * kho_restore_folio() - take a folio back that the last kernel preserved
 * @phys: its physical address
 *
 * The folio has the order that it had, the contents that it had, and one
 * reference, which is the caller's.
 *
 * Context: Process context after the page allocator is up.
 * Return: The folio; NULL when no folio was preserved at @phys, when it was taken
 * back before, or when zones meet in it in this kernel. The memory is untouched
 * then.
 */
struct folio *kho_restore_folio(phys_addr_t phys)
{
	struct kho_claim claim;

	kho_claim_begin(&claim);
	if (kho_claim_folio(&claim, phys) < 0)
		return NULL;
	kho_claim_commit(&claim);
	return page_folio(pfn_to_page(PHYS_PFN(phys)));
}
EXPORT_SYMBOL_GPL(kho_restore_folio);

/* The most there is of anything, without a look for its order. With preemption off. */
static __always_inline bool kho_take_page(struct kho_last_leaf *last, unsigned long pfn)
{
	u64 key = kho_block_key(pfn, 0);
	struct kho_radix_leaf *leaf;

	leaf = kho_map_leaf(&kho_in.tree, last, key);
	return leaf && test_and_clear_bit(kho_key_bit(key), leaf->bitmap);
}

/* Returns how many of the first ones are single pages, and taken back. */
static unsigned int kho_restore_near_folios(const phys_addr_t *phys,
					    struct folio **folios, unsigned int nr)
{
	unsigned int done, counted = 0;
	struct kho_last_leaf *last;
	struct page *page = NULL;
	int zone = 0;

	if (unlikely(!(kho_in.orders & BIT(0))))
		return 0;
	preempt_disable();
	last = this_cpu_ptr(&kho_last_leaf_in);
	for (done = 0; done < nr; done++) {
		if (!PAGE_ALIGNED(phys[done]) ||
		    !kho_take_page(last, PHYS_PFN(phys[done])))
			break;
		/* Pages of one zone are counted together. */
		if (done && zone != page_zone_id(pfn_to_page(PHYS_PFN(phys[done])))) {
			adjust_managed_page_count(page, done - counted);
			counted = done;
		}
		page = pfn_to_page(PHYS_PFN(phys[done]));
		zone = page_zone_id(page);
		kho_init_pages(page, 1);
		set_page_private(page, 0);
		folios[done] = (struct folio *)page;
	}
	preempt_enable();
	if (done > counted)
		adjust_managed_page_count(page, done - counted);
	return done;
}

/**
 * kho_restore_folios() - take several folios back
 * @phys: their physical addresses
 * @folios: where to put them
 * @nr: how many
 *
 * As kho_restore_folio() for each, for less where they are single pages.
 *
 * Context: Process context after the page allocator is up.
 * Return: How many were taken back; less than @nr when there is no folio for the one that
 * follows.
 */
unsigned int kho_restore_folios(const phys_addr_t *phys, struct folio **folios,
				unsigned int nr)
{
	unsigned int done;

	for (done = kho_restore_near_folios(phys, folios, nr); done < nr;
	     done += kho_restore_near_folios(phys + done, folios + done, nr - done)) {
		folios[done] = kho_restore_folio(phys[done]);
		if (!folios[done])
			break;
		done++;
	}
	return done;
}
EXPORT_SYMBOL_GPL(kho_restore_folios);

static noinline struct page *kho_restore_run(phys_addr_t phys,
					     unsigned long nr_pages)
{
	struct kho_claim claim;

	kho_claim_begin(&claim);
	if (kho_claim_run(&claim, phys, nr_pages))
		return NULL;
	kho_claim_commit(&claim);
	return pfn_to_page(PHYS_PFN(phys));
}

/**
 * kho_restore_pages() - take a run of pages back
 * @phys: physical address of its first page
 * @nr_pages: number of pages, as it was preserved
 *
 * Each page comes back with one reference and may be freed by itself.
 *
 * Context: Process context after the page allocator is up, may sleep.
 * Return: The first page; NULL when not all of the run was preserved, or when any
 * of it was taken back before. The memory is untouched then.
 */
struct page *kho_restore_pages(phys_addr_t phys, unsigned long nr_pages)
{
	struct page *page;
	bool taken;

	if (nr_pages != 1)
		return kho_restore_run(phys, nr_pages);
	/* By far the most calls: without the loop over several */
	if (!PAGE_ALIGNED(phys) || unlikely(!(kho_in.orders & BIT(0))))
		return NULL;
	preempt_disable();
	taken = kho_take_page(this_cpu_ptr(&kho_last_leaf_in), PHYS_PFN(phys));
	preempt_enable();
	if (!taken)
		return NULL;
	page = pfn_to_page(PHYS_PFN(phys));
	kho_init_pages(page, 1);
	set_page_private(page, 0);
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
 * Context: Process context.
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

/**
 * kho_early_claim() - claim a run before the page allocator is up
 * @phys: physical address of the first page
 * @size: bytes; the run that was preserved is all pages that they touch
 *
 * For memory that stays boot memory, and that the caller reserves in memblock
 * himself. The run must have been preserved by kho_preserve_pages().
 *
 * Context: Early boot, after kho_early_open() and before memblock_free_all().
 * Return: 0; -ENOENT when not all of this run came, or without a handover.
 */
int __init kho_early_claim(phys_addr_t phys, size_t size)
{
	unsigned long start = PHYS_PFN(phys), end = PFN_UP(phys + size), pfn;
	phys_addr_t block_end;
	int order;

	if (!kho_in.valid || phys + size <= phys)
		return -ENOENT;
	/* First a look: there are no struct pages yet to put anything back by. */
	for (pfn = start; pfn < end; pfn = PHYS_PFN(block_end)) {
		block_end = kho_map_block_end(&kho_in.tree, kho_orders_at(pfn),
					      PFN_PHYS(pfn));
		if (!block_end || block_end > PFN_PHYS(end))
			return -ENOENT;
	}
	for (pfn = start; pfn < end; pfn += 1UL << order) {
		order = kho_take_block(pfn, GENMASK(ilog2(end - pfn), 0));
		if (order < 0)
			return order;
	}
	return 0;
}

/**
 * kho_unclaimed_bytes() - what came and nobody has taken back
 *
 * Context: Process context, may sleep.
 * Return: Bytes.
 */
u64 kho_unclaimed_bytes(void)
{
	unsigned long orders = kho_in.orders, nr = 0;
	struct kho_radix_iter iter;
	u64 base, word, bytes = 0;
	unsigned int order;

	if (!kho_in.valid)
		return 0;
	for_each_set_bit(order, &orders, BITS_PER_LONG) {
		kho_radix_iter_init(&iter, kho_in.tree.root, kho_key_first(order),
				    kho_key_last(order));
		while (kho_radix_iter_next_word(&iter, &base, &word)) {
			bytes += ((u64)PAGE_SIZE << order) * hweight64(word);
			if (!(++nr % KHO_CLAIM_BATCH))
				cond_resched();
		}
	}
	return bytes;
}

#if IS_ENABLED(CONFIG_KEXEC_HANDOVER_KUNIT_TEST)
/**
 * kho_claim_forget_leaves() - another map will stand for the one that came
 *
 * Context: Process context, while nobody claims.
 */
void kho_claim_forget_leaves(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(kho_last_leaf_in, cpu) = (struct kho_last_leaf){};
}
#endif
