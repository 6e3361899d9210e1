// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers for tests of live update: data that their files need.
 *
 * FLB 1 is needed by files of both handlers, FLB 2 by those of the first. The parameters
 * hold_out and hold_in get FLB 1's object, and put it again: 1, 0.
 */
#define pr_fmt(fmt) "test_luo: " fmt

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kstrtox.h>
#include <linux/liveupdate.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "test_luo.h"

/* What the next kernel gets, in a page of its own, which is the object here, too. */
struct test_luo_flb_ser {
	u64 nr;
};

static u64 nr_of(const struct liveupdate_flb *flb);

static int flb_preserve(struct liveupdate_flb_op_args *args)
{
	struct test_luo_flb_ser *ser;
	u64 nr = nr_of(args->flb);
	int err;

	err = test_luo_called(TEST_LUO_FLB_PRESERVE, nr);
	if (err)
		return err;
	ser = kho_alloc_preserve(sizeof(*ser));
	if (IS_ERR(ser))
		return PTR_ERR(ser);
	ser->nr = nr;
	args->obj = ser;
	args->data = virt_to_phys(ser);
	return 0;
}

static void flb_unpreserve(struct liveupdate_flb_op_args *args)
{
	test_luo_called(TEST_LUO_FLB_UNPRESERVE, nr_of(args->flb));
	kho_unpreserve_free(args->obj);
}

static int flb_retrieve(struct liveupdate_flb_op_args *args)
{
	u64 nr = nr_of(args->flb);
	struct folio *folio;
	int err;

	err = test_luo_called(TEST_LUO_FLB_RETRIEVE, nr);
	if (err)
		return err;
	folio = kho_restore_folio(args->data);
	if (!folio)
		return -ENOENT;
	args->obj = folio_address(folio);
	if (((struct test_luo_flb_ser *)args->obj)->nr == nr)
		return 0;
	folio_put(folio);
	return -EINVAL;
}

static void flb_finish(struct liveupdate_flb_op_args *args)
{
	test_luo_called(TEST_LUO_FLB_FINISH, nr_of(args->flb));
	folio_put(virt_to_folio(args->obj));
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_unpreserve,
	.retrieve = flb_retrieve,
	.finish = flb_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_flb flb_1 = {
	.ops = &flb_ops,
	.compatible = "test-luo-flb-1-v1",
};

static struct liveupdate_flb flb_2 = {
	.ops = &flb_ops,
	.compatible = "test-luo-flb-2-v1",
};

static u64 nr_of(const struct liveupdate_flb *flb)
{
	return flb == &flb_1 ? 1 : 2;
}

static int hold_set(const char *val, int (*get)(struct liveupdate_flb *, void **),
		    void (*put)(struct liveupdate_flb *))
{
	void *obj = NULL;
	bool hold;
	int err;

	err = kstrtobool(val, &hold);
	if (err)
		return err;
	if (!hold) {
		put(&flb_1);
		return 0;
	}
	err = get(&flb_1, &obj);
	if (err)
		return err;
	return ((struct test_luo_flb_ser *)obj)->nr == 1 ? 0 : -EUCLEAN;
}

static int hold_out_set(const char *val, const struct kernel_param *kp)
{
	return hold_set(val, liveupdate_flb_get_outgoing,
			liveupdate_flb_put_outgoing);
}

static const struct kernel_param_ops hold_out_ops = { .set = hold_out_set };
module_param_cb(hold_out, &hold_out_ops, NULL, 0200);
MODULE_PARM_DESC(hold_out, "1: get FLB 1's object that goes, 0: put it");

static int hold_in_set(const char *val, const struct kernel_param *kp)
{
	return hold_set(val, liveupdate_flb_get_incoming,
			liveupdate_flb_put_incoming);
}

static const struct kernel_param_ops hold_in_ops = { .set = hold_in_set };
module_param_cb(hold_in, &hold_in_ops, NULL, 0200);
MODULE_PARM_DESC(hold_in, "1: get FLB 1's object that came, 0: put it");

/* Returns 0, or an errno, and then nothing is registered. */
int test_luo_flb_register(struct liveupdate_file_handler *a,
			  struct liveupdate_file_handler *b)
{
	int err;

	err = liveupdate_register_flb(a, &flb_1) ?:
	      liveupdate_register_flb(a, &flb_2) ?:
	      liveupdate_register_flb(b, &flb_1);
	if (err)
		test_luo_flb_unregister(a, b);
	return err;
}

void test_luo_flb_unregister(struct liveupdate_file_handler *a,
			     struct liveupdate_file_handler *b)
{
	liveupdate_unregister_flb(b, &flb_1);
	liveupdate_unregister_flb(a, &flb_2);
	liveupdate_unregister_flb(a, &flb_1);
}
