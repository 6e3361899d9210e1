// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of areas on demand, in the memory of the running machine.
 */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "kho_demand.h"
#include "kho_memory.h"

static int demand_init(struct kunit *test)
{
	if (!kho_is_enabled())
		kunit_skip(test, "KHO is off");
	return 0;
}

static const struct kho_wish anywhere = {
	.min = SZ_1M,
	.end = PHYS_ADDR_MAX,
	.top_down = true,
};

/* The search does not know of blocks that are isolated whole. */
static void skip_large_blocks(struct kunit *test)
{
	if (pageblock_nr_pages > KHO_DEMAND_PAGES)
		kunit_skip(test, "pageblocks are larger than what is taken");
}

/* As large as was wished, in whole grains, and scratch for as long as it is held */
static void demand_taken(struct kunit *test)
{
	struct kho_wish wish = anywhere;
	struct kho_shortage shortage = {};
	struct kho_scratch area = {}, other = {};
	unsigned long good = bitmap_weight(kho_good_pieces, kho_nr_pieces), pfn;

	skip_large_blocks(test);
	wish.size = 2 * KHO_DEMAND_GRAIN + 1;
	for (unsigned int down = 0; down < 2; down++) {
		wish.top_down = down;
		KUNIT_ASSERT_EQ(test, kho_demand_take(&wish, &area, &shortage), 0);
		pfn = PHYS_PFN(area.addr);
		KUNIT_EXPECT_EQ(test, area.size, 3 * KHO_DEMAND_GRAIN);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED(area.addr, KHO_DEMAND_GRAIN));
		KUNIT_EXPECT_TRUE(test, kho_scratch_overlap(area.addr, 1));
		KUNIT_EXPECT_TRUE(test, kho_scratch_overlap(area.addr + area.size - 1, 1));
		KUNIT_EXPECT_FALSE(test, kho_surely_preservable(pfn, 0));
		KUNIT_EXPECT_STREQ(test, kho_check_pages(pfn + 1, 1),
				   "preserved memory lies in scratch");

		KUNIT_EXPECT_EQ(test, kho_demand_take(&wish, &other, &shortage), 0);
		KUNIT_EXPECT_TRUE(test, other.addr + other.size <= area.addr ||
				  area.addr + area.size <= other.addr);
		KUNIT_EXPECT_EQ(test, other.addr < area.addr, down);
		if (other.size)
			kho_demand_give(&other);
		kho_demand_give(&area);
		other.size = 0;

		KUNIT_EXPECT_EQ(test, good, bitmap_weight(kho_good_pieces,
							  kho_nr_pieces));
		KUNIT_EXPECT_FALSE(test, kho_scratch_overlap(area.addr, area.size));
		KUNIT_EXPECT_EQ(test, kho_scratch_on_demand, 0);
	}
}

/* Nowhere but where it was wished, and aligned */
static void demand_within(struct kunit *test)
{
	struct kho_wish wish = anywhere;
	struct kho_shortage shortage = {};
	struct kho_scratch area = {}, other = {};

	skip_large_blocks(test);
	wish.size = KHO_DEMAND_GRAIN;
	wish.align = SZ_16M;
	KUNIT_ASSERT_EQ(test, kho_demand_take(&wish, &area, &shortage), 0);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(area.addr, SZ_16M));
	kho_demand_give(&area);

	/* There it is free, as it was taken just now */
	wish.min = area.addr;
	wish.end = area.addr + area.size;
	KUNIT_EXPECT_EQ(test, kho_demand_take(&wish, &area, &shortage), 0);
	KUNIT_EXPECT_EQ(test, area.addr, wish.min);
	/* And there is no second one */
	KUNIT_EXPECT_EQ(test, kho_demand_take(&wish, &other, &shortage), -ENOMEM);
	kho_demand_give(&area);
	wish.min++;
	KUNIT_EXPECT_EQ(test, kho_demand_take(&wish, &area, &shortage), -ENOMEM);
}

/* What cannot be moved is not taken, and what there was instead is told */
static void demand_refused(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct kho_wish wish = anywhere;
	struct kho_shortage shortage = {};
	struct kho_scratch area = {};

	KUNIT_ASSERT_NOT_NULL(test, page);
	wish.size = KHO_DEMAND_GRAIN;
	wish.min = ALIGN_DOWN(page_to_phys(page), KHO_DEMAND_GRAIN);
	wish.end = wish.min + KHO_DEMAND_GRAIN;
	KUNIT_EXPECT_EQ(test, kho_demand_take(&wish, &area, &shortage), -ENOMEM);
	KUNIT_EXPECT_NULL(test, shortage.zone);
	__free_page(page);

	wish = anywhere;
	wish.size = (u64)SZ_2G << 20;
	KUNIT_EXPECT_EQ(test, kho_demand_take(&wish, &area, &shortage), -ENOMEM);
	KUNIT_EXPECT_NOT_NULL(test, shortage.zone);
	KUNIT_EXPECT_GE(test, shortage.largest, KHO_DEMAND_GRAIN);
	KUNIT_EXPECT_EQ(test, kho_scratch_on_demand, 0);
}

static struct kunit_case demand_tests[] = {
	KUNIT_CASE(demand_taken),
	KUNIT_CASE(demand_within),
	KUNIT_CASE(demand_refused),
	{}
};

static struct kunit_suite demand_suite = {
	.name = "kho_demand",
	.init = demand_init,
	.test_cases = demand_tests,
};

kunit_test_suite(demand_suite);
