/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A set of 64-bit keys in page-sized nodes that the next kernel reads in place.
 *
 * The nodes' format is in <linux/kho/abi/kexec_handover.h>. The set knows
 * nothing of what its keys stand for: KHO keeps its memory map in one, and
 * drivers may have sets of their own.
 */

#ifndef _LINUX_KHO_RADIX_TREE_H
#define _LINUX_KHO_RADIX_TREE_H

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/types.h>

#include <linux/kho/abi/kexec_handover.h>

/**
 * DOC: KHO radix tree
 *
 * Adding a key to a leaf that is there already, deleting and looking up take no
 * lock and cost a walk of KHO_TREE_DEPTH nodes. Any number of callers may do so at
 * the same time, with these promises:
 *
 * - of several callers that add the same key at once one gets 0 and the others
 *   -EEXIST; of several that delete it one gets 0 and the others -ENOENT;
 * - a key that could not be added is not in the tree.
 *
 * Nodes without keys stay until kho_radix_prune(), which like
 * kho_radix_destroy_tree() is for who has the tree to himself.
 *
 * A tree that came from another kernel is used like one's own once it was
 * validated, but that its nodes stay: they are not the page allocator's.
 */

/**
 * struct kho_radix_tree - a set of keys
 * @root: the topmost table, whose physical address is what the next kernel is
 *	told; there as long as the tree is
 */
struct kho_radix_tree {
	struct kho_radix_node *root;
};

/**
 * typedef kho_radix_node_fn - what is called for each node
 * @node: physical address of the node
 * @level: 0 for a leaf, KHO_TREE_TABLES for the root
 * @data: as given by the caller of the walk
 *
 * Return: 0 to go on; anything else stops the walk before the node is read.
 */
typedef int (*kho_radix_node_fn)(phys_addr_t node, unsigned int level,
				 void *data);

/**
 * typedef kho_radix_key_fn - what is called for each key
 * @key: the key
 * @data: as given by the caller of the walk
 *
 * Return: 0 to go on; anything else stops the walk.
 */
typedef int (*kho_radix_key_fn)(u64 key, void *data);

/**
 * struct kho_radix_walk_cb - what kho_radix_walk_tree() calls
 * @key: for each key, in ascending order; may be NULL
 * @table: for each node, leaves included, before what is in it; may be NULL
 */
struct kho_radix_walk_cb {
	kho_radix_key_fn key;
	kho_radix_node_fn table;
};

/**
 * struct kho_radix_iter - a place in a tree
 *
 * Keys that come or go during the walk may or may not be met. Takes no lock and
 * allocates nothing. It trusts the nodes: a tree from elsewhere is validated
 * before.
 */
struct kho_radix_iter {
	/* private: */
	const struct kho_radix_node *root;
	const struct kho_radix_leaf *leaf;
	u64 next;	/* first key that was not looked at */
	u64 last;
	u64 base;	/* key of bit 0 of @word */
	u64 word;	/* keys that were found and not yet told */
};

#ifdef CONFIG_KEXEC_HANDOVER

int kho_radix_init_tree(struct kho_radix_tree *tree,
			struct kho_radix_node *root);
void kho_radix_destroy_tree(struct kho_radix_tree *tree);
void kho_radix_prune(struct kho_radix_tree *tree);

int kho_radix_add_key(struct kho_radix_tree *tree, u64 key);
int kho_radix_del_key(struct kho_radix_tree *tree, u64 key);
bool kho_radix_contains_key(struct kho_radix_tree *tree, u64 key);
struct kho_radix_leaf *kho_radix_find_leaf(const struct kho_radix_tree *tree,
					   u64 key);

int kho_radix_walk_tree(struct kho_radix_tree *tree,
			const struct kho_radix_walk_cb *cb, void *data);
int kho_radix_walk_nodes(phys_addr_t root, kho_radix_node_fn cb, void *data);

void kho_radix_iter_init(struct kho_radix_iter *iter,
			 const struct kho_radix_node *root,
			 u64 first, u64 last);
bool kho_radix_iter_advance(struct kho_radix_iter *iter);

#else /* CONFIG_KEXEC_HANDOVER */

static inline int kho_radix_init_tree(struct kho_radix_tree *tree,
				      struct kho_radix_node *root)
{
	return -EOPNOTSUPP;
}

static inline void kho_radix_destroy_tree(struct kho_radix_tree *tree) { }

static inline void kho_radix_prune(struct kho_radix_tree *tree) { }

static inline int kho_radix_add_key(struct kho_radix_tree *tree, u64 key)
{
	return -EOPNOTSUPP;
}

static inline int kho_radix_del_key(struct kho_radix_tree *tree, u64 key)
{
	return -EOPNOTSUPP;
}

static inline bool kho_radix_contains_key(struct kho_radix_tree *tree, u64 key)
{
	return false;
}

static inline int kho_radix_walk_tree(struct kho_radix_tree *tree,
				      const struct kho_radix_walk_cb *cb,
				      void *data)
{
	return -EOPNOTSUPP;
}

static inline int kho_radix_walk_nodes(phys_addr_t root, kho_radix_node_fn cb,
				       void *data)
{
	return -EOPNOTSUPP;
}

static inline void kho_radix_iter_init(struct kho_radix_iter *iter,
				       const struct kho_radix_node *root,
				       u64 first, u64 last)
{
	iter->word = 0;
}

static inline bool kho_radix_iter_advance(struct kho_radix_iter *iter)
{
	return false;
}

#endif /* CONFIG_KEXEC_HANDOVER */

/**
 * kho_radix_iter_next - the next key of a tree
 * @iter: from kho_radix_iter_init()
 * @key: where to put the key
 *
 * About ten instructions where keys are dense.
 *
 * Context: Any.
 * Return: true and the next larger key, false when there is none up to the
 * last one asked for.
 */
static inline bool kho_radix_iter_next(struct kho_radix_iter *iter, u64 *key)
{
	if (unlikely(!iter->word) && !kho_radix_iter_advance(iter))
		return false;

	*key = iter->base + __ffs(iter->word);
	iter->word &= iter->word - 1;
	return true;
}

/**
 * kho_radix_iter_next_word - the next keys of a tree, as many as share a word
 * @iter: from kho_radix_iter_init(), and between two keys of different words
 * @base: where to put the key of bit 0, a multiple of BITS_PER_LONG
 * @word: where to put a bit for each of the keys from @base on
 *
 * Context: Any.
 * Return: true and a word that is not 0, false when no key is left up to the
 * last one asked for.
 */
static inline bool kho_radix_iter_next_word(struct kho_radix_iter *iter,
					    u64 *base, u64 *word)
{
	if (!iter->word && !kho_radix_iter_advance(iter))
		return false;

	*base = iter->base;
	*word = iter->word;
	iter->word = 0;
	return true;
}

#endif /* _LINUX_KHO_RADIX_TREE_H */
