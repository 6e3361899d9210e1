// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of live update: who may register, chains that grow and shrink, and what
 * waits while a kexec is on its way. They need liveupdate=on.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kthread.h>
#include <linux/liveupdate.h>

#include "kho_preserve.h"
#include "kho_finalize.h"
#include "kho_state.h"
#include "luo_internal.h"

/* Handlers and FLBs of which nothing is ever called */

static bool no_can_preserve(struct liveupdate_file_handler *handler,
			    struct file *file)
{
	return false;
}

static int no_file_op(struct liveupdate_file_op_args *args)
{
	return -EIO;
}

static void no_file_end(struct liveupdate_file_op_args *args)
{
}

static int no_flb_op(struct liveupdate_flb_op_args *args)
{
	return -EIO;
}

static void no_flb_end(struct liveupdate_flb_op_args *args)
{
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = no_can_preserve,
	.preserve = no_file_op,
	.unpreserve = no_file_end,
	.retrieve = no_file_op,
	.finish = no_file_end,
};

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = no_flb_op,
	.unpreserve = no_flb_end,
	.retrieve = no_flb_op,
	.finish = no_flb_end,
};

static struct liveupdate_file_handler one = {
	.ops = &file_ops,
	.compatible = "kunit-one",
};

static struct liveupdate_file_handler two = {
	.ops = &file_ops,
	.compatible = "kunit-two",
};

static int luo_kunit_init(struct kunit *test)
{
	if (!liveupdate_enabled())
		kunit_skip(test, "live update is off");
	return 0;
}

static void expect_no_handler(struct kunit *test,
			      const struct liveupdate_file_ops *ops,
			      const char *compatible)
{
	struct liveupdate_file_handler *handler;

	handler = kunit_kzalloc(test, sizeof(*handler), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, handler);
	handler->ops = ops;
	memcpy((char *)handler->compatible, compatible, LUO_COMPATIBLE_SIZE);
	KUNIT_EXPECT_EQ(test, liveupdate_register_file_handler(handler), -EINVAL);
}

static void luo_kunit_handlers(struct kunit *test)
{
	char name[LUO_COMPATIBLE_SIZE] = "kunit";
	struct liveupdate_file_ops ops;

	ops = file_ops;
	ops.can_preserve = NULL;
	expect_no_handler(test, &ops, name);
	ops = file_ops;
	ops.preserve = NULL;
	expect_no_handler(test, &ops, name);
	ops = file_ops;
	ops.unpreserve = NULL;
	expect_no_handler(test, &ops, name);
	ops = file_ops;
	ops.retrieve = NULL;
	expect_no_handler(test, &ops, name);
	ops = file_ops;
	ops.finish = NULL;
	expect_no_handler(test, &ops, name);
	memset(name, 0, sizeof(name));
	expect_no_handler(test, &file_ops, name);
	memset(name, 'x', sizeof(name));
	expect_no_handler(test, &file_ops, name);

	KUNIT_ASSERT_EQ(test, liveupdate_register_file_handler(&one), 0);
	KUNIT_EXPECT_EQ(test, liveupdate_register_file_handler(&one), -EEXIST);
	KUNIT_EXPECT_EQ(test, liveupdate_unregister_file_handler(&one), 0);
	KUNIT_EXPECT_EQ(test, liveupdate_register_file_handler(&one), 0);
	KUNIT_EXPECT_EQ(test, liveupdate_unregister_file_handler(&one), 0);
}

static struct liveupdate_flb *new_flb(struct kunit *test,
				      const struct liveupdate_flb_ops *ops,
				      unsigned int nr)
{
	struct liveupdate_flb *flb = kunit_kzalloc(test, sizeof(*flb), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, flb);
	flb->ops = ops;
	snprintf((char *)flb->compatible, LUO_COMPATIBLE_SIZE, "kunit-flb-%u", nr);
	return flb;
}

static void luo_kunit_flbs(struct kunit *test)
{
	struct liveupdate_flb *flb = new_flb(test, &flb_ops, 1);
	struct liveupdate_flb *twin = new_flb(test, &flb_ops, 1);
	struct liveupdate_flb_ops ops = flb_ops;
	void *obj;

	KUNIT_EXPECT_EQ(test, liveupdate_register_flb(&one, flb), -EINVAL);
	KUNIT_ASSERT_EQ(test, liveupdate_register_file_handler(&one), 0);
	KUNIT_ASSERT_EQ(test, liveupdate_register_file_handler(&two), 0);
	ops.finish = NULL;
	KUNIT_EXPECT_EQ(test, liveupdate_register_flb(&one, new_flb(test, &ops, 2)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, liveupdate_unregister_flb(&one, flb), -ENOENT);
	KUNIT_EXPECT_EQ(test, liveupdate_register_flb(&one, flb), 0);
	KUNIT_EXPECT_EQ(test, liveupdate_register_flb(&one, flb), -EEXIST);
	KUNIT_EXPECT_EQ(test, liveupdate_register_flb(&two, twin), -EEXIST);
	KUNIT_EXPECT_EQ(test, liveupdate_register_flb(&two, flb), 0);
	KUNIT_EXPECT_EQ(test, liveupdate_flb_get_outgoing(flb, &obj), -ENODATA);
	KUNIT_EXPECT_EQ(test, liveupdate_flb_get_incoming(flb, &obj), -ENODATA);
	KUNIT_EXPECT_EQ(test, liveupdate_unregister_file_handler(&one), -EBUSY);
	KUNIT_EXPECT_EQ(test, liveupdate_unregister_flb(&one, flb), 0);
	KUNIT_EXPECT_EQ(test, liveupdate_unregister_flb(&two, flb), 0);
	KUNIT_EXPECT_EQ(test, liveupdate_register_flb(&two, twin), 0);
	KUNIT_EXPECT_EQ(test, liveupdate_unregister_flb(&two, twin), 0);
	KUNIT_EXPECT_EQ(test, liveupdate_unregister_file_handler(&two), 0);
	KUNIT_EXPECT_EQ(test, liveupdate_unregister_file_handler(&one), 0);
}

/* One page tells the next kernel of all of them. */
static void luo_kunit_flbs_many(struct kunit *test)
{
	struct liveupdate_flb *flbs[LUO_FLB_MAX + 1];
	unsigned int i;

	KUNIT_ASSERT_EQ(test, liveupdate_register_file_handler(&one), 0);
	for (i = 0; i <= LUO_FLB_MAX; i++)
		flbs[i] = new_flb(test, &flb_ops, i);
	for (i = 0; i < LUO_FLB_MAX; i++)
		KUNIT_EXPECT_EQ(test, liveupdate_register_flb(&one, flbs[i]), 0);
	KUNIT_EXPECT_EQ(test, liveupdate_register_flb(&one, flbs[i]), -ENOSPC);
	while (i--)
		KUNIT_EXPECT_EQ(test, liveupdate_unregister_flb(&one, flbs[i]), 0);
	KUNIT_EXPECT_EQ(test, liveupdate_unregister_file_handler(&one), 0);
}

/* Chains */

/* As the next kernel reads it: the number of entries, block by block */
static u64 count_chain(struct kunit *test, struct luo_chain *chain, u64 capacity)
{
	u64 phys = luo_chain_phys(chain), nr = 0;

	while (phys) {
		struct kho_block_header *block = phys_to_virt(phys);

		KUNIT_EXPECT_GT(test, block->count, 0);
		if (block->next)
			KUNIT_EXPECT_EQ(test, block->count, capacity);
		KUNIT_EXPECT_PTR_EQ(test, luo_chain_entry(chain, nr),
				    (void *)(block + 1));
		nr += block->count;
		phys = block->next;
	}
	return nr;
}

static void luo_kunit_chain(struct kunit *test)
{
	const u64 capacity = kho_block_capacity(sizeof(struct luo_file_ser));
	u64 bytes = kho_preserved_bytes(), nr;
	struct luo_chain chain;

	luo_chain_init(&chain, sizeof(struct luo_file_ser));
	KUNIT_EXPECT_EQ(test, luo_chain_phys(&chain), 0);
	for (nr = 1; nr <= 2 * capacity + 1; nr++) {
		KUNIT_ASSERT_EQ(test, luo_chain_grow(&chain), 0);
		KUNIT_EXPECT_EQ(test, count_chain(test, &chain, capacity), nr);
	}
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), bytes + 3 * PAGE_SIZE);
	/* To and fro over a border */
	for (nr = 0; nr < 3; nr++) {
		luo_chain_shrink(&chain);
		KUNIT_EXPECT_EQ(test, count_chain(test, &chain, capacity),
				2 * capacity);
		KUNIT_ASSERT_EQ(test, luo_chain_grow(&chain), 0);
	}
	for (nr = 2 * capacity + 1; nr; nr--) {
		KUNIT_EXPECT_EQ(test, count_chain(test, &chain, capacity), nr);
		luo_chain_shrink(&chain);
	}
	KUNIT_EXPECT_EQ(test, luo_chain_phys(&chain), 0);
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), bytes);
}

/* No more blocks than the next kernel takes */
static void luo_kunit_chain_full(struct kunit *test)
{
	u64 bytes = kho_preserved_bytes(), nr;
	struct luo_chain chain;
	int err = 0;

	if (PAGE_SIZE > SZ_4K)
		kunit_skip(test, "takes too much memory");
	luo_chain_init(&chain, PAGE_SIZE - sizeof(struct kho_block_header));
	for (nr = 0; !err && nr <= KHO_BLOCK_MAX; nr++)
		err = luo_chain_grow(&chain);
	KUNIT_EXPECT_EQ(test, err, -ENOSPC);
	KUNIT_EXPECT_EQ(test, count_chain(test, &chain, 1), KHO_BLOCK_MAX);
	for (nr = chain.nr; nr; nr--)
		luo_chain_shrink(&chain);
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), bytes);
}

/* A kexec that is on its way, and fails */

static DECLARE_COMPLETION(given_back);

static int give_back(void *mem)
{
	luo_give_back_begin();
	kho_unpreserve_free(mem);
	luo_give_back_end();
	complete(&given_back);
	return 0;
}

static void luo_kunit_frozen(struct kunit *test)
{
	void *mem = kho_alloc_preserve(PAGE_SIZE);
	u64 bytes = kho_preserved_bytes();
	struct task_struct *task;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mem);
	reinit_completion(&given_back);
	KUNIT_ASSERT_EQ(test, kho_commit(NULL), 0);
	task = kthread_run(give_back, mem, "luo_kunit");
	if (!IS_ERR(task)) {
		msleep(100);
		KUNIT_EXPECT_FALSE(test, completion_done(&given_back));
	}
	kho_kexec_failed();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	wait_for_completion(&given_back);
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), bytes - PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, luo_preserve_begin(), 0);
	luo_call_end();
}

/* What is given back ends the finalized state, and what preserves knows of it. */
static void luo_kunit_finalized(struct kunit *test)
{
	void *mem = kho_alloc_preserve(PAGE_SIZE);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mem);
	KUNIT_ASSERT_EQ(test, kho_finalize(), 0);
	KUNIT_EXPECT_EQ(test, luo_preserve_begin(), -EBUSY);
	luo_call_begin();
	luo_call_end();
	luo_give_back_begin();
	kho_unpreserve_free(mem);
	luo_give_back_end();
	KUNIT_EXPECT_EQ(test, luo_preserve_begin(), 0);
	luo_call_end();
}

static struct kunit_case luo_tests[] = {
	KUNIT_CASE(luo_kunit_handlers),
	KUNIT_CASE(luo_kunit_flbs),
	KUNIT_CASE(luo_kunit_flbs_many),
	KUNIT_CASE(luo_kunit_chain),
	KUNIT_CASE(luo_kunit_chain_full),
	KUNIT_CASE(luo_kunit_frozen),
	KUNIT_CASE(luo_kunit_finalized),
	{}
};

static struct kunit_suite luo_suite = {
	.name = "kho_luo",
	.init = luo_kunit_init,
	.test_cases = luo_tests,
};

kunit_test_suites(&luo_suite);
