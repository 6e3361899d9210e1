// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of KHO: the state is held while nothing may change it. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>

#include "kho_internal.h"

static int state_init(struct kunit *test)
{
	if (!kho_is_enabled())
		kunit_skip(test, "KHO is off");
	KUNIT_ASSERT_FALSE(test, kho_finalized());
	return 0;
}

/* Also after a test that failed half way: nothing stays held or finalized. */
static void state_exit(struct kunit *test)
{
	if (!kho_is_enabled())
		return;
	kho_release();
	kho_abort();
}

/* As for a hibernation */
static void state_hold(struct kunit *test)
{
	void *mem;

	KUNIT_ASSERT_EQ(test, kho_hold_empty(), 0);
	KUNIT_EXPECT_PTR_EQ(test, kho_alloc_preserve(PAGE_SIZE),
			    ERR_PTR(-EBUSY));
	KUNIT_EXPECT_EQ(test, kho_finalize(), -EBUSY);
	KUNIT_EXPECT_EQ(test, kho_set_dt_max(KHO_DT_MAX_LIMIT), -EBUSY);
	KUNIT_EXPECT_FALSE(test, kho_finalized());
	kho_release();

	mem = kho_alloc_preserve(PAGE_SIZE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mem);
	kho_unpreserve_free(mem);
}

/* What is preserved stays so, and may still change. */
static void state_hold_refused(struct kunit *test)
{
	void *mem = kho_alloc_preserve(PAGE_SIZE), *more;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mem);
	KUNIT_EXPECT_EQ(test, kho_hold_empty(), -EBUSY);
	more = kho_alloc_preserve(PAGE_SIZE);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, more);
	if (!IS_ERR(more))
		kho_unpreserve_free(more);
	/* As who hears of the end of what he had refused */
	kho_release();
	KUNIT_EXPECT_EQ(test, kho_finalize(), 0);
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
	kho_unpreserve_free(mem);
	KUNIT_EXPECT_EQ(test, kho_hold_empty(), 0);
}

/* What was finalized before is so afterwards. */
static void state_hold_finalized(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, kho_finalize(), 0);
	KUNIT_EXPECT_EQ(test, kho_hold_empty(), 0);
	KUNIT_EXPECT_EQ(test, kho_abort(), -EBUSY);
	kho_release();
	KUNIT_EXPECT_TRUE(test, kho_finalized());
	KUNIT_EXPECT_PTR_EQ(test, kho_alloc_preserve(PAGE_SIZE),
			    ERR_PTR(-EBUSY));
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
}

/* As for a kexec */
static void state_commit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kho_commit(), -EBUSY);
	KUNIT_ASSERT_EQ(test, kho_finalize(), 0);
	KUNIT_EXPECT_EQ(test, kho_commit(), 0);
	KUNIT_EXPECT_EQ(test, kho_abort(), -EBUSY);
	KUNIT_EXPECT_TRUE(test, kho_finalized());
	/* No kexec after all, for once */
	kho_release();
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
}

static struct kunit_case state_tests[] = {
	KUNIT_CASE(state_hold),
	KUNIT_CASE(state_hold_refused),
	KUNIT_CASE(state_hold_finalized),
	KUNIT_CASE(state_commit),
	{}
};

static struct kunit_suite state_suite = {
	.name = "kho_state",
	.init = state_init,
	.exit = state_exit,
	.test_cases = state_tests,
};

kunit_test_suites(&state_suite);
