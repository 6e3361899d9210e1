/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the radix tree offers to KHO alone, beyond <linux/kho_radix_tree.h>:
 * steps of adding and deleting, for who has disabled preemption or holds the
 * tree's lock. Why they are right is told in kho_radix.c.
 */
#ifndef _KHO_RADIX_H
#define _KHO_RADIX_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kho_radix_tree.h>
#include <linux/percpu.h>

/*
 * The leaf that a CPU came to last, so that keys that lie close together are
 * found without a walk. Valid as long as @gen is that of the tree.
 */
struct kho_radix_cursor {
	u64 gen;
	u64 prefix;			/* keys of this leaf >> KHO_LEAF_BITS */
	struct kho_radix_leaf *leaf;
	u64 *slot;			/* where the leaf hangs */
	u64 entry;			/* what the slot holds while it lives */
};

DECLARE_PER_CPU(struct kho_radix_cursor, kho_radix_add_cursor);

/*
 * Whether @cur is at the leaf of @key, inside a read section. The number of the
 * tree changes after nodes left it and before they are freed: as long as it is
 * the one remembered, what is remembered stays memory until the section ends.
 */
static __always_inline bool kho_radix_at_leaf(struct kho_radix_tree *tree,
					      struct kho_radix_cursor *cur,
					      u64 key)
{
	return likely(cur->gen == READ_ONCE(tree->gen) &&
		      cur->prefix == key >> KHO_LEAF_BITS);
}

int kho_radix_settle(struct kho_radix_cursor *cur, unsigned int bit,
		     bool was_set);

/* Add @key to the leaf that @cur is at, with the results of kho_radix_settle() */
static __always_inline int kho_radix_add_here(struct kho_radix_cursor *cur,
					      u64 key)
{
	unsigned int bit = kho_key_bit(key);
	bool was_set = test_and_set_bit(bit, cur->leaf->bitmap);

	if (unlikely(READ_ONCE(*cur->slot) != cur->entry))
		return kho_radix_settle(cur, bit, was_set);

	return was_set ? -EEXIST : 0;
}

int kho_radix_try_add_key(struct kho_radix_tree *tree, u64 key);

int kho_radix_clear_key(struct kho_radix_tree *tree, u64 key);
void kho_radix_unclear_key(struct kho_radix_tree *tree, u64 key);
void kho_radix_prune_key(struct kho_radix_tree *tree, u64 key);

#endif /* _KHO_RADIX_H */
