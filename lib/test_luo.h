/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test handlers of live update: what the files of the module share.
 */
#ifndef _TEST_LUO_H
#define _TEST_LUO_H

#include <linux/types.h>

/* What tests ask for: which operations fail, or wait; what was called. */
enum test_luo_op {
	TEST_LUO_PRESERVE,
	TEST_LUO_UNPRESERVE,
	TEST_LUO_FREEZE,
	TEST_LUO_UNFREEZE,
	TEST_LUO_RETRIEVE,
	TEST_LUO_CAN_FINISH,
	TEST_LUO_FINISH,
	TEST_LUO_FLB_PRESERVE,
	TEST_LUO_FLB_UNPRESERVE,
	TEST_LUO_FLB_RETRIEVE,
	TEST_LUO_FLB_FINISH,
	TEST_LUO_OPS,
};

int test_luo_called(enum test_luo_op op, u64 value);

/* test_luo_flb.c: FLB 1, which both handlers need, and FLB 2 of the first alone */
struct liveupdate_file_handler;

int test_luo_flb_register(struct liveupdate_file_handler *a,
			  struct liveupdate_file_handler *b);
void test_luo_flb_unregister(struct liveupdate_file_handler *a,
			     struct liveupdate_file_handler *b);

#endif /* _TEST_LUO_H */
