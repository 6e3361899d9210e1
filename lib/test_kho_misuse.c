// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: preserve and restore called wrongly, or too
 * often.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/bits.h>
#include <linux/kexec_handover.h>
#include <linux/kstrtox.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "test_kho.h"
#include "test_kho_actions.h"

#define SYS_KHO			"/sys/kernel/kho/"

/* Far beyond any machine's memory, but an address. */
#define NO_RAM_PFN		BIT(39)

#define CHURN_DEFAULT		100000
#define CHURN_FOLIOS		64

static struct folio *alloc_filled(unsigned int order)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, order);

	if (!folio) {
		test_kho_expect("allocate a folio", -ENOMEM, 0);
		return NULL;
	}
	for (long i = 0; i < folio_nr_pages(folio); i++)
		test_kho_fill(page_address(folio_page(folio, i)),
			      test_kho_seed,
			      page_to_phys(folio_page(folio, i)), PAGE_SIZE);

	return folio;
}

/* A folio that nobody should have touched. */
static bool untouched(struct folio *folio, unsigned int order)
{
	bool good = folio_order(folio) == order &&
		    folio_ref_count(folio) == 1;

	for (long i = 0; good && i < 1L << order; i++) {
		struct page *page = folio_page(folio, i);

		good = test_kho_verify(page_address(page), test_kho_seed,
				       page_to_phys(page), PAGE_SIZE);
	}

	return good;
}

static long preserved_bytes(void)
{
	char text[32];
	long bytes;
	int ret;

	ret = test_kho_read_file(SYS_KHO "preserved_bytes", text, sizeof(text));
	if (ret > 0)
		ret = kstrtol(text, 0, &bytes);

	return ret ? ret : bytes;
}

static void twice_in_a_run(struct page *page)
{
	test_kho_expect("twice: the last page of a run",
			kho_preserve_pages(page + 2, 1), 0);
	test_kho_expect("twice: the run",
			kho_preserve_pages(page, 3), -EEXIST);
	test_kho_expect("twice: the run left nothing behind",
			kho_preserve_pages(page, 2), 0);
	kho_unpreserve_pages(page, 2);
	kho_unpreserve_pages(page + 2, 1);
}

/* action=twice */
void test_kho_twice(unsigned long arg)
{
	struct folio *folio = alloc_filled(2);
	long before = preserved_bytes();

	if (!folio)
		return;

	test_kho_expect("twice: first", kho_preserve_folio(folio), 0);
	test_kho_expect("twice: counted", preserved_bytes() - before,
			folio_size(folio));
	test_kho_expect("twice: second", kho_preserve_folio(folio), -EEXIST);
	test_kho_expect("twice: the same as pages",
			kho_preserve_pages(folio_page(folio, 0), 4), -EEXIST);
	kho_unpreserve_folio(folio);
	test_kho_expect("twice: again after unpreserve",
			kho_preserve_folio(folio), 0);
	kho_unpreserve_folio(folio);
	twice_in_a_run(folio_page(folio, 0));

	test_kho_expect("twice: nothing stayed preserved", preserved_bytes(),
			before);
	test_kho_expect("twice: contents", untouched(folio, 2), true);
	folio_put(folio);
}

static void preserve_in_area(phys_addr_t start, phys_addr_t size)
{
	struct page *first = pfn_to_page(PHYS_PFN(start));
	struct page *last = pfn_to_page(PHYS_PFN(start + size) - 1);

	test_kho_expect("scratch: first page", kho_preserve_pages(first, 1),
			-EINVAL);
	test_kho_expect("scratch: last page", kho_preserve_pages(last, 1),
			-EINVAL);
	test_kho_expect("scratch: a run that reaches into it",
			kho_preserve_pages(pfn_to_page(PHYS_PFN(start) - 1), 2),
			-EINVAL);
	test_kho_expect("scratch: a folio",
			kho_preserve_folio(page_folio(first)), -EINVAL);
}

/* action=scratch */
void test_kho_scratch(unsigned long arg)
{
	static char starts[PAGE_SIZE], sizes[PAGE_SIZE];
	char *next_start = starts, *next_size = sizes, *start, *size;
	unsigned int areas = 0;
	u64 phys, len;

	test_kho_expect("scratch: read the list",
			test_kho_read_file(SYS_KHO "scratch_phys", starts,
					   sizeof(starts)) > 0 &&
			test_kho_read_file(SYS_KHO "scratch_len", sizes,
					   sizeof(sizes)) > 0, true);

	while ((start = strsep(&next_start, "\n")) && *start) {
		size = strsep(&next_size, "\n");
		if (!size || kstrtou64(start, 0, &phys) ||
		    kstrtou64(size, 0, &len) || !len)
			break;
		preserve_in_area(phys, len);
		areas++;
	}
	test_kho_expect("scratch: there are areas", areas > 0, true);
}

/* action=range */
void test_kho_range(unsigned long arg)
{
	struct folio *folio = alloc_filled(0);

	if (!folio)
		return;

	test_kho_expect("range: no page",
			kho_preserve_pages(folio_page(folio, 0), 0), -EINVAL);
	test_kho_expect("range: no RAM",
			kho_preserve_pages(pfn_to_page(NO_RAM_PFN), 1),
			-EINVAL);
	if (IS_ENABLED(CONFIG_X86_64)) {
		test_kho_expect("range: a hole that has a struct page",
				kho_preserve_pages(pfn_to_page(0xa0), 1), -EINVAL);
		test_kho_expect("range: what firmware keeps",
				kho_preserve_pages(pfn_to_page(0x9f), 1), -EINVAL);
	}
	test_kho_expect("range: more pages than addresses",
			kho_preserve_pages(folio_page(folio, 0), ULONG_MAX),
			-EINVAL);
	test_kho_expect("range: allocate 0 bytes",
			PTR_ERR(kho_alloc_preserve(0)), -EINVAL);
	test_kho_expect("range: allocate too much",
			PTR_ERR(kho_alloc_preserve((PAGE_SIZE <<
						    MAX_PAGE_ORDER) + 1)),
			-EINVAL);
	folio_put(folio);
}

/* action=stray */
void test_kho_stray(unsigned long arg)
{
	struct folio *folio = alloc_filled(1);
	phys_addr_t phys;

	if (!folio)
		return;

	phys = PFN_PHYS(folio_pfn(folio));
	test_kho_expect("stray: a folio that did not come",
			!kho_restore_folio(phys), true);
	test_kho_expect("stray: pages that did not come",
			!kho_restore_pages(phys, 2), true);
	test_kho_expect("stray: no pages", !kho_restore_pages(phys, 0), true);
	test_kho_expect("stray: not aligned", !kho_restore_folio(phys + 8),
			true);
	test_kho_expect("stray: pages, not aligned",
			!kho_restore_pages(phys + 8, 1), true);
	test_kho_expect("stray: no RAM",
			!kho_restore_folio(PFN_PHYS(NO_RAM_PFN)), true);
	test_kho_expect("stray: the last address",
			!kho_restore_pages(~0UL & PAGE_MASK, 2), true);

	test_kho_expect("stray: preserve", kho_preserve_folio(folio), 0);
	test_kho_expect("stray: what goes out did not come in",
			!kho_restore_folio(phys), true);
	kho_unpreserve_folio(folio);

	test_kho_expect("stray: untouched", untouched(folio, 1), true);
	folio_put(folio);
}

/* action=unpreserve */
void test_kho_unpreserve(unsigned long arg)
{
	struct folio *folio = alloc_filled(0);
	long before = preserved_bytes();

	if (!folio)
		return;

	kho_unpreserve_folio(folio);
	kho_unpreserve_pages(folio_page(folio, 0), 1);
	test_kho_expect("unpreserve: nothing changed", preserved_bytes(),
			before);
	test_kho_expect("unpreserve: untouched", untouched(folio, 0), true);
	folio_put(folio);
}

/* Rounds of 1, 2, ... folios, so that nodes come and go each time. */
static int churn(struct folio **folios, unsigned int nr, unsigned long times)
{
	unsigned int round = 0;
	int err;

	while (times) {
		unsigned int done = 0;

		round = round % nr + 1;
		while (done < round && times) {
			err = kho_preserve_folio(folios[done]);
			if (err)
				return err;
			done++;
			times--;
		}
		while (done)
			kho_unpreserve_folio(folios[--done]);
		cond_resched();
	}

	return 0;
}

static void churn_and_count(struct folio **folios, unsigned long times)
{
	u64 before = 0, after = 0, start;
	int err;

	test_kho_expect("churn: count nodes", test_kho_count_nodes(&before), 0);
	start = ktime_get_ns();
	err = churn(folios, CHURN_FOLIOS, times);
	pr_info("churn: %lu preserve and unpreserve in %llu ns\n", times,
		ktime_get_ns() - start);

	test_kho_expect("churn: preserve and unpreserve", err, 0);
	test_kho_expect("churn: count nodes again",
			test_kho_count_nodes(&after), 0);
	test_kho_expect("churn: nodes", after, before);
}

/* action=churn=N */
void test_kho_churn(unsigned long arg)
{
	struct folio *folios[CHURN_FOLIOS];
	unsigned int nr;

	for (nr = 0; nr < CHURN_FOLIOS; nr++) {
		folios[nr] = alloc_filled(nr % 8);
		if (!folios[nr])
			break;
	}
	if (nr == CHURN_FOLIOS)
		churn_and_count(folios, arg ?: CHURN_DEFAULT);
	while (nr)
		folio_put(folios[--nr]);
}
