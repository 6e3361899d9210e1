// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what needs no second kernel: the command line, the registry of
 * subtrees, and preserve and restore.
 *
 * Restoring is tested by playing both kernels: a tree of its own stands for the
 * one that came, filled by the rule that the ABI gives for cutting a run, not
 * by the code that preserves.
 */
#include <kunit/test.h>
#include <kunit/visibility.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "kho_claim.h"
#include "kho_fdt.h"
#include "kho_finalize.h"
#include "kho_kunit.h"
#include "kho_map.h"
#include "kho_memory.h"
#include "kho_preserve.h"
#include "kho_scratch.h"
#include "kho_state.h"
#include "kho_subtree.h"

#define RUN_ORDER	5
#define RUN_OFFSETS	17

static const unsigned int run_lengths[] = { 1, 2, 3, 4, 5, 7, 8, 15 };

/* kho_scratch= */

struct scratch_case {
	const char *arg;
	int want;
	struct kho_scratch_sizes sizes;
};

static const struct scratch_case scratch_cases[] = {
	{ "16M,512M,256M", 0,
	  { .low = SZ_16M, .global = SZ_512M, .node = SZ_256M } },
	{ "17M,33M,33M", 0,
	  { .low = 17 * SZ_1M, .global = 33 * SZ_1M, .node = 33 * SZ_1M } },
	{ "512M,256M", 0, { .global = SZ_512M, .node = SZ_256M } },
	{ "16384k,1g,1G", 0,
	  { .low = SZ_16M, .global = SZ_1G, .node = SZ_1G } },
	{ "4096,8192,4096", 0, { .low = 4096, .global = 8192, .node = 4096 } },
	{ "0x1000,0x2000,0x3000", 0,
	  { .low = 0x1000, .global = 0x2000, .node = 0x3000 } },
	{ "200%", 0, { .percent = 200 } },
	{ "1%", 0, { .percent = 1 } },
	{ "10000%", 0, { .percent = 10000 } },
	{ "", -EINVAL },
	{ "16M", -EINVAL },
	{ "16M,", -EINVAL },
	{ ",16M", -EINVAL },
	{ "16M,,16M", -EINVAL },
	{ "16M,16M,16M,16M", -EINVAL },
	{ "16M,16M,16M,", -EINVAL },
	{ "16X,16M,16M", -EINVAL },
	{ "16MM,16M,16M", -EINVAL },
	{ "16 M,16M,16M", -EINVAL },
	{ "-1,16M,16M", -EINVAL },
	{ "-1%", -EINVAL },
	{ "%", -EINVAL },
	{ "100%%", -EINVAL },
	{ "200%,16M", -EINVAL },
	{ "1M%", -EINVAL },
	{ "ten%", -EINVAL },
	{ "on", -EINVAL },
	{ "0,16M,16M", -ERANGE },
	{ "16M,0,16M", -ERANGE },
	{ "0%", -ERANGE },
	{ "10001%", -ERANGE },
	{ "16777216T,16M,16M", -ERANGE },
	{ "16M,18446744073709551615,16M", -ERANGE },
	{ "16M,18446744073709551616,16M", -ERANGE },
};

static void scratch_desc(const struct scratch_case *c, char *desc)
{
	strscpy(desc, *c->arg ? c->arg : "(empty)", KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(scratch, scratch_cases, scratch_desc);

static void scratch_parse(struct kunit *test)
{
	const struct scratch_case *c = test->param_value;
	struct kho_scratch_sizes sizes = { .percent = 77, .node = 78 };
	const struct kho_scratch_sizes untouched = sizes;

	KUNIT_EXPECT_EQ(test, kho_scratch_parse(c->arg, &sizes), c->want);
	KUNIT_EXPECT_MEMEQ(test, &sizes, c->want ? &untouched : &c->sizes,
			   sizeof(sizes));
}

/* What stays behind */

struct before {
	unsigned long nodes;
	u64 bytes;
};

/* For suites that preserve: skip with KHO off, fail if anything stays. */
static int preserve_init(struct kunit *test)
{
	struct before *before;

	if (!kho_is_enabled())
		kunit_skip(test, "kho=off");
	if (kho_finalized())
		kunit_skip(test, "finalized");

	before = kunit_kzalloc(test, sizeof(*before), GFP_KERNEL);
	if (!before)
		return -ENOMEM;

	before->nodes = kho_kunit_nodes(&kho_out_tree);
	before->bytes = kho_preserved_bytes();
	test->priv = before;

	return 0;
}

static void preserve_exit(struct kunit *test)
{
	const struct before *before = test->priv;

	if (!before)
		return;
	KUNIT_EXPECT_EQ(test, kho_kunit_nodes(&kho_out_tree), before->nodes);
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), before->bytes);
}

/* Subtrees */

static void *alloc_blob(struct kunit *test)
{
	void *blob = kho_alloc_preserve(PAGE_SIZE);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, blob);

	return blob;
}

static const struct {
	const char *name;
	int want;
} name_cases[] = {
	{ "kunit", 0 },
	{ "k", 0 },
	{ "kunit-name-of-thirty-one-bytes-", 0 },
	{ "kunit-name-of-thirty-two-bytes-+", -EINVAL },
	{ "kunit/slash", -EINVAL },
	{ "/", -EINVAL },
	{ "", -EINVAL },
};

static void subtree_names(struct kunit *test)
{
	void *blob = alloc_blob(test);

	for (unsigned int i = 0; i < ARRAY_SIZE(name_cases); i++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    kho_add_subtree(name_cases[i].name, blob,
						    PAGE_SIZE),
				    name_cases[i].want, "name '%s'",
				    name_cases[i].name);
		kho_remove_subtree(blob);
	}
	kho_unpreserve_free(blob);
}

static void subtree_taken(struct kunit *test)
{
	void *blob = alloc_blob(test), *other = alloc_blob(test);

	KUNIT_EXPECT_EQ(test, kho_add_subtree("kunit", blob, 1), 0);
	KUNIT_EXPECT_EQ(test, kho_add_subtree("kunit", other, 1), -EEXIST);
	/* Removing what was not added leaves the one that was. */
	kho_remove_subtree(other);
	KUNIT_EXPECT_EQ(test, kho_add_subtree("kunit", other, 1), -EEXIST);
	kho_remove_subtree(blob);
	KUNIT_EXPECT_EQ(test, kho_add_subtree("kunit", other, 1), 0);
	kho_remove_subtree(other);
	kho_unpreserve_free(other);
	kho_unpreserve_free(blob);
}

static void subtree_no_blob(struct kunit *test)
{
	void *blob = alloc_blob(test);

	KUNIT_EXPECT_EQ(test, kho_add_subtree("kunit", NULL, PAGE_SIZE),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, kho_add_subtree("kunit", blob, 0), -EINVAL);
	kho_unpreserve_free(blob);
}

static void subtree_unknown(struct kunit *test)
{
	phys_addr_t phys = 1;
	size_t size = 2;

	KUNIT_EXPECT_EQ(test,
			kho_retrieve_subtree("kunit-never", &phys, &size),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, phys, 1);
	KUNIT_EXPECT_EQ(test, size, 2);
}

/* An outgoing subtree is for the next kernel: it does not come from the last. */
static void subtree_out_is_not_in(struct kunit *test)
{
	void *blob = alloc_blob(test);
	phys_addr_t phys;
	size_t size;

	KUNIT_EXPECT_EQ(test, kho_add_subtree("kunit-out", blob, 1), 0);
	KUNIT_EXPECT_EQ(test, kho_retrieve_subtree("kunit-out", &phys, &size),
			-ENOENT);
	kho_remove_subtree(blob);
	kho_unpreserve_free(blob);
}

static void subtree_full(struct kunit *test)
{
	unsigned int nr = 0, max = 2 * KHO_DT_MAX / 64;
	void *blobs = kho_alloc_preserve(SZ_64K);
	char name[16];
	int err;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, blobs);
	do {
		snprintf(name, sizeof(name), "kunit-%05u", nr);
		err = kho_add_subtree(name, blobs + nr, 1);
	} while (!err && ++nr < min(max, SZ_64K));

	KUNIT_EXPECT_EQ(test, err, -ENOSPC);
	KUNIT_EXPECT_GT(test, nr, 100);
	/* What was accepted can be written. */
	KUNIT_EXPECT_EQ(test, kho_finalize(), 0);
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
	KUNIT_EXPECT_EQ(test, kho_add_subtree("kunit-00000", blobs + nr, 1),
			-EEXIST);
	while (nr)
		kho_remove_subtree(blobs + --nr);
	kho_unpreserve_free(blobs);
}

/* Preserve */

static struct page *alloc_run(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, RUN_ORDER);

	KUNIT_ASSERT_NOT_NULL(test, page);
	split_page(page, RUN_ORDER);

	return page;
}

static void free_run(struct page *page)
{
	for (unsigned int i = 0; i < 1U << RUN_ORDER; i++)
		__free_page(page + i);
}

static void preserve_one_run(struct kunit *test, struct page *page,
			     unsigned int nr)
{
	const struct before *before = test->priv;

	KUNIT_EXPECT_EQ(test, kho_preserve_pages(page, nr), 0);
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(),
			before->bytes + nr * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, kho_preserve_pages(page, nr), -EEXIST);
	kho_unpreserve_pages(page, nr);
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), before->bytes);
}

static void preserve_runs(struct kunit *test)
{
	struct page *page = alloc_run(test);

	for (unsigned int offset = 0; offset < RUN_OFFSETS; offset++)
		for (unsigned int i = 0; i < ARRAY_SIZE(run_lengths); i++)
			preserve_one_run(test, page + offset, run_lengths[i]);
	free_run(page);
}

/* The block of a run that is taken already is its last: all others go again. */
static void preserve_half_taken(struct kunit *test)
{
	struct page *page = alloc_run(test);

	KUNIT_EXPECT_EQ(test, kho_preserve_pages(page + 6, 1), 0);
	KUNIT_EXPECT_EQ(test, kho_preserve_pages(page, 7), -EEXIST);
	KUNIT_EXPECT_EQ(test, kho_preserve_pages(page, 4), 0);
	KUNIT_EXPECT_EQ(test, kho_preserve_pages(page + 4, 2), 0);
	kho_unpreserve_pages(page + 4, 2);
	kho_unpreserve_pages(page, 4);
	kho_unpreserve_pages(page + 6, 1);
	free_run(page);
}

static void preserve_folios(struct kunit *test)
{
	const struct before *before = test->priv;
	unsigned int orders = 0;

	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++) {
		struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_NOWARN,
						  order);

		if (!folio)
			continue;
		KUNIT_EXPECT_EQ(test, kho_preserve_folio(folio), 0);
		KUNIT_EXPECT_EQ(test, kho_preserved_bytes(),
				before->bytes + folio_size(folio));
		KUNIT_EXPECT_EQ(test, kho_preserve_folio(folio), -EEXIST);
		kho_unpreserve_folio(folio);
		folio_put(folio);
		orders++;
	}
	KUNIT_EXPECT_GT(test, orders, MAX_PAGE_ORDER / 2);
}

static void preserve_alloc(struct kunit *test)
{
	static const size_t sizes[] = { 1, 100, PAGE_SIZE, PAGE_SIZE + 1,
					5 * PAGE_SIZE };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		void *mem = kho_alloc_preserve(sizes[i]);

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mem);
		KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(mem));
		KUNIT_EXPECT_NULL(test, memchr_inv(mem, 0, sizes[i]));
		kho_unpreserve_free(mem);
	}
	KUNIT_EXPECT_EQ(test, PTR_ERR(kho_alloc_preserve(0)), -EINVAL);
	KUNIT_EXPECT_EQ(test,
			PTR_ERR(kho_alloc_preserve((PAGE_SIZE <<
						    MAX_PAGE_ORDER) + 1)),
			-EINVAL);
}

static void preserve_finalized(struct kunit *test)
{
	struct page *page = alloc_run(test);
	void *blob = alloc_blob(test);

	KUNIT_ASSERT_EQ(test, kho_finalize(), 0);
	KUNIT_EXPECT_EQ(test, kho_finalize(), 0);
	KUNIT_EXPECT_TRUE(test, kho_finalized());
	KUNIT_EXPECT_EQ(test, kho_preserve_pages(page, 1), -EBUSY);
	KUNIT_EXPECT_EQ(test, kho_preserve_folio(page_folio(page)), -EBUSY);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kho_alloc_preserve(1)), -EBUSY);
	KUNIT_EXPECT_EQ(test, kho_add_subtree("kunit", blob, 1), -EBUSY);
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
	KUNIT_EXPECT_FALSE(test, kho_finalized());

	KUNIT_EXPECT_EQ(test, kho_preserve_pages(page, 1), 0);
	kho_unpreserve_pages(page, 1);
	kho_unpreserve_free(blob);
	free_run(page);
}

/* Restore */

/* Only on a cold boot: what came is not to be played with. */
static int restore_init(struct kunit *test)
{
	int err;

	if (kho_in.valid)
		kunit_skip(test, "this kernel was handed something over");

	err = kho_radix_init_tree(&kho_in.tree, NULL);
	if (err)
		return err;

	kho_in.orders = GENMASK(MAX_PAGE_ORDER, 0);
	kho_in.valid = true;
	test->priv = &kho_in;

	return 0;
}

static void restore_exit(struct kunit *test)
{
	if (!test->priv)
		return;

	KUNIT_EXPECT_EQ(test, kho_kunit_nodes(&kho_in.tree), 1);
	kho_in.valid = false;
	kho_in.orders = 0;
	kho_radix_destroy_tree(&kho_in.tree);
	kho_claim_forget_leaves();
}

/* As the ABI has it: largest aligned block first, from the start of the run. */
static void came_run(struct kunit *test, struct page *page, unsigned int nr)
{
	unsigned long pfn = page_to_pfn(page);

	while (nr) {
		unsigned int order = min_t(unsigned int, ilog2(nr),
					   __ffs(pfn));
		u64 key = kho_radix_encode_key(PFN_PHYS(pfn), order);

		KUNIT_ASSERT_EQ(test, kho_radix_add_key(&kho_in.tree, key), 0);
		pfn += 1UL << order;
		nr -= 1U << order;
	}
}

/* Restored pages count as managed, and these did before. */
static void not_managed_twice(struct page *page, long nr)
{
	adjust_managed_page_count(page, -nr);
}

static void restore_one_run(struct kunit *test, struct page *page,
			    unsigned int nr)
{
	phys_addr_t phys = page_to_phys(page);

	KUNIT_EXPECT_NULL(test, kho_restore_pages(phys, nr));
	came_run(test, page, nr);
	KUNIT_EXPECT_NULL(test, kho_restore_pages(phys + 1, nr));
	KUNIT_EXPECT_NULL(test, kho_restore_pages(phys, nr + 1));

	KUNIT_ASSERT_PTR_EQ(test, kho_restore_pages(phys, nr), page);
	not_managed_twice(page, nr);
	for (unsigned int i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ(test, page_ref_count(page + i), 1);
		KUNIT_EXPECT_FALSE(test, PageCompound(page + i));
		KUNIT_EXPECT_FALSE(test, PageReserved(page + i));
	}

	KUNIT_EXPECT_NULL(test, kho_restore_pages(phys, nr));
}

static void restore_runs(struct kunit *test)
{
	struct page *page = alloc_run(test);

	for (unsigned int offset = 0; offset < RUN_OFFSETS; offset++)
		for (unsigned int i = 0; i < ARRAY_SIZE(run_lengths); i++)
			restore_one_run(test, page + offset, run_lengths[i]);
	free_run(page);
}

static void check_folio(struct kunit *test, struct folio *folio,
			unsigned int order)
{
	struct page *head = folio_page(folio, 0);

	KUNIT_EXPECT_EQ(test, folio_order(folio), order);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	KUNIT_EXPECT_FALSE(test, folio_mapped(folio));
	KUNIT_EXPECT_EQ(test, PageHead(head), order > 0);
	for (unsigned long i = 1; i < 1UL << order; i++) {
		if (compound_head(head + i) == head &&
		    !page_ref_count(head + i) && !PageReserved(head + i))
			continue;
		KUNIT_FAIL(test, "tail page %lu of order %u is wrong", i,
			   order);
		break;
	}
}

/* Pages as boot leaves them: not compound. Returns false for want of memory. */
static bool restore_one_folio(struct kunit *test, unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);
	struct folio *folio;
	phys_addr_t phys;
	u64 key;

	if (!page)
		return false;

	phys = page_to_phys(page);
	key = kho_radix_encode_key(phys, order);
	KUNIT_EXPECT_NULL(test, kho_restore_folio(phys));
	KUNIT_ASSERT_EQ(test, kho_radix_add_key(&kho_in.tree, key), 0);
	KUNIT_EXPECT_NULL(test, kho_restore_folio(phys + 8));

	folio = kho_restore_folio(phys);
	KUNIT_ASSERT_PTR_EQ(test, folio, page_folio(page));
	not_managed_twice(page, 1L << order);
	check_folio(test, folio, order);
	KUNIT_EXPECT_NULL(test, kho_restore_folio(phys));
	folio_put(folio);
	return true;
}

static void restore_folios(struct kunit *test)
{
	unsigned int orders = 0;

	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++)
		orders += restore_one_folio(test, order);
	KUNIT_EXPECT_GT(test, orders, MAX_PAGE_ORDER / 2);
}

/* Nobody may take a part of what was preserved as a whole. */
static void restore_wrong_size(struct kunit *test)
{
	struct page *page = alloc_run(test);
	phys_addr_t phys = page_to_phys(page);

	came_run(test, page, 4);
	came_run(test, page + 4, 4);
	KUNIT_EXPECT_NULL(test, kho_restore_pages(phys, 2));
	KUNIT_EXPECT_NULL(test, kho_restore_pages(phys, 9));
	KUNIT_EXPECT_NULL(test, kho_restore_pages(phys, 0));
	KUNIT_EXPECT_NULL(test, kho_restore_folio(phys + PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	KUNIT_EXPECT_FALSE(test, PageCompound(page));
	KUNIT_EXPECT_EQ(test, kho_unclaimed_bytes(), 8 * PAGE_SIZE);

	KUNIT_EXPECT_PTR_EQ(test, kho_restore_pages(phys, 4), page);
	KUNIT_EXPECT_PTR_EQ(test, kho_restore_pages(phys + 4 * PAGE_SIZE, 4),
			    page + 4);
	not_managed_twice(page, 8);
	free_run(page);
}

static struct kunit_case scratch_tests[] = {
	KUNIT_CASE_PARAM(scratch_parse, scratch_gen_params),
	{}
};

static struct kunit_suite scratch_suite = {
	.name = "kho_scratch",
	.test_cases = scratch_tests,
};

static struct kunit_case preserve_tests[] = {
	KUNIT_CASE(subtree_names),
	KUNIT_CASE(subtree_taken),
	KUNIT_CASE(subtree_no_blob),
	KUNIT_CASE(subtree_unknown),
	KUNIT_CASE(subtree_out_is_not_in),
	KUNIT_CASE(subtree_full),
	KUNIT_CASE(preserve_runs),
	KUNIT_CASE(preserve_half_taken),
	KUNIT_CASE(preserve_folios),
	KUNIT_CASE(preserve_alloc),
	KUNIT_CASE(preserve_finalized),
	{}
};

static struct kunit_suite preserve_suite = {
	.name = "kho_preserve",
	.init = preserve_init,
	.exit = preserve_exit,
	.test_cases = preserve_tests,
};

static struct kunit_case restore_tests[] = {
	KUNIT_CASE(restore_runs),
	KUNIT_CASE(restore_folios),
	KUNIT_CASE(restore_wrong_size),
	{}
};

static struct kunit_suite restore_suite = {
	.name = "kho_restore",
	.init = restore_init,
	.exit = restore_exit,
	.test_cases = restore_tests,
};

kunit_test_suites(&scratch_suite, &preserve_suite, &restore_suite);
