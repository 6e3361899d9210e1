// SPDX-License-Identifier: GPL-2.0-only
/* The radix tree against plain models, one thread */

#include <errno.h>
#include <stdlib.h>

#include "sim.h"
#include <linux/kho_radix_tree.h>
#include "check.h"

#define STR_(x)	#x
#define STR(x)	STR_(x)

static struct kho_radix_tree tree;

static void setup(void)
{
	CHECK(sim_pages_used() == 0);
	CHECK(kho_radix_init_tree(&tree, NULL) == 0);
}

static void teardown(void)
{
	kho_radix_destroy_tree(&tree);
	CHECK(!tree.root && sim_pages_used() == 0);
	kho_radix_destroy_tree(&tree);
}

/* No key is left: all nodes but the root can be given back */
static void check_bare(void)
{
	kho_radix_prune(&tree);
	CHECK(sim_pages_used() == 1);
	CHECK(!memchr_inv(tree.root, 0, PAGE_SIZE));
}

static void add_del(u64 key)
{
	CHECK(!kho_radix_contains_key(&tree, key));
	CHECK(kho_radix_del_key(&tree, key) == -ENOENT);
	CHECK(kho_radix_add_key(&tree, key) == 0);
	CHECK(kho_radix_add_key(&tree, key) == -EEXIST);
	CHECK(kho_radix_contains_key(&tree, key));
	CHECK(kho_radix_del_key(&tree, key) == 0);
	CHECK(kho_radix_del_key(&tree, key) == -ENOENT);
	CHECK(!kho_radix_contains_key(&tree, key));
	check_bare();
}

static void test_key_encoding(void)
{
	unsigned int order, got;
	phys_addr_t phys;
	u64 key;

	for (order = 0; order <= KHO_KEY_MAX_ORDER; order++) {
		phys = (U64_MAX >> (PAGE_SHIFT + order)) << (PAGE_SHIFT + order);
		CHECK(kho_radix_encode_key(0, order) == kho_key_first(order));
		CHECK(kho_radix_encode_key(phys, order) == kho_key_last(order));
		CHECK(kho_radix_decode_key(kho_key_first(order), &got) == 0);
		CHECK(got == order);
		CHECK(kho_radix_decode_key(kho_key_last(order), &got) == phys);
		CHECK(got == order);
		CHECK(kho_key_valid(kho_key_first(order)));
		CHECK(kho_key_valid(kho_key_last(order)));

		phys = (phys_addr_t)sim_random() << (PAGE_SHIFT + order);
		phys &= ~0ULL << (PAGE_SHIFT + order);
		key = kho_radix_encode_key(phys, order);
		CHECK(kho_radix_decode_key(key, &got) == phys && got == order);
	}
	CHECK(kho_key_first(KHO_KEY_MAX_ORDER) == KHO_KEY_MIN);
	CHECK(kho_key_last(0) == KHO_KEY_MAX);
	CHECK(!kho_key_valid(0) && !kho_key_valid(1));
	CHECK(!kho_key_valid(KHO_KEY_MAX + 1) && !kho_key_valid(U64_MAX));
}

/* Figures that were worked out by hand, so that format and code may disagree */
static void test_key_figures(void)
{
#if PAGE_SHIFT == 12
	CHECK(kho_radix_encode_key(0x1000, 0) == 0x10000000000001ULL);
	CHECK(kho_radix_encode_key(0x40000000, 9) == 0x80000000200ULL);
	CHECK(kho_radix_encode_key(0x40000000, 18) == 0x400000001ULL);
	CHECK(KHO_TREE_TABLES == 5 && KHO_LEAF_BITS == 15);
#elif PAGE_SHIFT == 14
	CHECK(kho_radix_encode_key(0x4000, 0) == 0x4000000000001ULL);
	CHECK(KHO_TREE_TABLES == 4 && KHO_LEAF_BITS == 17);
#else
	CHECK(kho_radix_encode_key(0x10000, 0) == 0x1000000000001ULL);
	CHECK(KHO_TREE_TABLES == 3 && KHO_LEAF_BITS == 19);
#endif
}

static void test_orders(void)
{
	unsigned int order;

	setup();
	for (order = 0; order <= KHO_KEY_MAX_ORDER; order++) {
		add_del(kho_key_first(order));
		add_del(kho_key_last(order));
	}
	teardown();
}

static void test_level_boundaries(void)
{
	unsigned int level, i;
	u64 span, key;

	setup();
	for (level = 1; level <= KHO_TREE_TABLES; level++) {
		span = 1ULL << kho_key_shift(level);
		for (i = 0; i < 3; i++) {
			key = span * (i + 1);
			if (key > KHO_KEY_MAX)
				break;
			add_del(key - 1);
			add_del(key);
			/* Both sides of the border at once */
			CHECK(kho_radix_add_key(&tree, key - 1) == 0);
			CHECK(kho_radix_add_key(&tree, key) == 0);
			CHECK(kho_radix_del_key(&tree, key - 1) == 0);
			CHECK(kho_radix_contains_key(&tree, key));
			CHECK(kho_radix_del_key(&tree, key) == 0);
			check_bare();
		}
	}
	add_del(0);
	add_del(KHO_KEY_MAX);
	teardown();
}

static void test_wide_keys(void)
{
	u64 keys[] = { KHO_KEY_MAX + 1, KHO_KEY_MAX + 2, KHO_KEY_MAX << 1,
		       1ULL << 60, 1ULL << 63, U64_MAX };
	unsigned int i;

	setup();
	CHECK(kho_radix_add_key(&tree, 0) == 0);
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		CHECK(kho_radix_add_key(&tree, keys[i]) == -ERANGE);
		CHECK(kho_radix_del_key(&tree, keys[i]) == -ERANGE);
		CHECK(!kho_radix_contains_key(&tree, keys[i]));
	}
	CHECK(sim_pages_used() == KHO_TREE_DEPTH);
	CHECK(kho_radix_del_key(&tree, 0) == 0);
	teardown();
}

/* What abi.h says, read without the code that wrote it */
static void test_format(void)
{
	u64 key = kho_radix_encode_key(0x123456789ULL << PAGE_SHIFT, 3);
	unsigned int used[KHO_TREE_TABLES] = { };
	unsigned int shift, t, i;
	u64 *node, rest = key;

	setup();
	CHECK(kho_radix_add_key(&tree, key) == 0);
	node = (u64 *)tree.root;
	shift = (PAGE_SHIFT + 3) + (KHO_TREE_TABLES - 1) * (PAGE_SHIFT - 3);
	for (t = 0; t < KHO_TREE_TABLES; t++) {
		for (i = 0; i < PAGE_SIZE / 8; i++)
			used[t] += !!node[i];
		CHECK(used[t] == 1);
		i = rest >> shift;
		rest &= (1ULL << shift) - 1;
		CHECK(node[i] % PAGE_SIZE == 0 && sim_phys_valid(node[i]));
		node = phys_to_virt(node[i]);
		shift -= PAGE_SHIFT - 3;
	}
	for (i = 0; i < PAGE_SIZE / 8; i++)
		CHECK(node[i] == (i == rest / 64 ? 1ULL << rest % 64 : 0));
	teardown();
}

/* A pool of keys, sorted, and whether each is in the set */
#define POOL	6000
static u64 pool[POOL];
static bool in[POOL];
static unsigned int nr_pool;

static int cmp_key(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void fill_pool(void)
{
	unsigned int i, n;
	u64 base = 0;

	for (i = 0; i < POOL; i++) {
		if (i % 40 == 0)
			base = (((u64)sim_random() << 32) | sim_random()) &
				(KHO_KEY_MAX >> sim_random() % KHO_KEY_BITS);
		pool[i] = base + sim_random() % (1U << sim_random() % 24);
		pool[i] = min(pool[i], KHO_KEY_MAX);
		in[i] = false;
	}
	qsort(pool, POOL, sizeof(*pool), cmp_key);
	for (n = 1, i = 1; i < POOL; i++)
		if (pool[i] != pool[n - 1])
			pool[n++] = pool[i];
	nr_pool = n;
}

static void model_step(unsigned int i)
{
	switch (sim_random() % 3) {
	case 0:
		CHECK(kho_radix_add_key(&tree, pool[i]) ==
		      (in[i] ? -EEXIST : 0));
		in[i] = true;
		break;
	case 1:
		CHECK(kho_radix_del_key(&tree, pool[i]) ==
		      (in[i] ? 0 : -ENOENT));
		in[i] = false;
		break;
	case 2:
		CHECK(kho_radix_contains_key(&tree, pool[i]) == in[i]);
		break;
	}
}

static int walk_key(u64 key, void *data)
{
	unsigned int *i = data;

	while (*i < nr_pool && !in[*i])
		(*i)++;
	if (!CHECK(*i < nr_pool && pool[*i] == key))
		return -1;
	(*i)++;
	return 0;
}

static void model_walk(void)
{
	const struct kho_radix_walk_cb cb = { .key = walk_key };
	unsigned int i = 0;

	CHECK(kho_radix_walk_tree(&tree, &cb, &i) == 0);
	for (; i < nr_pool; i++)
		CHECK(!in[i]);
}

static void model_iter(u64 first, u64 last)
{
	struct kho_radix_iter iter;
	unsigned int i;
	u64 key;

	kho_radix_iter_init(&iter, tree.root, first, last);
	for (i = 0; i < nr_pool; i++) {
		if (!in[i] || pool[i] < first || pool[i] > last)
			continue;
		if (!CHECK(kho_radix_iter_next(&iter, &key) && key == pool[i]))
			return;
	}
	CHECK(!kho_radix_iter_next(&iter, &key));
	CHECK(!kho_radix_iter_next(&iter, &key));
}

static void model_iters(void)
{
	unsigned int n;
	u64 a, b;

	model_iter(0, U64_MAX);
	model_iter(0, 0);
	model_iter(1, 0);
	model_iter(KHO_KEY_MAX, U64_MAX);
	for (n = 0; n < 30; n++) {
		a = pool[sim_random() % nr_pool] + sim_random() % 3 - 1;
		b = pool[sim_random() % nr_pool] + sim_random() % 3 - 1;
		model_iter(a, b);
		model_iter(a, a + 64);
	}
}

static void test_model(void)
{
	unsigned int round, n;

	setup();
	for (round = 0; round < 5; round++) {
		fill_pool();
		for (n = 0; n < 40000; n++)
			model_step(sim_random() % nr_pool);
		model_walk();
		model_iters();
		for (n = 0; n < nr_pool; n++)
			CHECK(kho_radix_del_key(&tree, pool[n]) ==
			      (in[n] ? 0 : -ENOENT));
		check_bare();
	}
	teardown();
}

/* Runs of keys, as keys of neighbouring pages are, across borders of leaves */
static void test_dense_iter(void)
{
	u64 base = kho_key_first(0) + (1ULL << kho_key_shift(2)) - 1000;
	unsigned int gap;
	struct kho_radix_iter iter;
	u64 i, key;

	setup();
	for (gap = 1; gap <= 130; gap += 43) {
		for (i = 0; i < 2000; i++)
			CHECK(kho_radix_add_key(&tree, base + i * gap) == 0);
		kho_radix_iter_init(&iter, tree.root, base + 1, base + 1999 * gap - 1);
		for (i = 1; i < 1999; i++)
			if (!CHECK(kho_radix_iter_next(&iter, &key) &&
				   key == base + i * gap))
				break;
		CHECK(!kho_radix_iter_next(&iter, &key));
		for (i = 2000; i--;)
			CHECK(kho_radix_del_key(&tree, base + i * gap) == 0);
		check_bare();
	}
	teardown();
}

struct nodes {
	unsigned int nr, max, leaves;
	unsigned int last_level;
	u64 refuse;
	phys_addr_t seen[64];
};

static int count_node(phys_addr_t node, unsigned int level, void *data)
{
	struct nodes *n = data;

	if (node == n->refuse || node % PAGE_SIZE || !sim_phys_valid(node))
		return -EINVAL;
	if (n->nr >= n->max)
		return -E2BIG;
	CHECK(level <= KHO_TREE_TABLES);
	CHECK(!n->nr == (level == KHO_TREE_TABLES));
	/* A child follows its parent, or something beneath a brother */
	CHECK(!n->nr || level + 1 <= KHO_TREE_TABLES);
	CHECK(!n->nr || n->last_level <= level || n->last_level == level + 1);
	if (n->nr < ARRAY_SIZE(n->seen))
		n->seen[n->nr] = node;
	n->last_level = level;
	n->leaves += !level;
	n->nr++;
	return 0;
}

static unsigned long nodes_of(const struct kho_radix_tree *of)
{
	struct nodes n = { .max = 1 << 20 };

	CHECK(kho_radix_walk_nodes(virt_to_phys(of->root), count_node, &n) == 0);
	return n.nr;
}

static void test_node_walk(void)
{
	const struct kho_radix_walk_cb cb = { .table = count_node };
	u64 far = 1ULL << kho_key_shift(KHO_TREE_TABLES);
	struct nodes a = { .max = 64 }, b = { .max = 64 }, c = { .max = 3 };
	phys_addr_t root;

	setup();
	root = virt_to_phys(tree.root);
	CHECK(kho_radix_walk_nodes(root, count_node, &a) == 0);
	CHECK(a.nr == 1 && a.seen[0] == root);

	CHECK(kho_radix_add_key(&tree, far) == 0);
	CHECK(kho_radix_add_key(&tree, far + (1ULL << KHO_LEAF_BITS)) == 0);
	CHECK(kho_radix_add_key(&tree, 5) == 0);
	a = b;
	CHECK(kho_radix_walk_nodes(root, count_node, &a) == 0);
	CHECK(a.nr == 2 * KHO_TREE_DEPTH && a.leaves == 3);
	/* By index: the branch of 5 was made last and comes first */
	CHECK(a.seen[1] == tree.root->table[0]);
	CHECK(a.seen[KHO_TREE_DEPTH] == tree.root->table[1]);
	CHECK(kho_radix_walk_tree(&tree, &cb, &b) == 0);
	CHECK(!memcmp(&a, &b, sizeof(a)));

	CHECK(kho_radix_walk_nodes(root, count_node, &c) == -E2BIG && c.nr == 3);
	c = (struct nodes){ .max = 64, .refuse = a.seen[4] };
	CHECK(kho_radix_walk_nodes(root, count_node, &c) == -EINVAL && c.nr == 4);
	teardown();
}

/* Nodes stay where keys go, and the next key in finds them */
static void test_nodes_stay(void)
{
	unsigned long used;
	u64 i;

	setup();
	for (i = 0; i < 100; i++)
		CHECK(kho_radix_add_key(&tree, i * 99999) == 0);
	used = sim_pages_used();
	for (i = 0; i < 100; i++)
		CHECK(kho_radix_del_key(&tree, i * 99999) == 0);
	CHECK(sim_pages_used() == used);
	CHECK(kho_radix_find_leaf(&tree, 99999));
	CHECK(kho_radix_add_key(&tree, 99999) == 0);
	CHECK(sim_pages_used() == used);
	teardown();
}

/* Pruned are those nodes that have no keys, of every level, and no others */
static void test_prune(void)
{
	unsigned int level;
	unsigned long used;
	u64 i;

	setup();
	kho_radix_prune(&tree);
	CHECK(sim_pages_used() == 1);
	for (level = 1; level <= KHO_TREE_TABLES; level++) {
		u64 other = 1ULL << kho_key_shift(level);

		CHECK(kho_radix_add_key(&tree, 3) == 0);
		used = sim_pages_used();
		CHECK(used == KHO_TREE_DEPTH);
		CHECK(kho_radix_add_key(&tree, other) == 0);
		CHECK(sim_pages_used() == used + level);
		kho_radix_prune(&tree);
		CHECK(sim_pages_used() == used + level);
		CHECK(kho_radix_del_key(&tree, other) == 0);
		kho_radix_prune(&tree);
		CHECK(sim_pages_used() == used && nodes_of(&tree) == used);
		CHECK(kho_radix_contains_key(&tree, 3));
		CHECK(kho_radix_del_key(&tree, 3) == 0);
		check_bare();
	}

	for (i = 0; i < 100; i++)
		CHECK(kho_radix_add_key(&tree, i << 20) == 0);
	for (i = 0; i < 100; i += 2)
		CHECK(kho_radix_del_key(&tree, i << 20) == 0);
	used = sim_pages_used();
	kho_radix_prune(&tree);
	CHECK(sim_pages_used() <= used - (PAGE_SHIFT == 16 ? 0 : 50));
	for (i = 0; i < 100; i++)
		CHECK(kho_radix_contains_key(&tree, i << 20) == i % 2);
	for (i = 1; i < 100; i += 2)
		CHECK(kho_radix_del_key(&tree, i << 20) == 0);
	check_bare();
	teardown();
}

/* Words tell the same keys as one key after the other */
static void test_words(void)
{
	struct kho_radix_iter keys, words;
	u64 key, base, word;
	unsigned int i;

	setup();
	for (i = 0; i < 3000; i++)
		kho_radix_add_key(&tree, (u64)i * i % 70001);
	kho_radix_iter_init(&keys, tree.root, 100, 60000);
	kho_radix_iter_init(&words, tree.root, 100, 60000);
	while (kho_radix_iter_next_word(&words, &base, &word)) {
		CHECK(word && base % 64 == 0);
		for (; word; word &= word - 1)
			CHECK(kho_radix_iter_next(&keys, &key) &&
			      key == base + __ffs(word));
	}
	CHECK(!kho_radix_iter_next(&keys, &key));
	teardown();
}

static int stop_at(u64 key, void *data)
{
	(*(unsigned int *)data)++;
	return key == 300 ? 77 : 0;
}

static void test_walk_stops(void)
{
	const struct kho_radix_walk_cb cb = { .key = stop_at };
	unsigned int n = 0;
	u64 key;

	setup();
	for (key = 100; key < 500; key += 100)
		CHECK(kho_radix_add_key(&tree, key) == 0);
	CHECK(kho_radix_walk_tree(&tree, &cb, &n) == 77 && n == 3);
	teardown();
}

/* Addresses that must not be followed: the simulation aborts when one is */
static void test_hostile(void)
{
	u64 bad[] = { 1, 8, 0x1000000, U64_MAX, U64_MAX & ~(PAGE_SIZE - 1),
		      1ULL << 63 };
	struct kho_radix_node *node, *root;
	struct nodes n;
	unsigned int i, level;
	u64 *slot, was;

	setup();
	root = tree.root;
	CHECK(kho_radix_add_key(&tree, 1ULL << kho_key_shift(2)) == 0);

	node = root;
	for (level = KHO_TREE_TABLES; level; level--) {
		slot = &node->table[kho_key_index(1ULL << kho_key_shift(2), level)];
		was = *slot;
		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			n = (struct nodes){ .max = 64 };
			*slot = bad[i];
			CHECK(kho_radix_walk_nodes(virt_to_phys(root), count_node,
						   &n) == -EINVAL);
		}
		*slot = was;
		node = phys_to_virt(was);
	}

	/* All slots lead back to the root: as many visits as are allowed */
	was = root->table[1];
	root->table[1] = virt_to_phys(root);
	n = (struct nodes){ .max = 5 };
	CHECK(kho_radix_walk_nodes(virt_to_phys(root), count_node, &n) == -E2BIG ||
	      n.nr <= KHO_TREE_DEPTH + 5);
	root->table[1] = was;

	/* Where no key reaches */
	i = (KHO_KEY_MAX >> kho_key_shift(KHO_TREE_TABLES)) + 1;
	CHECK(i < KHO_TABLE_ENTRIES);
	root->table[i] = virt_to_phys(root);
	n = (struct nodes){ .max = 64 };
	CHECK(kho_radix_walk_nodes(virt_to_phys(root), count_node, &n) == -ERANGE);
	root->table[i] = 0;
	teardown();
}

static void test_churn(void)
{
	u64 base = kho_key_first(0) + 0x3fff0;
	u64 i;

	setup();
	/* Leaves come and go now and then */
	for (i = 0; i < 20000; i++) {
		CHECK(kho_radix_add_key(&tree, base + i % 7 * 0x9999) == 0);
		CHECK(kho_radix_del_key(&tree, base + i % 7 * 0x9999) == 0);
		if (i % 128 == 0)
			kho_radix_prune(&tree);
	}
	check_bare();

	/* Out in the order they went in, across leaves */
	for (i = 0; i < 1000000; i++) {
		CHECK(kho_radix_add_key(&tree, base + i * 3) == 0);
		if (i >= 5000)
			CHECK(kho_radix_del_key(&tree, base + (i - 5000) * 3) == 0);
	}
	for (i = 1000000 - 5000; i < 1000000; i++)
		CHECK(kho_radix_del_key(&tree, base + i * 3) == 0);
	check_bare();

	/* Out backwards */
	for (i = 0; i < 200000; i++)
		CHECK(kho_radix_add_key(&tree, base + i) == 0);
	for (i = 200000; i--;)
		CHECK(kho_radix_del_key(&tree, base + i) == 0);
	check_bare();
	teardown();
}

/* Let each allocation fail in turn, with ever more of the branch in place */
static void test_alloc_failure(void)
{
	u64 key = KHO_KEY_MAX - 5;
	unsigned int level, nth;
	unsigned long used;

	sim_fail_alloc(1);
	CHECK(kho_radix_init_tree(&tree, NULL) == -ENOMEM);
	sim_fail_alloc(0);

	for (level = 0; level < KHO_TREE_TABLES; level++) {
		setup();
		/* A neighbour that shares the tables above this level */
		CHECK(kho_radix_add_key(&tree, key -
					(1ULL << kho_key_shift(level + 1))) == 0);
		used = sim_pages_used();
		for (nth = 1; ; nth++) {
			sim_fail_alloc(nth);
			if (!kho_radix_add_key(&tree, key))
				break;
			/* What there was before it failed may stay, without keys */
			CHECK(sim_pages_used() <= used + nth - 1);
			CHECK(!kho_radix_contains_key(&tree, key));
			CHECK(kho_radix_del_key(&tree, key) == -ENOENT);
			kho_radix_prune(&tree);
			CHECK(sim_pages_used() == used);
		}
		sim_fail_alloc(0);
		CHECK(nth == level + 2);
		CHECK(kho_radix_contains_key(&tree, key));
		CHECK(kho_radix_del_key(&tree, key) == 0);
		kho_radix_prune(&tree);
		CHECK(sim_pages_used() == used);
		teardown();
	}
}

/* A tree that came: used as one's own, and its nodes stay where they are */
static void test_foreign(void)
{
	struct kho_radix_tree came;
	unsigned long used;
	u64 i;

	setup();
	for (i = 0; i < 3000; i++)
		CHECK(kho_radix_add_key(&tree, i * 333333) == 0);
	used = sim_pages_used();
	sim_fail_alloc(1);
	CHECK(kho_radix_init_tree(&came, tree.root) == 0);
	CHECK(came.root == tree.root);
	for (i = 0; i < 3000; i++)
		CHECK(kho_radix_del_key(&came, i * 333333) == 0);
	CHECK(kho_radix_del_key(&came, 0) == -ENOENT);
	CHECK(kho_radix_add_key(&came, 333333) == 0);
	sim_fail_alloc(0);
	CHECK(sim_pages_used() == used);
	teardown();
}

/* Two trees have nothing in common */
static void test_two_trees(void)
{
	struct kho_radix_tree other;
	unsigned int i;

	setup();
	CHECK(kho_radix_init_tree(&other, NULL) == 0);
	for (i = 0; i < 1000; i++) {
		CHECK(kho_radix_add_key(&tree, i) == 0);
		CHECK(kho_radix_add_key(&other, i) == 0);
		CHECK(kho_radix_del_key(&tree, i) == 0);
		CHECK(!kho_radix_contains_key(&tree, i));
		CHECK(kho_radix_contains_key(&other, i));
	}
	/* Keys that are left go with the nodes */
	kho_radix_destroy_tree(&other);
	check_bare();
	teardown();
}

/* Dense pages cost an eighth of a byte each, and little more */
static void test_metadata(void)
{
	/* With 4K pages, 16 GiB are 128 leaves */
	unsigned long leaves = PAGE_SHIFT == 12 ? 128 : 16;
	unsigned long nr = leaves << KHO_LEAF_BITS, i;
	u64 first = kho_radix_encode_key(1ULL << 36, 0);

	setup();
	for (i = 0; i < nr; i++)
		if (kho_radix_add_key(&tree, first + i) && !CHECK(false))
			break;
	CHECK(sim_pages_used() == leaves + KHO_TREE_TABLES);
	CHECK(PAGE_SHIFT != 12 || sim_pages_used() * PAGE_SIZE * 100 <= nr * 13);
	teardown();
}

static const struct check checks[] = {
	{ "keys of every order there and back", test_key_encoding },
	{ "keys as worked out by hand", test_key_figures },
	{ "first and last key of every order", test_orders },
	{ "both sides of the borders of every level", test_level_boundaries },
	{ "keys wider than the tree", test_wide_keys },
	{ "nodes are what the format says", test_format },
	{ "random sets against a model", test_model },
	{ "dense runs key by key", test_dense_iter },
	{ "nodes before their children, by index", test_node_walk },
	{ "nodes stay where keys go", test_nodes_stay },
	{ "pruned are the nodes without keys", test_prune },
	{ "words tell the same keys as single steps", test_words },
	{ "a walk stops when told", test_walk_stops },
	{ "addresses are refused before they are followed", test_hostile },
	{ "a million adds and deletes leave the root", test_churn },
	{ "every allocation fails in turn", test_alloc_failure },
	{ "a tree that came from another kernel", test_foreign },
	{ "two trees have nothing in common", test_two_trees },
	{ "metadata of dense pages", test_metadata },
};

int main(void)
{
	return check_run("radix, page shift " STR(PAGE_SHIFT), checks,
			 ARRAY_SIZE(checks));
}
