// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: a set of 64-bit keys in page-sized nodes that the next kernel reads in
 * place.
 *
 * A node that hangs in a tree stays there until kho_radix_prune() or
 * kho_radix_destroy_tree(), which are for who has the tree to himself. So a walk
 * takes no lock: the nodes that it follows do not go away. A key is one bit of a
 * leaf, set and cleared atomically. A new node is put into an empty slot by
 * cmpxchg(): of several that race for a slot one wins, and the others free theirs
 * and go on with the winner's.
 *
 * Nodes that become empty are worth nothing, and cost little: there is at most
 * one leaf for each KHO_LEAF_BITS blocks of an order.
 */

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kho_radix_tree.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "kho_memory.h"

/**
 * kho_radix_init_tree - make a tree ready for use
 * @tree: the tree
 * @root: its topmost node; NULL to start with an empty tree
 *
 * With @root the tree takes over the nodes beneath it, which the caller has
 * validated.
 *
 * Context: Process context. May sleep. Any with @root.
 * Return: 0, or -ENOMEM.
 */
int kho_radix_init_tree(struct kho_radix_tree *tree,
			struct kho_radix_node *root)
{
	struct page *page;

	if (!root) {
		page = kho_alloc_pages(0);
		if (!page)
			return -ENOMEM;
		root = page_address(page);
	}
	tree->root = root;
	return 0;
}
EXPORT_SYMBOL_GPL(kho_radix_init_tree);

/*
 * Frees the nodes beneath @node that have no keys, or all of them. Returns
 * whether @node itself may be freed.
 */
static bool kho_radix_cut(struct kho_radix_node *node, unsigned int level,
			  bool all)
{
	bool empty = true;
	unsigned int i;

	if (!level)
		return all || !memchr_inv(node, 0, PAGE_SIZE);

	for (i = 0; i < KHO_TABLE_ENTRIES; i++) {
		struct kho_radix_node *child;

		if (!node->table[i])
			continue;
		child = phys_to_virt(node->table[i]);
		if (kho_radix_cut(child, level - 1, all)) {
			node->table[i] = 0;
			free_page((unsigned long)child);
		} else {
			empty = false;
		}
	}
	return empty;
}

/**
 * kho_radix_prune - give back the nodes that hold no keys
 * @tree: the tree, which nobody else uses meanwhile
 *
 * An empty tree is its root alone then.
 *
 * Context: Any.
 */
void kho_radix_prune(struct kho_radix_tree *tree)
{
	kho_radix_cut(tree->root, KHO_TREE_TABLES, false);
}
EXPORT_SYMBOL_GPL(kho_radix_prune);

/**
 * kho_radix_destroy_tree - give back all nodes of a tree
 * @tree: a tree that began empty in this kernel, and that nobody else uses
 *
 * Keys that are left go with the nodes. A tree that was destroyed already, or
 * that is all zeroes, is left alone.
 *
 * Context: Any.
 */
void kho_radix_destroy_tree(struct kho_radix_tree *tree)
{
	if (!tree->root)
		return;

	kho_radix_cut(tree->root, KHO_TREE_TABLES, true);
	free_page((unsigned long)tree->root);
	tree->root = NULL;
}
EXPORT_SYMBOL_GPL(kho_radix_destroy_tree);

/**
 * kho_radix_find_leaf - the leaf of a key
 * @tree: the tree
 * @key: the key, at most KHO_KEY_MAX
 *
 * Context: Any.
 * Return: The leaf, whether or not the key is in it; NULL when there is none.
 */
struct kho_radix_leaf *kho_radix_find_leaf(const struct kho_radix_tree *tree,
					   u64 key)
{
	struct kho_radix_node *node = tree->root;
	unsigned int level;

	for (level = KHO_TREE_TABLES; level; level--) {
		u64 entry = READ_ONCE(node->table[kho_key_index(key, level)]);

		if (!entry)
			return NULL;
		node = phys_to_virt(entry);
	}
	return (struct kho_radix_leaf *)node;
}

/* Fill an empty slot. Returns what is in it then, 0 when memory is short. */
static u64 kho_radix_fill_slot(u64 *slot)
{
	struct page *page = kho_alloc_pages(0);
	u64 entry, winner;

	if (!page)
		return 0;

	/* Fully ordered: who finds the entry finds zeroes behind it. */
	entry = page_to_phys(page);
	winner = cmpxchg(slot, 0, entry);
	if (!winner)
		return entry;
	__free_page(page);
	return winner;
}

static struct kho_radix_leaf *kho_radix_make_leaf(struct kho_radix_tree *tree,
						  u64 key)
{
	struct kho_radix_node *node = tree->root;
	unsigned int level;

	for (level = KHO_TREE_TABLES; level; level--) {
		u64 *slot = &node->table[kho_key_index(key, level)];
		u64 entry = READ_ONCE(*slot);

		if (!entry)
			entry = kho_radix_fill_slot(slot);
		if (!entry)
			return NULL;
		node = phys_to_virt(entry);
	}
	return (struct kho_radix_leaf *)node;
}

/**
 * kho_radix_add_key - put a key into a tree
 * @tree: the tree
 * @key: the key, at most KHO_KEY_MAX
 *
 * Context: Process context. May sleep.
 * Return: 0; -EEXIST when the key was there already; -ERANGE when it is wider
 * than the tree; -ENOMEM, and then nodes without keys may have been left behind.
 */
int kho_radix_add_key(struct kho_radix_tree *tree, u64 key)
{
	struct kho_radix_leaf *leaf;

	if (key > KHO_KEY_MAX)
		return -ERANGE;
	leaf = kho_radix_make_leaf(tree, key);
	if (!leaf)
		return -ENOMEM;
	return test_and_set_bit(kho_key_bit(key), leaf->bitmap) ? -EEXIST : 0;
}
EXPORT_SYMBOL_GPL(kho_radix_add_key);

/**
 * kho_radix_del_key - take a key out of a tree
 * @tree: the tree
 * @key: the key, at most KHO_KEY_MAX
 *
 * Context: Any.
 * Return: 0; -ENOENT when the key was not there; -ERANGE when it is wider than
 * the tree.
 */
int kho_radix_del_key(struct kho_radix_tree *tree, u64 key)
{
	struct kho_radix_leaf *leaf;

	if (key > KHO_KEY_MAX)
		return -ERANGE;
	leaf = kho_radix_find_leaf(tree, key);
	return leaf && test_and_clear_bit(kho_key_bit(key), leaf->bitmap) ?
		0 : -ENOENT;
}
EXPORT_SYMBOL_GPL(kho_radix_del_key);

/**
 * kho_radix_contains_key - whether a key is in a tree
 * @tree: the tree
 * @key: any number
 *
 * A key that is being added or deleted at the same time may be seen either way.
 *
 * Context: Any.
 * Return: true when @key is in the tree, false when it is not or is wider than
 * the tree.
 */
bool kho_radix_contains_key(struct kho_radix_tree *tree, u64 key)
{
	struct kho_radix_leaf *leaf;

	if (key > KHO_KEY_MAX)
		return false;
	leaf = kho_radix_find_leaf(tree, key);
	return leaf && test_bit(kho_key_bit(key), leaf->bitmap);
}
EXPORT_SYMBOL_GPL(kho_radix_contains_key);
