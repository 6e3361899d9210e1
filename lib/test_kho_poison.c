// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: memory with hardware errors.
 *
 * action=poison preserves a page, a run of pages and a folio, one page of each with
 * a hardware error, and a subtree "test-poison". In the next kernel action=poisoned
 * restores them and finds the same pages marked, and no other; with arg 1 it preserves
 * them again, else it frees them.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/err.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/page-flags.h>

#include "test_kho.h"
#include "test_kho_actions.h"

#define POISON_NAME		"test-poison"
#define POISON_ORDER		3

/* What is preserved: so many pages, of which one has an error. */
static const struct {
	unsigned long nr;
	unsigned long bad;
	bool folio;
} parts[] = {
	{ 1, 0, false },
	{ 3, 1, false },
	{ 1UL << POISON_ORDER, 5, true },
};

/* The blob */
struct poison_blob {
	u64 phys[ARRAY_SIZE(parts)];
};

static struct page *poison_alloc(unsigned int i)
{
	gfp_t gfp = GFP_KERNEL | (parts[i].folio ? __GFP_COMP : 0);
	struct page *page = alloc_pages(gfp, get_order(parts[i].nr << PAGE_SHIFT));

	if (!page || parts[i].folio)
		return page;
	/* Single pages, and those behind the run go. */
	split_page(page, get_order(parts[i].nr << PAGE_SHIFT));
	for (unsigned long n = parts[i].nr; !is_power_of_2(n); n++)
		__free_page(page + n);
	return page;
}

static int poison_preserve(unsigned int i, struct page *page)
{
	return parts[i].folio ? kho_preserve_folio(page_folio(page)) :
				kho_preserve_pages(page, parts[i].nr);
}

static struct page *poison_restore(unsigned int i, phys_addr_t phys)
{
	struct folio *folio;

	if (!parts[i].folio)
		return kho_restore_pages(phys, parts[i].nr);
	folio = kho_restore_folio(phys);
	return folio ? folio_page(folio, 0) : NULL;
}

static void poison_free(unsigned int i, struct page *page)
{
	if (parts[i].folio) {
		folio_put(page_folio(page));
		return;
	}
	for (unsigned long n = 0; n < parts[i].nr; n++)
		__free_page(page + n);
}

/* As a machine check would tell it. Of a page that is the kernel's nothing can be saved. */
static int poison_inject(struct page *page)
{
	int err = IS_ENABLED(CONFIG_MEMORY_FAILURE) ?
		  memory_failure(page_to_pfn(page), MF_SW_SIMULATED) : -EOPNOTSUPP;

	return PageHWPoison(page) ? 0 : err ?: -EUCLEAN;
}

static int poison_part(unsigned int i, struct poison_blob *blob)
{
	struct page *page = poison_alloc(i);

	if (!page)
		return -ENOMEM;
	blob->phys[i] = page_to_phys(page);
	for (unsigned long n = 0; n < parts[i].nr; n++)
		test_kho_fill(page_address(page + n), test_kho_seed,
			      page_to_phys(page + n), PAGE_SIZE);
	return poison_preserve(i, page) ?: poison_inject(page + parts[i].bad);
}

/* action=poison: it stays for good */
void test_kho_poison(unsigned long arg)
{
	struct poison_blob *blob = kho_alloc_preserve(sizeof(*blob));

	test_kho_expect("poison: allocate", PTR_ERR_OR_ZERO(blob), 0);
	if (IS_ERR(blob))
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(parts); i++)
		test_kho_expect("poison: preserve, and break one page",
				poison_part(i, blob), 0);
	test_kho_expect("poison: add " POISON_NAME,
			kho_add_subtree(POISON_NAME, blob, sizeof(*blob)), 0);
}

static int poison_check(unsigned int i, struct page *page)
{
	for (unsigned long n = 0; n < parts[i].nr; n++) {
		bool bad = n == parts[i].bad;

		if (PageHWPoison(page + n) != bad)
			return -EHWPOISON;
		if (!test_kho_verify(page_address(page + n), test_kho_seed,
				     page_to_phys(page + n), PAGE_SIZE))
			return -EUCLEAN;
	}
	if (parts[i].folio && !folio_contain_hwpoisoned_page(page_folio(page)))
		return -EIO;
	return 0;
}

static void poisoned_part(unsigned int i, phys_addr_t phys, bool again)
{
	struct page *page = poison_restore(i, phys);

	test_kho_expect("poisoned: restore", !page, false);
	if (!page)
		return;
	test_kho_expect("poisoned: that page and no other is marked",
			poison_check(i, page), 0);
	if (again)
		test_kho_expect("poisoned: preserve again",
				poison_preserve(i, page), 0);
	else
		poison_free(i, page);
}

/* action=poisoned: in the next kernel; with 1 it is preserved again, for good */
void test_kho_poisoned(unsigned long arg)
{
	struct poison_blob *blob;
	struct folio *folio;
	phys_addr_t phys;
	size_t size;
	int err;

	err = kho_retrieve_subtree(POISON_NAME, &phys, &size);
	test_kho_expect("poisoned: find " POISON_NAME, err, 0);
	folio = err ? NULL : kho_restore_folio(phys);
	test_kho_expect("poisoned: restore the blob", !folio, false);
	if (!folio)
		return;
	blob = folio_address(folio);
	for (unsigned int i = 0; i < ARRAY_SIZE(parts); i++)
		poisoned_part(i, blob->phys[i], arg);
	if (!arg) {
		folio_put(folio);
		return;
	}
	test_kho_expect("poisoned: preserve the blob again",
			kho_preserve_folio(folio), 0);
	test_kho_expect("poisoned: add " POISON_NAME " again",
			kho_add_subtree(POISON_NAME, blob, sizeof(*blob)), 0);
}
