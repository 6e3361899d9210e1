// SPDX-License-Identifier: GPL-2.0-only
/*
 * The radix tree used by many threads at once. Keys are few and leaves are few,
 * so that all meet in the same words, and race to make the same nodes.
 */

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "sim.h"
#include <linux/kho_radix_tree.h>
#include "check.h"

#define THREADS		6
#define LEAVES		3
#define MSEC		500

static struct kho_radix_tree tree;
static pthread_barrier_t barrier;
static bool stop;
static unsigned long rounds;

static void note(unsigned long n)
{
	__atomic_fetch_add(&rounds, n, __ATOMIC_RELAXED);
}

static bool stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_RELAXED);
}

/* Run @fn in @nr threads for @msec, or until they are done when that is 0 */
static void run_threads(void *(*fn)(void *), unsigned int nr, long msec)
{
	struct timespec ts = { msec / 1000, msec % 1000 * 1000000 };
	pthread_t thread[THREADS + 1];
	unsigned long i;

	stop = false;
	pthread_barrier_init(&barrier, NULL, nr);
	for (i = 0; i < nr; i++)
		pthread_create(&thread[i], NULL, fn, (void *)i);
	if (msec) {
		nanosleep(&ts, NULL);
		__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	}
	for (i = 0; i < nr; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&barrier);
}

static void setup(void)
{
	rounds = 0;
	CHECK(kho_radix_init_tree(&tree, NULL) == 0);
}

/* @left keys must be in the tree; without any it must be bare once pruned */
static void teardown(unsigned long left)
{
	struct kho_radix_iter iter;
	u64 key;

	CHECK(rounds > 0);
	kho_radix_iter_init(&iter, tree.root, 0, U64_MAX);
	if (!left) {
		kho_radix_prune(&tree);
		CHECK(sim_pages_used() == 1);
	}
	while (kho_radix_iter_next(&iter, &key))
		left--;
	CHECK(left == 0);
	kho_radix_destroy_tree(&tree);
	CHECK(sim_pages_used() == 0);
}

/* Keys of thread @who: in the same words of the same leaves as all others' */
static u64 own_key(unsigned long who, unsigned int i)
{
	return kho_key_first(0) + ((u64)(i % LEAVES) << KHO_LEAF_BITS) +
	       i / LEAVES * THREADS + who;
}

/* Nobody else touches our keys, so that each answer is certain */
static void *own_keys(void *arg)
{
	unsigned long who = (unsigned long)arg, n;
	unsigned int i, nr;

	for (n = 0; !stopped(); n++) {
		nr = 1 + sim_random() % 6;
		for (i = 0; i < nr; i++) {
			CHECK(kho_radix_add_key(&tree, own_key(who, i)) == 0);
			CHECK(kho_radix_contains_key(&tree, own_key(who, i)));
		}
		for (i = 0; i < nr; i++)
			CHECK(kho_radix_add_key(&tree, own_key(who, i)) == -EEXIST);
		for (i = 0; i < nr; i++) {
			CHECK(kho_radix_del_key(&tree, own_key(who, i)) == 0);
			CHECK(!kho_radix_contains_key(&tree, own_key(who, i)));
			CHECK(kho_radix_del_key(&tree, own_key(who, i)) == -ENOENT);
		}
	}
	note(n);
	return NULL;
}

static void test_own_keys(void)
{
	setup();
	run_threads(own_keys, THREADS, MSEC);
	teardown(0);
}

/* The same keys for all: what went in must have come out, or be there */
#define SHARED	4
static long balance[SHARED];

static u64 shared_key(unsigned int i)
{
	return ((u64)(i % 2) << KHO_LEAF_BITS) + i * 7;
}

static void *same_keys(void *arg)
{
	long mine[SHARED] = { };
	unsigned long n;
	unsigned int i;
	int err;

	for (n = 0; !stopped(); n++) {
		i = sim_random() % SHARED;
		if (sim_random() % 2) {
			err = kho_radix_add_key(&tree, shared_key(i));
			CHECK(err == 0 || err == -EEXIST);
			mine[i] += !err;
		} else {
			err = kho_radix_del_key(&tree, shared_key(i));
			CHECK(err == 0 || err == -ENOENT);
			mine[i] -= !err;
		}
	}
	for (i = 0; i < SHARED; i++)
		__atomic_fetch_add(&balance[i], mine[i], __ATOMIC_RELAXED);
	note(n);
	return arg;
}

static void test_same_keys(void)
{
	unsigned int i, round;

	for (round = 0; round < 8; round++) {
		long left = 0;

		memset(balance, 0, sizeof(balance));
		setup();
		run_threads(same_keys, THREADS, MSEC / 4);
		for (i = 0; i < SHARED; i++) {
			CHECK(balance[i] == 0 || balance[i] == 1);
			CHECK(balance[i] ==
			      kho_radix_contains_key(&tree, shared_key(i)));
			left += balance[i];
		}
		teardown(left);
	}
}

/* All add one key at once: one of them is told that it was the first */
static unsigned int winners;

static void win(void)
{
	int err = kho_radix_add_key(&tree, 5);

	/* Whoever it was, nobody deletes it now */
	CHECK(kho_radix_contains_key(&tree, 5));
	if (!err)
		__atomic_fetch_add(&winners, 1, __ATOMIC_RELAXED);
}

static void *one_winner(void *arg)
{
	unsigned long who = (unsigned long)arg;
	unsigned int n;

	for (n = 0; n < 4000; n++) {
		if (who == 0)
			__atomic_store_n(&winners, 0, __ATOMIC_RELAXED);
		pthread_barrier_wait(&barrier);
		win();
		pthread_barrier_wait(&barrier);
		if (who == 0) {
			CHECK(winners == 1);
			CHECK(kho_radix_del_key(&tree, 5) == 0);
			kho_radix_prune(&tree);
			CHECK(sim_pages_used() == 1);
		}
	}
	note(n);
	return NULL;
}

static void test_one_winner(void)
{
	setup();
	run_threads(one_winner, 4, 0);
	teardown(0);
}

/* Keys that stay are seen at all times, by lookups and by walks */
#define STAY	20

static u64 stay_key(unsigned int i)
{
	return own_key(THREADS, i * 50);
}

static int see_key(u64 key, void *data)
{
	unsigned int i, *seen = data;

	for (i = 0; i < STAY; i++)
		*seen += key == stay_key(i);
	return 0;
}

static void *walker(void)
{
	const struct kho_radix_walk_cb cb = { .key = see_key };
	unsigned int i, seen;
	unsigned long n;

	for (n = 0; !stopped(); n++) {
		seen = 0;
		CHECK(kho_radix_walk_tree(&tree, &cb, &seen) == 0);
		CHECK(seen == STAY);
		for (i = 0; i < STAY; i++)
			CHECK(kho_radix_contains_key(&tree, stay_key(i)));
	}
	note(n);
	return NULL;
}

static void *stay_or_go(void *arg)
{
	return arg ? own_keys(arg) : walker();
}

static void test_staying(void)
{
	unsigned int i;

	setup();
	for (i = 0; i < STAY; i++)
		CHECK(kho_radix_add_key(&tree, stay_key(i)) == 0);
	run_threads(stay_or_go, THREADS, MSEC);
	teardown(STAY);
}

/*
 * All race to make the same branch, and now and then no memory is to be had: who
 * loses frees his node, who got none has no key in the tree.
 */
static u64 branch_key(unsigned long who)
{
	return kho_key_first(1) + who;
}

static unsigned long lost;

static void *same_branch(void *arg)
{
	unsigned long who = (unsigned long)arg;
	bool short_of = false, in;
	unsigned int n;
	int err;

	for (n = 0; n < 3000; n++) {
		if (who == 0) {
			short_of = n % 2;
			lost -= sim_frees();
			sim_fail_alloc(short_of ? 1 + n / 2 % (2 * KHO_TREE_DEPTH) : 0);
		}
		pthread_barrier_wait(&barrier);
		err = kho_radix_add_key(&tree, branch_key(who));
		CHECK(err == 0 || (n % 2 && err == -ENOMEM));
		in = kho_radix_contains_key(&tree, branch_key(who));
		CHECK(in == !err);
		pthread_barrier_wait(&barrier);
		if (who == 0) {
			lost += sim_frees();
			sim_fail_alloc(0);
			CHECK(sim_pages_used() <= KHO_TREE_DEPTH);
			CHECK(short_of || sim_pages_used() == KHO_TREE_DEPTH);
		}
		CHECK(kho_radix_del_key(&tree, branch_key(who)) == (in ? 0 : -ENOENT));
		pthread_barrier_wait(&barrier);
		if (who == 0) {
			kho_radix_prune(&tree);
			CHECK(sim_pages_used() == 1);
		}
	}
	note(n);
	return NULL;
}

static void test_same_branch(void)
{
	setup();
	run_threads(same_branch, THREADS, 0);
	CHECK(lost > 0);
	teardown(0);
}

static const struct check checks[] = {
	{ "own keys in shared leaves", test_own_keys },
	{ "the same keys: adds and deletes balance", test_same_keys },
	{ "of all that add a key at once one is the first", test_one_winner },
	{ "keys that stay are always seen", test_staying },
	{ "the same branch made by all at once, and without memory", test_same_branch },
};

int main(void)
{
	return check_run("radix threads, " SANITIZER, checks, ARRAY_SIZE(checks));
}
