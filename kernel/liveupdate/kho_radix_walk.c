// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: reading a radix tree from one end to the other: one's own with callbacks,
 * one that is not trusted node by node, one that is key by key.
 */

#include <linux/bitmap.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/kho_radix_tree.h>
#include <linux/minmax.h>

static int kho_radix_walk_leaf(const struct kho_radix_leaf *leaf, u64 first,
			       kho_radix_key_fn cb, void *data)
{
	unsigned int bit;
	int err;

	for_each_set_bit(bit, leaf->bitmap, BIT(KHO_LEAF_BITS)) {
		err = cb(first + bit, data);
		if (err)
			return err;
	}

	return 0;
}

/* No deeper than KHO_TREE_DEPTH. @first: the smallest key beneath the node */
static int kho_radix_walk(phys_addr_t phys, unsigned int level, u64 first,
			  const struct kho_radix_walk_cb *cb, void *data)
{
	const struct kho_radix_node *node;
	unsigned int i;
	u64 entry;
	int err;

	if (first > KHO_KEY_MAX)
		return -ERANGE;

	/* It may know better than to follow the address */
	err = cb->table ? cb->table(phys, level, data) : 0;
	if (err)
		return err;

	if (!level)
		return cb->key ? kho_radix_walk_leaf(phys_to_virt(phys), first,
						     cb->key, data) : 0;

	node = phys_to_virt(phys);
	for (i = 0; i < KHO_TABLE_ENTRIES && !err; i++) {
		entry = READ_ONCE(node->table[i]);
		if (entry)
			err = kho_radix_walk(entry, level - 1, first +
					     ((u64)i << kho_key_shift(level)),
					     cb, data);
	}

	return err;
}

/**
 * kho_radix_walk_tree - visit the nodes and keys of a tree
 * @tree: the tree
 * @cb: what to call
 * @data: for @cb
 *
 * Keys that come or go meanwhile, also by the callbacks, may be met or not.
 *
 * Context: Any in which the callbacks may be called.
 * Return: 0, or what a callback returned to stop the walk; -ERANGE when a node
 * hangs where no key reaches.
 */
int kho_radix_walk_tree(struct kho_radix_tree *tree,
			const struct kho_radix_walk_cb *cb, void *data)
{
	return kho_radix_walk(virt_to_phys(tree->root), KHO_TREE_TABLES, 0, cb,
			      data);
}
EXPORT_SYMBOL_GPL(kho_radix_walk_tree);

/**
 * kho_radix_walk_nodes - visit the nodes of a tree that is not trusted
 * @root: physical address of the topmost node, or what claims to be one
 * @cb: called for each node, a node before its children, those by index
 * @data: for @cb
 *
 * @cb is told an address before anything is read from there: a walk follows no
 * address that @cb refuses. It is for @cb to check that the address is aligned
 * and is memory, and to bound the number of nodes, since tables may point to
 * one another in any way; the depth is bounded here. The bitmaps of leaves are
 * not read.
 *
 * Context: Any. Allocates nothing; the direct map has to be there.
 * Return: 0, or what @cb returned to stop the walk; -ERANGE when a node hangs
 * where no key reaches.
 */
int kho_radix_walk_nodes(phys_addr_t root, kho_radix_node_fn cb, void *data)
{
	const struct kho_radix_walk_cb walk = { .table = cb };

	return kho_radix_walk(root, KHO_TREE_TABLES, 0, &walk, data);
}
EXPORT_SYMBOL_GPL(kho_radix_walk_nodes);

/**
 * kho_radix_iter_init - go to a place in a tree
 * @iter: the iterator
 * @root: the topmost node of the tree
 * @first: the first key that is of interest
 * @last: the last one
 *
 * Context: Any.
 */
void kho_radix_iter_init(struct kho_radix_iter *iter,
			 const struct kho_radix_node *root, u64 first, u64 last)
{
	iter->root = root;
	iter->leaf = NULL;
	iter->next = first;
	iter->last = min(last, KHO_KEY_MAX);
	iter->word = 0;
}
EXPORT_SYMBOL_GPL(kho_radix_iter_init);

/* Move on to the next slot of @node that is in use, if there is one */
static u64 kho_radix_iter_slot(struct kho_radix_iter *iter,
			       const struct kho_radix_node *node,
			       unsigned int level)
{
	u64 span = 1ULL << kho_key_shift(level);
	unsigned int i;
	u64 entry;

	for (i = kho_key_index(iter->next, level); i < KHO_TABLE_ENTRIES; i++) {
		entry = READ_ONCE(node->table[i]);
		if (entry)
			return entry;
		iter->next = (iter->next | (span - 1)) + 1;
	}

	return 0;
}

/* Move on to the next leaf that exists, as long as that is of interest */
static bool kho_radix_iter_leaf(struct kho_radix_iter *iter)
{
	const struct kho_radix_node *node;
	unsigned int level;
	u64 entry;

	while (iter->next <= iter->last) {
		node = iter->root;
		for (level = KHO_TREE_TABLES; level; level--) {
			entry = kho_radix_iter_slot(iter, node, level);
			if (!entry)
				break;
			node = phys_to_virt(entry);
		}
		if (!level) {
			iter->leaf = (const struct kho_radix_leaf *)node;
			return iter->next <= iter->last;
		}
	}

	return false;
}

/* Take up the next word of the leaf that has keys of interest */
static bool kho_radix_iter_word(struct kho_radix_iter *iter)
{
	unsigned int bit = kho_key_bit(iter->next);
	u64 base = iter->next - bit % BITS_PER_LONG;
	unsigned int i = BIT_WORD(bit);
	u64 word;

	word = READ_ONCE(iter->leaf->bitmap[i]) & BITMAP_FIRST_WORD_MASK(bit);
	while (!word && ++i < KHO_LEAF_WORDS) {
		word = READ_ONCE(iter->leaf->bitmap[i]);
		base += BITS_PER_LONG;
	}

	iter->base = base;
	iter->next = base + BITS_PER_LONG;
	if (base > iter->last)
		return false;

	if (iter->last < iter->next)
		word &= BITMAP_LAST_WORD_MASK(iter->last - base + 1);
	iter->word = word;
	return word;
}

/**
 * kho_radix_iter_advance - the slow part of kho_radix_iter_next()
 * @iter: an iterator with no key left to tell
 *
 * Context: Any.
 * Return: true when there are keys to tell again.
 */
bool kho_radix_iter_advance(struct kho_radix_iter *iter)
{
	while (iter->next <= iter->last) {
		/* At a leaf's first key, the last leaf is done with */
		if (!iter->leaf || !kho_key_bit(iter->next))
			if (!kho_radix_iter_leaf(iter))
				return false;
		if (kho_radix_iter_word(iter))
			return true;
	}

	return false;
}
EXPORT_SYMBOL_GPL(kho_radix_iter_advance);
