/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What KUnit suites share that play both kernels: the one that hands over, and
 * the one that it hands over to.
 */
#ifndef _KHO_KUNIT_H
#define _KHO_KUNIT_H

#include <kunit/test.h>

#include <linux/kho_radix_tree.h>

/* Before and after a test: the same is preserved, and nothing is to be claimed. */
int kho_kunit_begin(struct kunit *test);
void kho_kunit_end(struct kunit *test);

typedef void (*kho_kunit_run_fn)(struct kunit *test, phys_addr_t phys,
				 unsigned long nr_pages);

/* A run that was preserved is one that came. */
void kho_kunit_kexec_run(struct kunit *test, phys_addr_t phys,
			 unsigned long nr_pages);
/* What came is preserved again, for what tidies up there. */
void kho_kunit_kexec_back(struct kunit *test, phys_addr_t phys,
			  unsigned long nr_pages);
/* Nodes of the tree that goes, or of the one that came, but for those without keys. */
unsigned long kho_kunit_nodes(struct kho_radix_tree *tree);

#endif /* _KHO_KUNIT_H */
