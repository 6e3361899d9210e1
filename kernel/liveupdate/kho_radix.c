// SPDX-License-Identifier: GPL-2.0-only
/*
 * A set of 64-bit keys in page-sized nodes that the next kernel reads in place.
 *
 * Adding to a leaf and deleting from one is an atomic operation on its bitmap,
 * made inside an RCU-sched read section, without a lock. Tables change under
 * tree->lock alone. What has to be got right is a leaf that is given back while
 * others add to it.
 *
 * Who gives back a leaf marks its slot with KHO_SLOT_DYING, then looks once
 * more whether the bitmap is empty, and takes the leaf out of its slot or takes
 * the mark off. Who adds sets the bit, then looks at the slot:
 *
 *	giving back			adding
 *	-----------			------
 *	slot = leaf | DYING		set bit (fully ordered)
 *	smp_mb()			read slot
 *	read bitmap
 *
 * One of the two sees the other. Therefore:
 *
 * (1) A bit that was set while the slot holds the bare leaf afterwards is in
 *     the tree: whoever marks the slot from then on finds the bit, and lets the
 *     leaf live.
 * (2) A leaf that left its slot never comes back, and its page is not used for
 *     anything else until all sections that could have found it are over. So
 *     comparing addresses is enough, as long as the section lasts.
 * (3) Bits of a leaf that left its slot are not in the tree. Who set such a bit
 *     takes it back and adds again. When it is not there to be taken back,
 *     somebody deleted the key, and counts it as deleted: then the key was added
 *     and deleted at the moment the leaf left, which lies within both calls, and
 *     both are done. Who deletes need not look at the slot for that reason.
 * (4) Who finds the mark waits. Preemption is off while a slot is marked, and
 *     what is done meanwhile is one look through the leaf.
 */

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kho_radix_tree.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "kho_radix.h"

/* In the slot of a leaf that is being given back. Nodes are page-aligned. */
#define KHO_SLOT_DYING	BIT_ULL(0)

/* Two, because a user that moves keys deletes from one leaf, adds to another */
DEFINE_PER_CPU(struct kho_radix_cursor, kho_radix_add_cursor);
static DEFINE_PER_CPU(struct kho_radix_cursor, kho_radix_del_cursor);

/* Numbers for kho_radix_tree.gen. 0 is that of a cursor that was never used. */
static atomic64_t kho_radix_last_gen;

/*
 * Go towards the leaf of @key. Ends at the slot of the leaf or at the first
 * slot that is empty; says at which @level, and what it holds in @entry.
 */
static u64 *kho_radix_descend(struct kho_radix_tree *tree, u64 key,
			      unsigned int *level, u64 *entry)
{
	struct kho_radix_node *node = tree->root;
	unsigned int l = KHO_TREE_TABLES;
	u64 *slot;

	for (;;) {
		slot = &node->table[kho_key_index(key, l)];
		*entry = READ_ONCE(*slot);
		if (l == 1 || !*entry)
			break;
		node = phys_to_virt(*entry);
		l--;
	}

	*level = l;
	return slot;
}

/* Bring @cur to the leaf of @key, inside a read section */
static int kho_radix_seek(struct kho_radix_tree *tree,
			  struct kho_radix_cursor *cur, u64 key)
{
	unsigned int level;
	u64 gen, entry;
	u64 *slot;

	if (key > KHO_KEY_MAX)
		return -ERANGE;

	/*
	 * Before the walk: nodes that are out of the tree when the number is
	 * read are not found, so none of them is remembered with it.
	 */
	gen = smp_load_acquire(&tree->gen);

	slot = kho_radix_descend(tree, key, &level, &entry);
	if (!entry)
		return -ENOENT;

	entry &= ~KHO_SLOT_DYING;
	cur->gen = gen;
	cur->prefix = key >> KHO_LEAF_BITS;
	cur->leaf = phys_to_virt(entry);
	cur->slot = slot;
	cur->entry = entry;
	return 0;
}

static void *kho_radix_alloc_node(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	return page ? page_address(page) : NULL;
}

static void kho_radix_free_node(struct page *page)
{
	/* Nodes that came from another kernel never were the allocator's */
	if (PageReserved(page)) {
		free_reserved_page(page);
		return;
	}

	__free_page(page);
}

static void kho_radix_free_node_rcu(struct rcu_head *head)
{
	kho_radix_free_node(container_of(head, struct page, rcu_head));
}

/* For nodes that nobody can be looking at */
static void kho_radix_free_subtree(u64 phys, unsigned int level)
{
	struct kho_radix_node *node = phys_to_virt(phys);
	unsigned int i;

	for (i = 0; level && i < KHO_TABLE_ENTRIES; i++)
		if (node->table[i])
			kho_radix_free_subtree(node->table[i], level - 1);

	kho_radix_free_node(virt_to_page(node));
}

/**
 * kho_radix_init_tree - make a tree ready for use
 * @tree: the tree
 * @root: its topmost node; NULL to start with an empty tree
 *
 * With @root the tree takes over the nodes beneath it, which the caller has
 * validated; kho_radix_destroy_tree() gives them back.
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ENOMEM.
 */
int kho_radix_init_tree(struct kho_radix_tree *tree,
			struct kho_radix_node *root)
{
	if (!root)
		root = kho_radix_alloc_node();
	if (!root)
		return -ENOMEM;

	tree->root = root;
	tree->gen = atomic64_inc_return(&kho_radix_last_gen);
	mutex_init(&tree->lock);
	return 0;
}
EXPORT_SYMBOL_GPL(kho_radix_init_tree);

/**
 * kho_radix_destroy_tree - give back all nodes of a tree
 * @tree: the tree, which nobody else uses any more
 *
 * Keys that are left go with the nodes. A tree that was destroyed already, or
 * whose initialization failed after it was zeroed, is left alone.
 *
 * Context: Process context. May sleep.
 */
void kho_radix_destroy_tree(struct kho_radix_tree *tree)
{
	if (!tree->root)
		return;

	kho_radix_free_subtree(virt_to_phys(tree->root), KHO_TREE_TABLES);
	tree->root = NULL;
	mutex_destroy(&tree->lock);
}
EXPORT_SYMBOL_GPL(kho_radix_destroy_tree);

/*
 * The nodes from @level down to the leaf of @key, with @key in it and nothing
 * else. Returns the address of the topmost, or 0 when memory is short.
 */
static u64 kho_radix_build(u64 key, unsigned int level)
{
	struct kho_radix_leaf *leaf = kho_radix_alloc_node();
	struct kho_radix_node *node;
	unsigned int l;
	u64 phys;

	if (!leaf)
		return 0;

	__set_bit(kho_key_bit(key), leaf->bitmap);
	phys = virt_to_phys(leaf);

	for (l = 1; l <= level; l++) {
		node = kho_radix_alloc_node();
		if (!node) {
			kho_radix_free_subtree(phys, l - 1);
			return 0;
		}
		node->table[kho_key_index(key, l)] = phys;
		phys = virt_to_phys(node);
	}

	return phys;
}

/* Add with the lock held: no slot is marked, and nodes can be created */
static noinline int kho_radix_add_slow(struct kho_radix_tree *tree, u64 key)
{
	struct kho_radix_leaf *leaf;
	unsigned int level;
	u64 entry;
	u64 *slot;

	guard(mutex)(&tree->lock);

	slot = kho_radix_descend(tree, key, &level, &entry);
	if (entry) {
		leaf = phys_to_virt(entry);
		if (test_and_set_bit(kho_key_bit(key), leaf->bitmap))
			return -EEXIST;
		return 0;
	}

	entry = kho_radix_build(key, level - 1);
	if (!entry)
		return -ENOMEM;

	/* Pairs with the address dependency of who walks without the lock */
	smp_store_release(slot, entry);
	return 0;
}

/**
 * kho_radix_settle - find out what became of a key's leaf
 * @cur: a cursor at the leaf
 * @bit: the key's bit, which was set
 * @was_set: what the bit was before
 *
 * For who did not find the bare leaf in its slot after setting the bit.
 *
 * Context: The read section in which the bit was set.
 * Return: 0 or -EEXIST, as for kho_radix_add_key(); -EAGAIN when the leaf left
 * the tree and the key has to be added again.
 */
noinline int kho_radix_settle(struct kho_radix_cursor *cur, unsigned int bit,
			      bool was_set)
{
	u64 entry;

	for (;;) {
		entry = READ_ONCE(*cur->slot);
		if (entry != (cur->entry | KHO_SLOT_DYING))
			break;
		cpu_relax();
	}

	/* It lives, maybe because of our bit */
	if (entry == cur->entry)
		return was_set ? -EEXIST : 0;

	/* Whoever set the bit adds again as well; who comes first gets it */
	if (was_set)
		return -EAGAIN;

	return test_and_clear_bit(bit, cur->leaf->bitmap) ? -EAGAIN : 0;
}

/**
 * kho_radix_try_add_key - put a key into a leaf that exists
 * @tree: the tree
 * @key: the key, at most KHO_KEY_MAX
 *
 * Allocates nothing and takes no lock.
 *
 * Context: Any, with preemption disabled.
 * Return: 0; -EEXIST when the key was there already; -ERANGE when it is wider
 * than the tree; -ENOENT when its leaf does not exist, or -EAGAIN when its leaf
 * was just given back: then kho_radix_add_key() will do.
 */
int kho_radix_try_add_key(struct kho_radix_tree *tree, u64 key)
{
	struct kho_radix_cursor *cur = this_cpu_ptr(&kho_radix_add_cursor);
	int err;

	if (!kho_radix_at_leaf(tree, cur, key)) {
		err = kho_radix_seek(tree, cur, key);
		if (err)
			return err;
	}

	return kho_radix_add_here(cur, key);
}

/**
 * kho_radix_add_key - put a key into a tree
 * @tree: the tree
 * @key: the key, at most KHO_KEY_MAX
 *
 * Takes no lock when the key's leaf exists.
 *
 * Context: Process context. May sleep.
 * Return: 0; -EEXIST when the key was there already; -ERANGE when it is wider
 * than the tree; -ENOMEM, and then neither key nor nodes were left behind.
 */
int kho_radix_add_key(struct kho_radix_tree *tree, u64 key)
{
	int err;

	do {
		rcu_read_lock_sched();
		err = kho_radix_try_add_key(tree, key);
		rcu_read_unlock_sched();
	} while (err == -EAGAIN);

	return err == -ENOENT ? kho_radix_add_slow(tree, key) : err;
}
EXPORT_SYMBOL_GPL(kho_radix_add_key);

/*
 * Looks first at the word where a key was found the last time, which is kept in
 * the node's struct page: to empty a leaf costs one look through it, not one for
 * each word that becomes empty. A wrong hint costs time alone.
 */
static bool kho_radix_leaf_empty(struct kho_radix_leaf *leaf)
{
	struct page *page = virt_to_page(leaf);
	unsigned long hint = READ_ONCE(page->private);
	unsigned int i, word;

	for (i = 0; i < KHO_LEAF_WORDS; i++) {
		word = (hint + i) % KHO_LEAF_WORDS;
		if (!READ_ONCE(leaf->bitmap[word]))
			continue;
		if (i)
			WRITE_ONCE(page->private, word);
		return false;
	}

	return true;
}

/* Take the leaf in @slot out of the tree, unless a key is in it */
static bool kho_radix_unlink_leaf(u64 *slot)
{
	u64 entry = *slot;
	struct kho_radix_leaf *leaf = phys_to_virt(entry);
	bool empty;

	/* Others wait for as long as the mark is there */
	preempt_disable();
	WRITE_ONCE(*slot, entry | KHO_SLOT_DYING);
	/* Pairs with the atomic of who adds, see top of file */
	smp_mb();
	empty = kho_radix_leaf_empty(leaf);
	WRITE_ONCE(*slot, empty ? 0 : entry);
	preempt_enable();

	return empty;
}

/*
 * Give back the leaf of @key and the tables that become empty with it, but
 * never the root. The leaf may have come to life or have gone meanwhile.
 */
static noinline void kho_radix_prune(struct kho_radix_tree *tree, u64 key)
{
	struct kho_radix_node *node = tree->root;
	u64 *slot[KHO_TREE_TABLES + 1];
	struct page *dead[KHO_TREE_TABLES];
	unsigned int level, n = 0;

	guard(mutex)(&tree->lock);

	for (level = KHO_TREE_TABLES; level; level--) {
		slot[level] = &node->table[kho_key_index(key, level)];
		if (!*slot[level])
			return;
		node = phys_to_virt(*slot[level]);
	}

	if (!kho_radix_unlink_leaf(slot[1]))
		return;

	for (level = 1; ; level++) {
		dead[n++] = virt_to_page(node);
		node = PTR_ALIGN_DOWN((struct kho_radix_node *)slot[level],
				      PAGE_SIZE);
		if (node == tree->root || memchr_inv(node, 0, PAGE_SIZE))
			break;
		WRITE_ONCE(*slot[level + 1], 0);
	}

	/* After the nodes left, before they are freed: see kho_radix_at_leaf() */
	smp_store_release(&tree->gen, atomic64_inc_return(&kho_radix_last_gen));

	while (n--)
		call_rcu(&dead[n]->rcu_head, kho_radix_free_node_rcu);
}

/*
 * The rest of kho_radix_del_key(), from where a word of @leaf became zero. Of
 * those who do that, the last finds the whole leaf empty.
 */
static noinline int kho_radix_del_last(struct kho_radix_tree *tree,
				       struct kho_radix_leaf *leaf, u64 key)
	__releases(RCU_SCHED)
{
	bool empty = kho_radix_leaf_empty(leaf);

	rcu_read_unlock_sched();

	if (empty)
		kho_radix_prune(tree, key);
	return 0;
}

/* The rest of kho_radix_del_key(), once its leaf is known */
static __always_inline int kho_radix_del_from(struct kho_radix_tree *tree,
					      struct kho_radix_leaf *leaf,
					      u64 key)
	__releases(RCU_SCHED)
{
	unsigned int bit = kho_key_bit(key);

	if (unlikely(!test_and_clear_bit(bit, leaf->bitmap))) {
		rcu_read_unlock_sched();
		return -ENOENT;
	}

	if (unlikely(!READ_ONCE(leaf->bitmap[BIT_WORD(bit)])))
		return kho_radix_del_last(tree, leaf, key);

	rcu_read_unlock_sched();

	return 0;
}

/* Delete from a leaf that this CPU was not at */
static noinline int kho_radix_del_far(struct kho_radix_tree *tree, u64 key)
{
	struct kho_radix_cursor *cur;
	int err;

	rcu_read_lock_sched();

	cur = this_cpu_ptr(&kho_radix_del_cursor);
	err = kho_radix_seek(tree, cur, key);
	if (err) {
		rcu_read_unlock_sched();
		return err;
	}

	return kho_radix_del_from(tree, cur->leaf, key);
}

/**
 * kho_radix_del_key - take a key out of a tree
 * @tree: the tree
 * @key: the key, at most KHO_KEY_MAX
 *
 * Allocates nothing. Takes no lock unless the key was the last one of its leaf;
 * then the nodes that became empty are given back. For a tree that came from
 * another kernel this needs the struct pages of its nodes.
 *
 * Context: Process context. May sleep.
 * Return: 0; -ENOENT when the key was not there; -ERANGE when it is wider than
 * the tree.
 */
int kho_radix_del_key(struct kho_radix_tree *tree, u64 key)
{
	struct kho_radix_cursor *cur;

	rcu_read_lock_sched();

	cur = this_cpu_ptr(&kho_radix_del_cursor);
	if (!kho_radix_at_leaf(tree, cur, key)) {
		rcu_read_unlock_sched();
		return kho_radix_del_far(tree, key);
	}

	return kho_radix_del_from(tree, cur->leaf, key);
}
EXPORT_SYMBOL_GPL(kho_radix_del_key);

/*
 * The leaf of @key, maybe one that is being given back; NULL if there is none.
 * It stays memory as long as the read section lasts, or the lock is held.
 */
static struct kho_radix_leaf *kho_radix_leaf(struct kho_radix_tree *tree,
					     u64 key)
{
	unsigned int level;
	u64 entry;

	kho_radix_descend(tree, key, &level, &entry);
	return entry ? phys_to_virt(entry & ~KHO_SLOT_DYING) : NULL;
}

/**
 * kho_radix_clear_key - take a key out of a tree whose nodes stay
 * @tree: the tree
 * @key: the key, at most KHO_KEY_MAX
 *
 * As kho_radix_del_key(), but a node that becomes empty stays in the tree until
 * kho_radix_prune_key(): this needs no struct pages, and can be undone.
 *
 * Context: With the tree's lock held, or early boot.
 * Return: 0; -ENOENT when the key was not there; -ERANGE when it is wider than
 * the tree.
 */
int kho_radix_clear_key(struct kho_radix_tree *tree, u64 key)
{
	struct kho_radix_leaf *leaf;

	if (key > KHO_KEY_MAX)
		return -ERANGE;

	leaf = kho_radix_leaf(tree, key);
	return leaf && test_and_clear_bit(kho_key_bit(key), leaf->bitmap) ?
		0 : -ENOENT;
}

/**
 * kho_radix_unclear_key - undo kho_radix_clear_key()
 * @tree: the tree
 * @key: the key
 *
 * Context: With the tree's lock held ever since the key was cleared.
 */
void kho_radix_unclear_key(struct kho_radix_tree *tree, u64 key)
{
	set_bit(kho_key_bit(key), kho_radix_leaf(tree, key)->bitmap);
}

/**
 * kho_radix_prune_key - give back the nodes that a key was the last in
 * @tree: the tree
 * @key: a key that kho_radix_clear_key() took out
 *
 * Context: Process context. May sleep.
 */
void kho_radix_prune_key(struct kho_radix_tree *tree, u64 key)
{
	struct kho_radix_leaf *leaf;
	bool empty;

	rcu_read_lock_sched();
	leaf = kho_radix_leaf(tree, key);
	empty = leaf && !READ_ONCE(leaf->bitmap[BIT_WORD(kho_key_bit(key))]) &&
		kho_radix_leaf_empty(leaf);
	rcu_read_unlock_sched();

	if (empty)
		kho_radix_prune(tree, key);
}

/**
 * kho_radix_contains_key - whether a key is in a tree
 * @tree: the tree
 * @key: any number
 *
 * A key that is being added or deleted at the same time may be seen either way.
 *
 * Context: Any. Takes no lock.
 * Return: true when @key is in the tree, false when it is not or is wider than
 * the tree.
 */
bool kho_radix_contains_key(struct kho_radix_tree *tree, u64 key)
{
	struct kho_radix_leaf *leaf;
	bool found;

	if (key > KHO_KEY_MAX)
		return false;

	rcu_read_lock_sched();
	leaf = kho_radix_leaf(tree, key);
	found = leaf && test_bit(kho_key_bit(key), leaf->bitmap);
	rcu_read_unlock_sched();

	return found;
}
EXPORT_SYMBOL_GPL(kho_radix_contains_key);
