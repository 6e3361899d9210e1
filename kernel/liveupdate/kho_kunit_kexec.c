// SPDX-License-Identifier: GPL-2.0-only
/*
 * For KUnit suites: a kexec that moves what is preserved from the tree that goes
 * to the tree that came, within one kernel. Memory stays where it is, as it does.
 */
#include <linux/io.h>
#include <linux/mm.h>

#include "kho_claim.h"
#include "kho_fdt.h"
#include "kho_map.h"
#include "kho_memory.h"
#include "kho_preserve.h"
#include "kho_scratch.h"
#include "kho_state.h"
#include "kho_subtree.h"
#include "kho_kunit.h"

/* At the start of a test; the same in the end. */
static struct {
	u64 bytes;
	unsigned long nodes;
	bool in;
} before;

static int count_node(phys_addr_t node, unsigned int level, void *data)
{
	unsigned long *nodes = data;

	++*nodes;
	return 0;
}

unsigned long kho_kunit_nodes(struct kho_radix_tree *tree)
{
	unsigned long nodes = 0;

	kho_stop_changes();
	if (tree == &kho_out_tree)
		kho_preserve_prune();
	else
		kho_radix_prune(tree);
	kho_claim_forget_leaves();
	kho_allow_changes();

	kho_radix_walk_nodes(virt_to_phys(tree->root), count_node, &nodes);
	return nodes;
}

/* Only on a cold boot: what came is not to be played with. */
int kho_kunit_begin(struct kunit *test)
{
	int err;

	before.in = false;
	if (!kho_is_enabled())
		kunit_skip(test, "KHO is off");
	if (kho_in.valid)
		kunit_skip(test, "this kernel was handed something over");

	err = kho_radix_init_tree(&kho_in.tree, NULL);
	if (err)
		return err;
	kho_in.orders = GENMASK(KHO_KEY_MAX_ORDER, 0);
	kho_in.valid = true;
	before.in = true;
	before.bytes = kho_preserved_bytes();
	before.nodes = kho_kunit_nodes(&kho_out_tree);
	return 0;
}

void kho_kunit_end(struct kunit *test)
{
	if (!before.in)
		return;
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), before.bytes);
	KUNIT_EXPECT_EQ(test, kho_kunit_nodes(&kho_out_tree), before.nodes);
	KUNIT_EXPECT_EQ(test, kho_kunit_nodes(&kho_in.tree), 1);

	kho_in.valid = false;
	kho_in.orders = 0;
	kho_radix_destroy_tree(&kho_in.tree);
	kho_claim_forget_leaves();
}

/*
 * By the rule of the ABI, not by the code under test: the largest aligned block
 * first. Tests have runs in one node.
 */
static unsigned int first_order(phys_addr_t phys, unsigned long nr_pages)
{
	return min_t(unsigned int, ilog2(nr_pages), __ffs(PHYS_PFN(phys)));
}

static void change_keys(struct kunit *test, bool add, phys_addr_t phys,
			unsigned long nr_pages)
{
	while (nr_pages) {
		unsigned int order = first_order(phys, nr_pages);
		u64 key = kho_radix_encode_key(phys, order);

		KUNIT_ASSERT_EQ(test, 0,
				add ? kho_radix_add_key(&kho_in.tree, key) :
				      kho_radix_del_key(&kho_in.tree, key));
		phys += PAGE_SIZE << order;
		nr_pages -= 1UL << order;
	}
}

void kho_kunit_kexec_run(struct kunit *test, phys_addr_t phys,
			 unsigned long nr_pages)
{
	KUNIT_ASSERT_EQ(test, kho_change_begin(), 0);
	kho_unpreserve_run(PHYS_PFN(phys), nr_pages);
	kho_change_end();
	change_keys(test, true, phys, nr_pages);
	/* Restoring makes them managed, which they are. */
	adjust_managed_page_count(pfn_to_page(PHYS_PFN(phys)), -(long)nr_pages);
}

void kho_kunit_kexec_back(struct kunit *test, phys_addr_t phys,
			  unsigned long nr_pages)
{
	adjust_managed_page_count(pfn_to_page(PHYS_PFN(phys)), nr_pages);
	change_keys(test, false, phys, nr_pages);
	KUNIT_ASSERT_EQ(test,
			kho_preserve_pages(pfn_to_page(PHYS_PFN(phys)),
					   nr_pages), 0);
}
