// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: what finalizing refuses, because the next
 * kernel would.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/bits.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "test_kho.h"
#include "test_kho_actions.h"

#define SYS_KHO_ACTIVE		"/sys/kernel/kho/active"

/* Too large for the lists from which the next page would be taken */
#define AUDIT_ORDER		(PAGE_ALLOC_COSTLY_ORDER + 3)
#define AUDIT_NEIGHBOURS	32
#define AUDIT_FDT_MAX		SZ_1M

static int finalize_and_abort(void)
{
	int err = test_kho_write_file(SYS_KHO_ACTIVE, "1");

	return err ?: test_kho_write_file(SYS_KHO_ACTIVE, "0");
}

/*
 * A block and a page of it are two keys, of which the next kernel could make
 * nothing; and a block that its owner gave back is somebody else's by then.
 */
static void audit_block(struct page *page, unsigned int order)
{
	const bool debug = IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG);
	unsigned long nr_pages = 1UL << order;

	test_kho_expect("audit: a block", kho_preserve_pages(page, nr_pages), 0);
	test_kho_expect("audit: it can be finalized", finalize_and_abort(), 0);
	test_kho_expect("audit: a page of it, too",
			kho_preserve_pages(page + 5, 1), debug ? -EEXIST : 0);
	if (!debug) {
		test_kho_expect("audit: that cannot", finalize_and_abort(),
				-EUCLEAN);
		kho_unpreserve_pages(page + 5, 1);
	}
	test_kho_expect("audit: nothing is wrong any more",
			finalize_and_abort(), 0);

	__free_pages(page, order);
	if (debug)
		test_kho_expect("audit: freed while it is preserved",
				finalize_and_abort(), -EUCLEAN);
	kho_unpreserve_pages(page, nr_pages);
	test_kho_expect("audit: all is well", finalize_and_abort(), 0);
}

static void free_each(struct page *page, unsigned long nr_pages)
{
	while (nr_pages--)
		__free_page(page++);
}

/* A blob that its owner forgot to preserve would be refused in the next kernel. */
static void audit_blob(void)
{
	void *blob = (void *)get_zeroed_page(GFP_KERNEL);

	test_kho_expect("audit: allocate a blob", !!blob, true);
	if (!blob)
		return;
	test_kho_expect("audit: add a blob that is not preserved",
			kho_add_subtree("test-audit", blob, PAGE_SIZE), 0);
	test_kho_expect("audit: that cannot be finalized", finalize_and_abort(),
			-EUCLEAN);
	kho_remove_subtree(blob);
	test_kho_expect("audit: without it all is well", finalize_and_abort(), 0);
	free_page((unsigned long)blob);
}

/*
 * The same where each page is by itself, and half of a block was given back:
 * more pages than finalizing takes from the allocator.
 */
static void audit_half(struct page *page, unsigned int order)
{
	unsigned long nr_pages = 1UL << order, half = nr_pages / 2;

	split_page(page, order);
	test_kho_expect("audit: a run", kho_preserve_pages(page, nr_pages), 0);
	test_kho_expect("audit: it can be finalized, too", finalize_and_abort(),
			0);
	free_each(page + half, half);
	if (IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG))
		test_kho_expect("audit: half of it was freed",
				finalize_and_abort(), -EUCLEAN);
	kho_unpreserve_pages(page, nr_pages);
	test_kho_expect("audit: all is well again", finalize_and_abort(), 0);
	free_each(page, half);
}

/* One mistake for each of many pages; the log tells of some, and how many more. */
static void audit_many(struct page *page, unsigned int order)
{
	unsigned long nr_pages = 1UL << order, half = nr_pages / 2, i;
	int err = 0;

	split_page(page, order);
	for (i = 0; i < nr_pages && !err; i++)
		err = kho_preserve_pages(page + i, 1);
	test_kho_expect("audit: many pages", err, 0);
	free_each(page + half, half);
	if (IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG))
		test_kho_expect("audit: many were freed", finalize_and_abort(),
				-EUCLEAN);
	while (i--)
		kho_unpreserve_pages(page + i, 1);
	test_kho_expect("audit: all is well in the end", finalize_and_abort(), 0);
	free_each(page, half);
}

/* Two blocks of @order that lie side by side as one larger one would, or NULL. */
static struct page *find_neighbours(struct page **pages, unsigned int nr,
				    unsigned int order)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (page_to_pfn(pages[i]) & BIT(order))
			continue;
		for (unsigned int j = 0; j < nr; j++)
			if (pages[j] == pages[i] + BIT(order))
				return pages[i];
	}
	return NULL;
}

static void audit_one_of_two(struct page *page, unsigned int order)
{
	unsigned long nr_pages = 2UL << order;

	test_kho_expect("audit: neighbours, as one block",
			kho_preserve_pages(page, nr_pages), 0);
	test_kho_expect("audit: neighbours can be finalized",
			finalize_and_abort(), 0);
	__free_pages(page + BIT(order), order);
	if (IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG))
		test_kho_expect("audit: one of the neighbours was freed",
				finalize_and_abort(), -EUCLEAN);
	kho_unpreserve_pages(page, nr_pages);
}

/* Allocations of a higher order have a reference for their first page alone. */
static void audit_neighbours(void)
{
	const unsigned int order = AUDIT_ORDER;
	struct page *pages[AUDIT_NEIGHBOURS], *freed = NULL, *page;
	unsigned int nr;

	for (nr = 0; nr < AUDIT_NEIGHBOURS; nr++) {
		pages[nr] = alloc_pages(GFP_KERNEL, order);
		if (!pages[nr])
			break;
	}
	page = find_neighbours(pages, nr, order);
	test_kho_expect("audit: there are neighbours", !!page, true);
	if (page) {
		audit_one_of_two(page, order);
		freed = page + BIT(order);
	}
	while (nr--)
		if (pages[nr] != freed)
			__free_pages(pages[nr], order);
}

/* A page that its owner gave back, and that the map has taken for a node. */
static void audit_node(void)
{
	void *fdt = kvmalloc(AUDIT_FDT_MAX, GFP_KERNEL);
	struct page *page;
	u64 root;
	int err;

	test_kho_expect("audit: allocate for the FDT", !!fdt, true);
	if (!fdt)
		return;
	test_kho_expect("audit: finalize", test_kho_write_file(SYS_KHO_ACTIVE, "1"),
			0);
	err = test_kho_find_root(fdt, AUDIT_FDT_MAX, &root);
	test_kho_expect("audit: the map's root", err > 0, true);
	kvfree(fdt);
	test_kho_expect("audit: abort", test_kho_write_file(SYS_KHO_ACTIVE, "0"), 0);
	if (err <= 0)
		return;
	page = pfn_to_page(PHYS_PFN(root));
	test_kho_expect("audit: a node of the map", kho_preserve_pages(page, 1), 0);
	test_kho_expect("audit: that cannot be finalized, either",
			finalize_and_abort(), -EUCLEAN);
	kho_unpreserve_pages(page, 1);
	test_kho_expect("audit: all is well without", finalize_and_abort(), 0);
}

/* action=audit */
void test_kho_audit(unsigned long arg)
{
	static void (*const audits[])(struct page *page, unsigned int order) = {
		audit_block, audit_half, audit_many,
	};
	const unsigned int order = AUDIT_ORDER;

	for (unsigned int i = 0; i < ARRAY_SIZE(audits); i++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);

		if (page)
			audits[i](page, order);
		else
			test_kho_expect("audit: allocate", -ENOMEM, 0);
	}
	audit_neighbours();
	audit_node();
	audit_blob();
}

/*
 * action=map: with memory that was added after boot, from which the kernel takes its
 * pages first, and with memory for a block that has been there from the start
 */
void test_kho_map(unsigned long arg)
{
	/* Of no other block, so that there is no node for it. */
	const unsigned int order = PAGE_ALLOC_COSTLY_ORDER;
	struct page *page = alloc_pages(GFP_KERNEL | GFP_DMA32, order);
	void *mem;

	if (!page) {
		test_kho_expect("map: allocate", -ENOMEM, 0);
		return;
	}
	test_kho_expect("map: preserve", kho_preserve_pages(page, BIT(order)), 0);
	test_kho_expect("map: no node lies in memory that was added",
			finalize_and_abort(), 0);
	kho_unpreserve_pages(page, BIT(order));
	mem = kho_alloc_preserve(PAGE_SIZE);
	test_kho_expect("map: nor does memory for blobs",
			PTR_ERR_OR_ZERO(mem), 0);
	if (!IS_ERR(mem))
		kho_unpreserve_free(mem);
	__free_pages(page, order);
}
