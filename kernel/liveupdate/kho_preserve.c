// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: put memory into the set that the next kernel keeps, and take it out.
 *
 * What is preserved is one key for each block of 2^order pages in
 * kho_out_tree, there and then: there is no list to serialize later.
 *
 * A block whose leaf exists, and that is nearly all of them, takes the near way:
 * a few dozen instructions with preemption off, no lock, and nothing written
 * that another CPU reads but the bit itself. Everything else, and everything
 * that is wrong, goes the long way.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/ioport.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

#include "kho_internal.h"

/* Pages in kho_out_tree; a CPU's share may be negative. */
static DEFINE_PER_CPU(long, kho_preserved_pages);
/* How many of them are KHO's own. Changes only with the FDT's size. */
static atomic_long_t kho_own_pages = ATOMIC_LONG_INIT(0);

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
	long pages = -atomic_long_read(&kho_own_pages);
	int cpu;

	for_each_possible_cpu(cpu)
		pages += READ_ONCE(per_cpu(kho_preserved_pages, cpu));
	return pages > 0 ? (u64)pages << PAGE_SHIFT : 0;
}

/* Either may be any number, for a run that is not trusted. */
static bool kho_same_node(unsigned long pfn, unsigned long last)
{
	return pfn_valid(pfn) && pfn_valid(last) &&
	       pfn_to_nid(pfn) == pfn_to_nid(last);
}

/**
 * kho_run_order() - order of the first block of a run of pages
 * @pfn: first page of what is left of the run
 * @nr_pages: pages left, at least 1
 *
 * The largest naturally aligned block that starts the run and lies in one
 * node. Whoever restores a run cuts it with the same rule, so it is part of the
 * ABI.
 *
 * Context: Any, once the memory map is there.
 * Return: The order.
 */
unsigned int kho_run_order(unsigned long pfn, unsigned long nr_pages)
{
	unsigned int order = kho_block_order(pfn, nr_pages);

	while (order && !kho_same_node(pfn, pfn + (1UL << order) - 1))
		order--;
	return order;
}

static int kho_count_ram(unsigned long pfn, unsigned long nr_pages, void *count)
{
	*(unsigned long *)count += nr_pages;
	return 0;
}

/* Within a section both ends tell of all; across sections there may be holes. */
static bool kho_run_is_ram(unsigned long pfn, unsigned long nr_pages)
{
	unsigned long last = pfn + nr_pages - 1, count = 0;

	if (!pfn_valid(pfn) || !pfn_valid(last))
		return false;
	if (pfn_to_section_nr(pfn) == pfn_to_section_nr(last))
		return true;
	walk_system_ram_range(pfn, nr_pages, &count, kho_count_ram);
	return count == nr_pages;
}

static bool kho_run_preservable(unsigned long pfn, unsigned long nr_pages)
{
	if (!nr_pages || pfn + nr_pages < pfn)
		return false;
	if (!kho_run_is_ram(pfn, nr_pages))
		return false;
	return !kho_scratch_overlap(PFN_PHYS(pfn), nr_pages << PAGE_SHIFT);
}

/*
 * The last range of pages of which this CPU found that they may be preserved:
 * RAM of one section, there since boot, beside scratch.
 */
struct kho_window {
	unsigned long start;
	unsigned long end;
};

static DEFINE_PER_CPU(struct kho_window, kho_window);

static noinline void kho_window_move(struct kho_window *window,
				     unsigned long pfn)
{
	*window = (struct kho_window){};
	if (!pfn_valid(pfn) || kho_came_later(pfn, 1))
		return;
	window->start = ALIGN_DOWN(pfn, PAGES_PER_SECTION);
	window->end = window->start + PAGES_PER_SECTION;
	kho_scratch_clip(pfn, &window->start, &window->end);
}

/**
 * kho_windows_forget() - memory is added: what was found before may be wrong
 *
 * Context: Process context, may sleep.
 */
void kho_windows_forget(void)
{
	int cpu;

	kho_still_begin();
	for_each_possible_cpu(cpu)
		per_cpu(kho_window, cpu) = (struct kho_window){};
	kho_still_end();
}

/*
 * The near way, for who finds window and leaf where they were. Every call but
 * that of a race is one from the end, so that no registers are saved.
 */
static __always_inline bool kho_preserve_near(unsigned long pfn,
					      unsigned int order)
{
	struct kho_radix_cursor *cur;
	struct kho_window *window;
	u64 key = kho_radix_encode_key(PFN_PHYS(pfn), order);
	bool done = false;

	preempt_disable();
	window = this_cpu_ptr(&kho_window);
	cur = this_cpu_ptr(&kho_radix_add_cursor);
	if (likely(kho_may_change() && pfn >= window->start &&
		   pfn + (1UL << order) <= window->end &&
		   kho_radix_at_leaf(&kho_out_tree, cur, key)) &&
	    likely(!kho_radix_add_here(cur, key))) {
		__this_cpu_add(kho_preserved_pages, 1L << order);
		done = true;
	}
	preempt_enable();
	return done;
}

/* The same for who finds one of them elsewhere, and brings both here. */
static bool kho_preserve_seek(unsigned long pfn, unsigned int order)
{
	struct kho_window *window;
	bool done = false;

	preempt_disable();
	window = this_cpu_ptr(&kho_window);
	if (pfn < window->start || pfn >= window->end)
		kho_window_move(window, pfn);
	if (kho_may_change() && pfn >= window->start &&
	    pfn + (1UL << order) <= window->end &&
	    !kho_radix_try_add_key(&kho_out_tree,
				   kho_radix_encode_key(PFN_PHYS(pfn), order))) {
		__this_cpu_add(kho_preserved_pages, 1L << order);
		done = true;
	}
	preempt_enable();
	return done;
}

static int kho_add_block(unsigned long pfn, unsigned int order)
{
	int err;

	err = kho_radix_add_key(&kho_out_tree,
				kho_radix_encode_key(PFN_PHYS(pfn), order));
	if (!err)
		this_cpu_add(kho_preserved_pages, 1L << order);
	return err;
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
 * Take the blocks of a run out again, up to but without @end. The cut depends
 * on the whole run, so that must be given also where only its start was added.
 * Returns the number of pages that were not in the set.
 */
static unsigned long kho_del_run(unsigned long pfn, unsigned long nr_pages,
				 unsigned long end)
{
	unsigned long missing = 0;

	while (pfn < end) {
		unsigned int order = kho_run_order(pfn, nr_pages);

		if (kho_del_block(pfn, order))
			missing += 1UL << order;
		pfn += 1UL << order;
		nr_pages -= 1UL << order;
	}
	return missing;
}

static int kho_add_run(unsigned long start, unsigned long nr_pages)
{
	unsigned long pfn = start, left = nr_pages;

	while (left) {
		unsigned int order = kho_run_order(pfn, left);
		int err = kho_add_block(pfn, order);

		if (err) {
			kho_del_run(start, nr_pages, pfn);
			return err;
		}
		pfn += 1UL << order;
		left -= 1UL << order;
	}
	return 0;
}

/* A producer's mistake: told once where somebody looks for mistakes. */
int kho_misuse(int err)
{
	WARN_ON_ONCE(IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG));
	return err;
}

/**
 * kho_preserve_own() - preserve pages of KHO itself
 * @page: first page
 * @nr_pages: number of pages, at least 1
 *
 * As kho_preserve_pages(), but the pages do not count as a producer's and the
 * caller answers for the state of the handover.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL in memory that was added after boot; -EEXIST; -ENOMEM.
 */
int kho_preserve_own(struct page *page, unsigned long nr_pages)
{
	unsigned long pfn = page_to_pfn(page);
	int err;

	if (kho_came_later(pfn, nr_pages))
		return -EINVAL;
	err = kho_add_run(pfn, nr_pages);
	if (!err)
		atomic_long_add(nr_pages, &kho_own_pages);
	return err;
}

/**
 * kho_unpreserve_own() - undo kho_preserve_own()
 * @page: first page
 * @nr_pages: number of pages, as they were preserved
 *
 * Context: Process context, may sleep.
 */
void kho_unpreserve_own(struct page *page, unsigned long nr_pages)
{
	unsigned long pfn = page_to_pfn(page);

	WARN_ON_ONCE(kho_del_run(pfn, nr_pages, pfn + nr_pages));
	atomic_long_sub(nr_pages, &kho_own_pages);
}

/**
 * kho_preserve_run() - preserve a run of pages as part of a larger change
 * @page: first page of the run
 * @nr_pages: number of pages, at least 1
 *
 * kho_preserve_pages() for who preserves several things at once, or nothing.
 *
 * Context: Process context, between kho_change_begin() and kho_change_end().
 * Return: As kho_preserve_pages().
 */
int kho_preserve_run(struct page *page, unsigned long nr_pages)
{
	unsigned long pfn = page_to_pfn(page);

	if (unlikely(!kho_run_preservable(pfn, nr_pages)))
		return kho_misuse(-EINVAL);
	if (kho_came_later(pfn, nr_pages))
		return -EINVAL;
	return kho_add_run(pfn, nr_pages);
}

/**
 * kho_unpreserve_run() - undo kho_preserve_run()
 * @page: first page of the run
 * @nr_pages: number of pages, as they were preserved
 *
 * Context: Process context, between kho_change_begin() and kho_change_end().
 */
void kho_unpreserve_run(struct page *page, unsigned long nr_pages)
{
	unsigned long pfn = page_to_pfn(page);

	if (kho_del_run(pfn, nr_pages, pfn + nr_pages))
		kho_misuse(-ENOENT);
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
 * Return: 0; -EOPNOTSUPP when KHO is off; -EBUSY while the state is finalized;
 * -EINVAL when the folio lies in a scratch area, or in memory that was added
 * after boot, which the next kernel does not start with; -EEXIST when it is preserved
 * already; -ENOMEM, and then nothing is left behind.
 */
int kho_preserve_folio(struct folio *folio)
{
	unsigned long pfn = folio_pfn(folio);
	unsigned int order = folio_order(folio);
	int err;

	if (kho_preserve_near(pfn, order) || kho_preserve_seek(pfn, order))
		return 0;
	err = kho_change_begin();
	if (err)
		return err;
	if (unlikely(kho_scratch_overlap(PFN_PHYS(pfn), PAGE_SIZE << order)))
		err = kho_misuse(-EINVAL);
	else if (kho_came_later(pfn, 1UL << order))
		err = -EINVAL;
	else
		err = kho_add_block(pfn, order);
	kho_change_end();
	return err;
}
EXPORT_SYMBOL_GPL(kho_preserve_folio);

/**
 * kho_unpreserve_folio() - do not hand a folio over after all
 * @folio: a folio that kho_preserve_folio() took
 *
 * While the state is finalized the folio stays preserved: abort first.
 *
 * Context: Process context, may sleep.
 */
void kho_unpreserve_folio(struct folio *folio)
{
	if (kho_change_begin()) {
		kho_misuse(-EBUSY);
		return;
	}
	if (kho_del_block(folio_pfn(folio), folio_order(folio)))
		kho_misuse(-ENOENT);
	kho_change_end();
}
EXPORT_SYMBOL_GPL(kho_unpreserve_folio);

static noinline int kho_preserve_far(struct page *page, unsigned long nr_pages)
{
	int err;

	if (nr_pages == 1 && kho_preserve_seek(page_to_pfn(page), 0))
		return 0;
	err = kho_change_begin();
	if (err)
		return err;
	err = kho_preserve_run(page, nr_pages);
	kho_change_end();
	return err;
}

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
 * Return: 0; -EOPNOTSUPP when KHO is off; -EBUSY while the state is finalized;
 * -EINVAL when the run is empty, not all RAM, touches a scratch area, or memory
 * that was added after boot, which the next kernel does not start with;
 * -EEXIST when one of the blocks is preserved already; -ENOMEM. After an error
 * nothing is left behind.
 */
int kho_preserve_pages(struct page *page, unsigned long nr_pages)
{
	if (nr_pages == 1 && kho_preserve_near(page_to_pfn(page), 0))
		return 0;
	return kho_preserve_far(page, nr_pages);
}
EXPORT_SYMBOL_GPL(kho_preserve_pages);

/**
 * kho_unpreserve_pages() - do not hand a run of pages over after all
 * @page: first page of a run that kho_preserve_pages() took
 * @nr_pages: number of pages, as they were preserved
 *
 * While the state is finalized the run stays preserved: abort first.
 *
 * Context: Process context, may sleep.
 */
void kho_unpreserve_pages(struct page *page, unsigned long nr_pages)
{
	if (kho_change_begin()) {
		kho_misuse(-EBUSY);
		return;
	}
	kho_unpreserve_run(page, nr_pages);
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
	struct folio *folio;
	int err;

	if (!size || size > PAGE_SIZE << MAX_PAGE_ORDER)
		return ERR_PTR(-EINVAL);
	order = get_order(size);
	folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, order);
	if (!folio)
		return ERR_PTR(-ENOMEM);
	err = kho_preserve_folio(folio);
	if (err) {
		folio_put(folio);
		return ERR_PTR(err);
	}
	return folio_address(folio);
}
EXPORT_SYMBOL_GPL(kho_alloc_preserve);

/**
 * kho_unpreserve_free() - free memory of kho_alloc_preserve()
 * @mem: what kho_alloc_preserve() returned
 *
 * While the state is finalized the next kernel counts on the memory: it is then
 * neither taken out nor freed, but leaked.
 *
 * Context: Process context, may sleep.
 */
void kho_unpreserve_free(void *mem)
{
	struct folio *folio = virt_to_folio(mem);

	if (kho_change_begin()) {
		kho_misuse(-EBUSY);
		return;
	}
	if (kho_del_block(folio_pfn(folio), folio_order(folio)))
		kho_misuse(-ENOENT);
	else
		folio_put(folio);
	kho_change_end();
}
EXPORT_SYMBOL_GPL(kho_unpreserve_free);
