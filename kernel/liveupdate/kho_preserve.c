// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: put memory into the set that the next kernel keeps, and take it out.
 *
 * What is preserved is one key for each block of 2^order pages in the memory map,
 * there and then: there is no list to serialize later, and nothing is copied.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/err.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/rcu_sync.h>

#include "kho_map.h"
#include "kho_memory.h"
#include "kho_preserve.h"
#include "kho_state.h"

/* Blocks between two looks whether somebody else needs the CPU. */
#define KHO_RESCHED_BLOCKS	1024

struct kho_radix_tree kho_out_tree;

/* Pages in the map; a CPU's share may be negative. */
static DEFINE_PER_CPU(long, kho_preserved_pages);
/* How many of them are KHO's own. */
static long kho_own_pages __ro_after_init;

/* Leaves go in kho_preserve_prune() only. */
static DEFINE_PER_CPU(struct kho_last_leaf, kho_last_leaf);

/**
 * kho_preserved_bytes() - how much memory producers preserve
 *
 * KHO's own pages (the FDT, the metadata) do not count.
 *
 * Context: Any. The figure is exact when nobody preserves at the same time.
 * Return: Bytes.
 */
u64 kho_preserved_bytes(void)
{
	long pages = -kho_own_pages;
	int cpu;

	for_each_possible_cpu(cpu)
		pages += READ_ONCE(per_cpu(kho_preserved_pages, cpu));
	return pages > 0 ? (u64)pages << PAGE_SHIFT : 0;
}

/* The log tells of what a producer did wrong, and where. */
static void kho_tell(const char *what, unsigned long pfn, unsigned long ip)
{
	phys_addr_t phys = PFN_PHYS(pfn);

	pr_err_ratelimited("%pS: %s, at %pa\n", (void *)ip, what, &phys);
}

/* Memory may have been added without its knowledge; all else is a mistake. */
static int kho_refuse_pages(const char *wrong, unsigned long pfn,
			    unsigned long ip)
{
	kho_tell(wrong, pfn, ip);
	WARN_ON_ONCE(IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG) &&
		     !kho_was_added(pfn));
	return -EINVAL;
}

static void kho_refuse_return(unsigned long pfn, unsigned long ip)
{
	kho_tell("memory that is taken back was not preserved", pfn, ip);
	WARN_ON_ONCE(IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG));
}

/**
 * kho_run_order() - order of the first block of a run of pages
 * @pfn: first page of what is left of the run
 * @nr_pages: pages left, at least 1, all of them with a struct page
 *
 * The largest naturally aligned block that starts the run and lies in one node.
 *
 * Context: Any, once the struct pages are there.
 * Return: The order.
 */
unsigned int kho_run_order(unsigned long pfn, unsigned long nr_pages)
{
	unsigned int order = kho_block_order(pfn, nr_pages);

	while (order && pfn_to_nid(pfn) != pfn_to_nid(pfn + (1UL << order) - 1))
		order--;
	return order;
}

/* For a key whose leaf does not exist, or did not when it was looked for. */
static noinline int kho_add_first(u64 key, unsigned int order)
{
	int err = kho_radix_add_key(&kho_out_tree, key);

	if (!err)
		this_cpu_add(kho_preserved_pages, 1L << order);
	return err;
}

/* With preemption off. -ENOENT when there is no leaf yet. The caller counts it. */
static __always_inline int kho_add_here(struct kho_last_leaf *last, u64 key)
{
	struct kho_radix_leaf *leaf = kho_map_leaf(&kho_out_tree, last, key);

	if (unlikely(!leaf))
		return -ENOENT;
	if (unlikely(test_and_set_bit(kho_key_bit(key), leaf->bitmap)))
		return -EEXIST;
	return 0;
}

static int kho_add_block(unsigned long pfn, unsigned int order)
{
	u64 key = kho_radix_encode_key(PFN_PHYS(pfn), order);
	int err;

	if (IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG) &&
	    kho_map_touches(&kho_out_tree, PFN_PHYS(pfn),
			    PFN_PHYS(pfn + (1UL << order))))
		return -EEXIST;

	preempt_disable();
	err = kho_add_here(this_cpu_ptr(&kho_last_leaf), key);
	if (!err)
		__this_cpu_add(kho_preserved_pages, 1L << order);
	preempt_enable();
	return err == -ENOENT ? kho_add_first(key, order) : err;
}

static int kho_del_block(unsigned long pfn, unsigned int order)
{
	int err;

	err = kho_radix_del_key(&kho_out_tree,
				kho_radix_encode_key(PFN_PHYS(pfn), order));
	if (!err)
		this_cpu_sub(kho_preserved_pages, 1L << order);
	return err;
}

/*
 * Take the blocks of a run out again. The start of a run, up to where one of its
 * blocks ends, is cut as the run is. Returns the number of pages that were not in
 * the set.
 */
static unsigned long kho_del_run(unsigned long pfn, unsigned long nr_pages)
{
	unsigned long missing = 0, blocks = 0;

	while (nr_pages) {
		unsigned int order = kho_run_order(pfn, nr_pages);

		if (kho_del_block(pfn, order))
			missing += 1UL << order;
		pfn += 1UL << order;
		nr_pages -= 1UL << order;
		if (!(++blocks % KHO_RESCHED_BLOCKS))
			cond_resched();
	}
	return missing;
}

static int kho_add_run(unsigned long start, unsigned long nr_pages)
{
	unsigned long pfn = start, left = nr_pages, blocks = 0;

	while (left) {
		unsigned int order = kho_run_order(pfn, left);
		int err = kho_add_block(pfn, order);

		if (err) {
			kho_del_run(start, pfn - start);
			return err;
		}
		pfn += 1UL << order;
		left -= 1UL << order;
		if (!(++blocks % KHO_RESCHED_BLOCKS))
			cond_resched();
	}
	return 0;
}

/**
 * kho_preserve_prune() - give back the nodes of the map that hold nothing
 *
 * Context: Process context, within kho_stop_changes().
 */
void kho_preserve_prune(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(kho_last_leaf, cpu) = (struct kho_last_leaf){};
	kho_radix_prune(&kho_out_tree);
}

/**
 * kho_count_own() - what is preserved by now is KHO's own, and no producer's
 *
 * Context: Boot.
 */
void __init kho_count_own(void)
{
	kho_own_pages = PHYS_PFN(kho_preserved_bytes());
}

static noinline const char *kho_check_run(unsigned long pfn,
					  unsigned long nr_pages)
{
	unsigned int order = kho_block_order(pfn, nr_pages ?: 1);

	if (nr_pages == 1UL << order && kho_surely_preservable(pfn, order))
		return NULL;
	return kho_check_pages(pfn, nr_pages);
}

static int __kho_preserve_run(unsigned long pfn, unsigned long nr_pages,
			      unsigned long ip)
{
	const char *wrong = kho_check_run(pfn, nr_pages);
	int err;

	if (wrong)
		return kho_refuse_pages(wrong, pfn, ip);
	err = kho_add_run(pfn, nr_pages);
	if (err == -EEXIST)
		kho_tell("memory is preserved already", pfn, ip);
	return err;
}

/**
 * kho_preserve_run() - preserve a run of pages as part of a larger change
 * @pfn: first page of the run
 * @nr_pages: number of pages, at least 1
 *
 * kho_preserve_pages() for who preserves several things at once, or nothing.
 *
 * Context: Process context, between kho_change_begin() and kho_change_end().
 * Return: As kho_preserve_pages().
 */
int kho_preserve_run(unsigned long pfn, unsigned long nr_pages)
{
	return __kho_preserve_run(pfn, nr_pages, _RET_IP_);
}

static void __kho_unpreserve_run(unsigned long pfn, unsigned long nr_pages,
				 unsigned long ip)
{
	if (kho_del_run(pfn, nr_pages))
		kho_refuse_return(pfn, ip);
}

/**
 * kho_unpreserve_run() - undo kho_preserve_run()
 * @pfn: first page of the run
 * @nr_pages: number of pages, as they were preserved
 *
 * Context: Process context, within a change.
 */
void kho_unpreserve_run(unsigned long pfn, unsigned long nr_pages)
{
	__kho_unpreserve_run(pfn, nr_pages, _RET_IP_);
}

static noinline int kho_preserve_far(unsigned long pfn, unsigned long nr_pages,
				     unsigned long ip)
{
	int err = kho_change_begin();

	if (err)
		return err;
	err = __kho_preserve_run(pfn, nr_pages, ip);
	kho_change_end();
	return err;
}

/*
 * With preemption off: may something be preserved that is nothing special? No lock is
 * needed for it: whoever takes kho_changes for writing waits for a grace period first, and
 * so for who found nobody to do so, as long as that keeps preemption off.
 */
static __always_inline bool kho_may_preserve_near(void)
{
	return likely(!IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG) &&
		      rcu_sync_is_idle(&kho_changes.rss) &&
		      READ_ONCE(kho_state) == KHO_OPEN);
}

/* Nearly always all there is to do. */
static __always_inline bool kho_preserve_near(unsigned long pfn,
					      unsigned int order)
{
	bool done;

	if (unlikely(!kho_surely_preservable(pfn, order)))
		return false;
	preempt_disable();
	done = kho_may_preserve_near() &&
	       !kho_add_here(this_cpu_ptr(&kho_last_leaf),
			     kho_radix_encode_key(PFN_PHYS(pfn), order));
	if (likely(done))
		__this_cpu_add(kho_preserved_pages, 1L << order);
	preempt_enable();
	return done;
}

/**
 * kho_preserve_folio() - hand a folio over to the next kernel
 * @folio: the folio, of any order
 *
 * The folio keeps its address and contents through the next kexec, where
 * kho_restore_folio() gives it back. The caller holds a reference for as long
 * as the folio is preserved.
 *
 * Context: Process context, may sleep (a tree node may have to be allocated).
 * Return: 0; -EOPNOTSUPP when KHO is off; -EBUSY unless the state is open;
 * -EINVAL when the folio lies in a scratch area or in memory that the next kernel
 * does not start with, as what was added after boot; -EEXIST when it is preserved
 * already; -ENOMEM, and then it is not preserved. The log tells of -EINVAL and
 * -EEXIST.
 */
int kho_preserve_folio(struct folio *folio)
{
	unsigned long pfn = folio_pfn(folio);
	unsigned int order = folio_order(folio);

	if (likely(kho_preserve_near(pfn, order)))
		return 0;
	return kho_preserve_far(pfn, 1UL << order, _RET_IP_);
}
EXPORT_SYMBOL_GPL(kho_preserve_folio);

/* Single pages of so many are looked at together. */
#define KHO_GROUP_SHIFT		6

/*
 * Returns how many of the first ones are nothing special, and preserved. Pages of the group
 * @good are not.
 */
static unsigned int kho_preserve_near_folios(struct folio **folios, unsigned int nr,
					     unsigned long good)
{
	struct kho_last_leaf *last;
	unsigned int done = 0;
	long pages = 0;

	preempt_disable();
	last = this_cpu_ptr(&kho_last_leaf);
	if (!kho_may_preserve_near())
		nr = 0;
	for (; done < nr; done++) {
		unsigned int order = folio_order(folios[done]);
		unsigned long pfn = folio_pfn(folios[done]);

		if (unlikely(!kho_surely_preservable(pfn, order)) &&
		    (order || pfn >> KHO_GROUP_SHIFT != good))
			break;
		if (unlikely(kho_add_here(last, kho_radix_encode_key(PFN_PHYS(pfn),
								     order))))
			break;
		pages += 1L << order;
	}
	__this_cpu_add(kho_preserved_pages, pages);
	preempt_enable();
	return done;
}

/* The group of a page, if all pages there may be preserved; ULONG_MAX else. */
static unsigned long kho_good_group(unsigned long pfn)
{
	unsigned long group = pfn >> KHO_GROUP_SHIFT;

	if (kho_check_pages(group << KHO_GROUP_SHIFT, 1UL << KHO_GROUP_SHIFT))
		return ULONG_MAX;
	return group;
}

/**
 * kho_preserve_folios() - hand several folios over to the next kernel
 * @folios: the folios, of any order
 * @nr: how many
 *
 * As kho_preserve_folio() for each, for less than half the cost. Preemption is off for a
 * part of it, so a few hundred are enough for one call.
 *
 * Context: Process context, may sleep.
 * Return: As kho_preserve_folio(). After an error none of them is preserved by it.
 */
int kho_preserve_folios(struct folio **folios, unsigned int nr)
{
	unsigned long good = ULONG_MAX;
	unsigned int done = 0;

	for (;;) {
		unsigned long pfn;
		int err;

		done += kho_preserve_near_folios(folios + done, nr - done, good);
		if (done == nr)
			return 0;
		pfn = folio_pfn(folios[done]);
		err = kho_preserve_far(pfn, folio_nr_pages(folios[done]), _RET_IP_);
		if (err) {
			while (done)
				kho_unpreserve_folio(folios[--done]);
			return err;
		}
		good = kho_good_group(pfn);
		done++;
	}
}
EXPORT_SYMBOL_GPL(kho_preserve_folios);

/**
 * kho_unpreserve_folio() - do not hand a folio over after all
 * @folio: a folio that kho_preserve_folio() took
 *
 * While the state is finalized, that ends with it. Once a kexec is on its way the
 * folio stays preserved, and nobody may write to it any more.
 *
 * Context: Process context, may sleep.
 */
void kho_unpreserve_folio(struct folio *folio)
{
	if (!kho_return_begin(_RET_IP_))
		return;
	if (kho_del_block(folio_pfn(folio), folio_order(folio)))
		kho_refuse_return(folio_pfn(folio), _RET_IP_);
	kho_change_end();
}
EXPORT_SYMBOL_GPL(kho_unpreserve_folio);

/**
 * kho_preserve_pages() - hand a run of pages over to the next kernel
 * @page: first page of the run
 * @nr_pages: number of pages, at least 1; any number, of any alignment
 *
 * The run is cut into naturally aligned blocks, each of which lies in one node;
 * the cost goes with their number. The pages must be given back as the same run
 * by kho_restore_pages(), or taken out as the same run by
 * kho_unpreserve_pages(). The caller owns the pages for as long as they are
 * preserved.
 *
 * Context: Process context, may sleep (a tree node may have to be allocated).
 * Return: 0; -EOPNOTSUPP when KHO is off; -EBUSY unless the state is open;
 * -EINVAL when the run is empty, touches a scratch area, or is not all memory that
 * the next kernel starts with; -EEXIST when one of the blocks is preserved
 * already; -ENOMEM. After an error nothing of the run is preserved by it. The log
 * tells of -EINVAL and -EEXIST.
 */
int kho_preserve_pages(struct page *page, unsigned long nr_pages)
{
	if (likely(nr_pages == 1 && kho_preserve_near(page_to_pfn(page), 0)))
		return 0;
	return kho_preserve_far(page_to_pfn(page), nr_pages, _RET_IP_);
}
EXPORT_SYMBOL_GPL(kho_preserve_pages);

/**
 * kho_unpreserve_pages() - do not hand a run of pages over after all
 * @page: first page of a run that kho_preserve_pages() took
 * @nr_pages: number of pages, as they were preserved
 *
 * While the state is finalized, that ends with it. Once a kexec is on its way the
 * pages stay preserved, and nobody may write to them any more.
 *
 * Context: Process context, may sleep.
 */
void kho_unpreserve_pages(struct page *page, unsigned long nr_pages)
{
	if (!kho_return_begin(_RET_IP_))
		return;
	__kho_unpreserve_run(page_to_pfn(page), nr_pages, _RET_IP_);
	kho_change_end();
}
EXPORT_SYMBOL_GPL(kho_unpreserve_pages);

/**
 * kho_alloc_preserve() - allocate memory that is handed over
 * @size: bytes, from 1 to the largest folio; rounded up to a power of two pages
 *
 * For the blobs in which producers describe what they preserve. The memory is
 * zeroed and physically contiguous, and must be freed with
 * kho_unpreserve_free(), or in the next kernel with kho_restore_free().
 *
 * Context: Process context, may sleep.
 * Return: The memory, or ERR_PTR() of -EINVAL for a size out of range, -ENOMEM,
 * or an error of kho_preserve_folio().
 */
void *kho_alloc_preserve(size_t size)
{
	unsigned int order;
	struct page *page;
	int err;

	if (!size || size > PAGE_SIZE << MAX_PAGE_ORDER)
		return ERR_PTR(-EINVAL);
	order = get_order(size);
	page = kho_alloc_pages(order);
	if (!page)
		return ERR_PTR(-ENOMEM);
	err = kho_preserve_folio(page_folio(page));
	if (err) {
		__free_pages(page, order);
		return ERR_PTR(err);
	}
	return page_address(page);
}
EXPORT_SYMBOL_GPL(kho_alloc_preserve);

/**
 * kho_unpreserve_free() - free memory of kho_alloc_preserve()
 * @mem: what kho_alloc_preserve() returned
 *
 * While the state is finalized, that ends with it. Once a kexec is on its way the
 * memory is neither taken out nor freed, since the next kernel counts on it.
 *
 * Context: Process context, may sleep.
 */
void kho_unpreserve_free(void *mem)
{
	struct folio *folio = virt_to_folio(mem);

	if (!kho_return_begin(_RET_IP_))
		return;
	if (kho_del_block(folio_pfn(folio), folio_order(folio)))
		kho_refuse_return(folio_pfn(folio), _RET_IP_);
	else
		folio_put(folio);
	kho_change_end();
}
EXPORT_SYMBOL_GPL(kho_unpreserve_free);
