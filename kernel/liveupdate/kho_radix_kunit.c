// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the radix tree: against plain models, and by many threads.
 *
 * tools/testing/kho has more of the same under sanitizers. What can be seen
 * only here is the tree on real pages, and preemption.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/io.h>
#include <linux/kho_radix_tree.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/sort.h>

static int kho_radix_test_init(struct kunit *test)
{
	struct kho_radix_tree *tree;

	tree = kunit_kzalloc(test, sizeof(*tree), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tree);
	KUNIT_ASSERT_EQ(test, kho_radix_init_tree(tree, NULL), 0);
	test->priv = tree;
	return 0;
}

static void kho_radix_test_exit(struct kunit *test)
{
	if (test->priv)
		kho_radix_destroy_tree(test->priv);
}

static int count_node(phys_addr_t node, unsigned int level, void *data)
{
	(*(unsigned int *)data)++;
	return 0;
}

/* Nodes without keys do not count */
static unsigned int nr_nodes(struct kho_radix_tree *tree)
{
	const struct kho_radix_walk_cb cb = { .table = count_node };
	unsigned int nr = 0;

	kho_radix_prune(tree);
	kho_radix_walk_tree(tree, &cb, &nr);
	return nr;
}

/* Whatever @key shares nodes with, adding and deleting it changes nothing */
static void add_and_del(struct kunit *test, u64 key)
{
	struct kho_radix_tree *tree = test->priv;
	unsigned int nodes = nr_nodes(tree);

	KUNIT_EXPECT_FALSE(test, kho_radix_contains_key(tree, key));
	KUNIT_EXPECT_EQ(test, kho_radix_del_key(tree, key), -ENOENT);
	KUNIT_EXPECT_EQ(test, kho_radix_add_key(tree, key), 0);
	KUNIT_EXPECT_EQ(test, kho_radix_add_key(tree, key), -EEXIST);
	KUNIT_EXPECT_TRUE(test, kho_radix_contains_key(tree, key));
	KUNIT_EXPECT_EQ(test, kho_radix_del_key(tree, key), 0);
	KUNIT_EXPECT_EQ(test, kho_radix_del_key(tree, key), -ENOENT);
	KUNIT_EXPECT_EQ(test, nr_nodes(tree), nodes);
}

static void key_encoding_test(struct kunit *test)
{
	unsigned int order, shift, got;
	phys_addr_t last;

	for (order = 0; order <= KHO_KEY_MAX_ORDER; order++) {
		shift = PAGE_SHIFT + order;
		last = (U64_MAX >> shift) << shift;
		KUNIT_EXPECT_EQ(test, kho_radix_encode_key(0, order),
				1ULL << (64 - shift));
		KUNIT_EXPECT_EQ(test, kho_radix_encode_key(last, order),
				kho_key_last(order));
		KUNIT_EXPECT_EQ(test, 0,
				kho_radix_decode_key(kho_key_first(order), &got));
		KUNIT_EXPECT_EQ(test, got, order);
		KUNIT_EXPECT_EQ(test, last,
				kho_radix_decode_key(kho_key_last(order), &got));
		KUNIT_EXPECT_EQ(test, got, order);
	}
	KUNIT_EXPECT_FALSE(test, kho_key_valid(0));
	KUNIT_EXPECT_FALSE(test, kho_key_valid(1));
	KUNIT_EXPECT_TRUE(test, kho_key_valid(2));
	KUNIT_EXPECT_TRUE(test, kho_key_valid(KHO_KEY_MAX));
	KUNIT_EXPECT_FALSE(test, kho_key_valid(KHO_KEY_MAX + 1));
}

static void every_order_test(struct kunit *test)
{
	unsigned int order;

	for (order = 0; order <= KHO_KEY_MAX_ORDER; order++) {
		add_and_del(test, kho_key_first(order));
		add_and_del(test, kho_key_last(order));
		add_and_del(test, kho_radix_encode_key(SZ_1G, order));
	}
	KUNIT_EXPECT_EQ(test, nr_nodes(test->priv), 1);
}

static void level_borders_test(struct kunit *test)
{
	struct kho_radix_tree *tree = test->priv;
	unsigned int level;
	u64 border;

	for (level = 1; level <= KHO_TREE_TABLES; level++) {
		border = 1ULL << kho_key_shift(level);
		add_and_del(test, border - 1);
		add_and_del(test, border);

		KUNIT_EXPECT_EQ(test, kho_radix_add_key(tree, border), 0);
		add_and_del(test, border - 1);
		KUNIT_EXPECT_EQ(test, nr_nodes(tree), KHO_TREE_DEPTH);
		KUNIT_EXPECT_EQ(test, kho_radix_del_key(tree, border), 0);
	}
	add_and_del(test, 0);
	add_and_del(test, KHO_KEY_MAX);
	KUNIT_EXPECT_EQ(test, nr_nodes(tree), 1);
}

static void wide_keys_test(struct kunit *test)
{
	const u64 keys[] = { KHO_KEY_MAX + 1, BIT_ULL(60), BIT_ULL(63), U64_MAX };
	struct kho_radix_tree *tree = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		KUNIT_EXPECT_EQ(test, kho_radix_add_key(tree, keys[i]), -ERANGE);
		KUNIT_EXPECT_EQ(test, kho_radix_del_key(tree, keys[i]), -ERANGE);
		KUNIT_EXPECT_FALSE(test, kho_radix_contains_key(tree, keys[i]));
	}
	KUNIT_EXPECT_EQ(test, nr_nodes(tree), 1);
}

/* A model: sorted keys, and whether each is in the set */
#define MODEL_KEYS	2000
#define MODEL_STEPS	20000

struct model {
	u64 key[MODEL_KEYS];
	bool in[MODEL_KEYS];
	unsigned int nr;
	unsigned int at;	/* of the walk */
	struct kunit *test;
};

static int cmp_keys(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void model_fill(struct model *m, struct rnd_state *rnd)
{
	unsigned int i, nr;
	u64 base = 0;

	for (i = 0; i < MODEL_KEYS; i++) {
		if (i % 50 == 0)
			base = ((u64)prandom_u32_state(rnd) << 32 |
				prandom_u32_state(rnd)) &
			       (KHO_KEY_MAX >> 1 >> prandom_u32_state(rnd) % 32);
		m->key[i] = base + prandom_u32_state(rnd) %
				   BIT(prandom_u32_state(rnd) % 20);
	}
	sort(m->key, MODEL_KEYS, sizeof(*m->key), cmp_keys, NULL);
	for (i = 1, nr = 1; i < MODEL_KEYS; i++)
		if (m->key[i] != m->key[nr - 1])
			m->key[nr++] = m->key[i];
	m->nr = nr;
}

static void model_step(struct kunit *test, struct model *m, unsigned int i,
		       bool add)
{
	int want = add ? (m->in[i] ? -EEXIST : 0) : (m->in[i] ? 0 : -ENOENT);

	KUNIT_EXPECT_EQ(test, kho_radix_contains_key(test->priv, m->key[i]),
			m->in[i]);
	if (add)
		KUNIT_EXPECT_EQ(test, kho_radix_add_key(test->priv, m->key[i]),
				want);
	else
		KUNIT_EXPECT_EQ(test, kho_radix_del_key(test->priv, m->key[i]),
				want);
	m->in[i] = add;
}

static int model_walk_key(u64 key, void *data)
{
	struct model *m = data;

	while (m->at < m->nr && !m->in[m->at])
		m->at++;
	KUNIT_EXPECT_LT(m->test, m->at, m->nr);
	if (m->at == m->nr)
		return -EINVAL;
	KUNIT_EXPECT_EQ(m->test, m->key[m->at], key);
	m->at++;
	return 0;
}

static void model_iterate(struct kunit *test, struct model *m, u64 first,
			  u64 last)
{
	struct kho_radix_tree *tree = test->priv;
	struct kho_radix_iter iter;
	unsigned int i;
	u64 key = 0;

	kho_radix_iter_init(&iter, tree->root, first, last);
	for (i = 0; i < m->nr; i++) {
		if (!m->in[i] || m->key[i] < first || m->key[i] > last)
			continue;
		KUNIT_ASSERT_TRUE(test, kho_radix_iter_next(&iter, &key));
		KUNIT_ASSERT_EQ(test, key, m->key[i]);
	}
	KUNIT_EXPECT_FALSE(test, kho_radix_iter_next(&iter, &key));
}

static void random_sets_test(struct kunit *test)
{
	const struct kho_radix_walk_cb cb = { .key = model_walk_key };
	struct rnd_state rnd;
	struct model *m;
	unsigned int i;

	m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m);
	m->test = test;
	prandom_seed_state(&rnd, 20240612);
	model_fill(m, &rnd);

	for (i = 0; i < MODEL_STEPS; i++)
		model_step(test, m, prandom_u32_state(&rnd) % m->nr,
			   prandom_u32_state(&rnd) % 2);

	KUNIT_EXPECT_EQ(test, kho_radix_walk_tree(test->priv, &cb, m), 0);
	for (; m->at < m->nr; m->at++)
		KUNIT_EXPECT_FALSE(test, m->in[m->at]);

	model_iterate(test, m, 0, U64_MAX);
	for (i = 0; i < 20; i++)
		model_iterate(test, m, m->key[prandom_u32_state(&rnd) % m->nr],
			      m->key[prandom_u32_state(&rnd) % m->nr]);

	for (i = 0; i < m->nr; i++)
		model_step(test, m, i, false);
	KUNIT_EXPECT_EQ(test, nr_nodes(test->priv), 1);
}

static int refuse_third(phys_addr_t node, unsigned int level, void *data)
{
	return ++(*(unsigned int *)data) == 3 ? -EINVAL : 0;
}

/* A walk ends at the node that is refused, whatever is in it */
static void refused_node_test(struct kunit *test)
{
	struct kho_radix_tree *tree = test->priv;
	phys_addr_t root = virt_to_phys(tree->root);
	unsigned int nr = 0;

	KUNIT_ASSERT_EQ(test, kho_radix_add_key(tree, 1), 0);
	KUNIT_EXPECT_EQ(test, kho_radix_walk_nodes(root, refuse_third, &nr),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, nr, 3);

	nr = 0;
	KUNIT_EXPECT_EQ(test, kho_radix_walk_nodes(root, count_node, &nr), 0);
	KUNIT_EXPECT_EQ(test, nr, KHO_TREE_DEPTH);
}

/* A new set takes over the nodes of an old one, as after a handover */
static void adopted_tree_test(struct kunit *test)
{
	struct kho_radix_tree *tree = test->priv;
	struct kho_radix_node *root = tree->root;
	u64 key;

	for (key = 0; key < 1000; key++)
		KUNIT_ASSERT_EQ(test, kho_radix_add_key(tree, key * 7777), 0);

	memset(tree, 0, sizeof(*tree));
	KUNIT_ASSERT_EQ(test, kho_radix_init_tree(tree, root), 0);
	for (key = 0; key < 1000; key++)
		KUNIT_EXPECT_EQ(test, kho_radix_del_key(tree, key * 7777), 0);
	KUNIT_EXPECT_EQ(test, nr_nodes(tree), 1);
}

/* As many as take dozens of leaves, in and out, in order and backwards */
#define CHURN	1000000

static void churn_test(struct kunit *test)
{
	u64 first = kho_radix_encode_key(SZ_4G - SZ_64M, 0);
	struct kho_radix_tree *tree = test->priv;
	unsigned int i, bad = 0;

	for (i = 0; i < CHURN; i++) {
		bad += kho_radix_add_key(tree, first + i) != 0;
		if (i >= 1000)
			bad += kho_radix_del_key(tree, first + i - 1000) != 0;
		if (i % 4096 == 0)
			cond_resched();
	}
	for (i = CHURN; i-- > CHURN - 1000;)
		bad += kho_radix_del_key(tree, first + i) != 0;
	KUNIT_EXPECT_EQ(test, bad, 0);
	KUNIT_EXPECT_EQ(test, nr_nodes(tree), 1);
}

/*
 * Threads. Keys of different threads lie in the same words of the same leaves, and
 * all need new ones at about the same time.
 */
#define THREADS		4
#define ROUNDS		5000
#define LEAVES		64

struct thread_work {
	struct kho_radix_tree *tree;
	struct completion done;
	unsigned int who;
	int bad;	/* answers that were wrong */
	int balance;	/* keys that this thread left behind */
};

static u64 own_key(unsigned int who, unsigned int round, unsigned int i)
{
	return kho_key_first(0) + ((u64)((round + i) % LEAVES) << KHO_LEAF_BITS) +
	       i * THREADS + who;
}

static int own_keys_thread(void *data)
{
	struct thread_work *w = data;
	unsigned int round, i, nr;

	for (round = 0; round < ROUNDS; round++) {
		nr = 1 + round % 5;
		for (i = 0; i < nr; i++)
			w->bad += kho_radix_add_key(w->tree,
						    own_key(w->who, round,
							    i)) != 0;
		for (i = 0; i < nr; i++) {
			u64 key = own_key(w->who, round, i);

			w->bad += !kho_radix_contains_key(w->tree, key);
			w->bad += kho_radix_del_key(w->tree, key) != 0;
		}
		cond_resched();
	}
	kthread_complete_and_exit(&w->done, 0);
}

static int same_key_thread(void *data)
{
	struct thread_work *w = data;
	struct rnd_state rnd;
	unsigned int round;
	int err;

	prandom_seed_state(&rnd, w->who + 1);
	for (round = 0; round < ROUNDS * 4; round++) {
		if (prandom_u32_state(&rnd) % 2) {
			err = kho_radix_add_key(w->tree, 42);
			w->bad += err && err != -EEXIST;
			w->balance += !err;
		} else {
			err = kho_radix_del_key(w->tree, 42);
			w->bad += err && err != -ENOENT;
			w->balance -= !err;
		}
		cond_resched();
	}
	kthread_complete_and_exit(&w->done, 0);
}

/* Returns how many keys the threads say are left */
static int run_threads(struct kunit *test, int (*fn)(void *data))
{
	struct thread_work *work;
	struct task_struct *task;
	unsigned int i, nr = 0;
	int balance = 0;

	work = kunit_kcalloc(test, THREADS, sizeof(*work), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, work);

	for (i = 0; i < THREADS; i++, nr++) {
		work[i].tree = test->priv;
		work[i].who = i;
		init_completion(&work[i].done);
		task = kthread_run(fn, &work[i], "kho_radix_test/%u", i);
		KUNIT_EXPECT_NOT_ERR_OR_NULL(test, task);
		if (IS_ERR(task))
			break;
	}
	for (i = 0; i < nr; i++) {
		wait_for_completion(&work[i].done);
		KUNIT_EXPECT_EQ(test, work[i].bad, 0);
		balance += work[i].balance;
	}
	return balance;
}

static void own_keys_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, run_threads(test, own_keys_thread), 0);
	KUNIT_EXPECT_EQ(test, nr_nodes(test->priv), 1);
}

static void same_key_test(struct kunit *test)
{
	int left = run_threads(test, same_key_thread);

	KUNIT_EXPECT_EQ(test, left, kho_radix_contains_key(test->priv, 42));
	KUNIT_EXPECT_EQ(test, nr_nodes(test->priv), left ? KHO_TREE_DEPTH : 1);
}

static struct kunit_case kho_radix_test_cases[] = {
	KUNIT_CASE(key_encoding_test),
	KUNIT_CASE(every_order_test),
	KUNIT_CASE(level_borders_test),
	KUNIT_CASE(wide_keys_test),
	KUNIT_CASE(random_sets_test),
	KUNIT_CASE(refused_node_test),
	KUNIT_CASE(adopted_tree_test),
	KUNIT_CASE_SLOW(churn_test),
	KUNIT_CASE_SLOW(own_keys_test),
	KUNIT_CASE_SLOW(same_key_test),
	{}
};

static struct kunit_suite kho_radix_test_suite = {
	.name = "kho_radix",
	.init = kho_radix_test_init,
	.exit = kho_radix_test_exit,
	.test_cases = kho_radix_test_cases,
};

kunit_test_suite(kho_radix_test_suite);
