// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: take back many runs of pages, all or none.
 *
 * What a producer left may consist of many blocks, which are listed in memory
 * of the last kernel. Such a list is not trusted. Its runs are first gathered
 * here, where one that did not come or that is listed twice is noticed, while
 * nothing changes but a set of keys of our own. Then all are claimed in a step
 * that cannot fail halfway.
 *
 * The list itself lies in runs that are gathered, and whoever wins them may free
 * it. So there is one claim at a time: what one reads nobody else wins meanwhile.
 */
#include <linux/cleanup.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "kho_internal.h"

/* Keys between two looks whether somebody else needs the CPU. */
#define KHO_CLAIM_BATCH		1024

static DEFINE_MUTEX(kho_claim_lock);

/**
 * kho_claim_init() - begin to gather
 * @claim: the claim; kho_claim_exit() must follow unless this fails
 *
 * Context: Process context, may sleep. Waits for claims of others to end.
 * Return: 0, -ENOMEM, or -ENOENT when nothing at all came.
 */
int kho_claim_init(struct kho_claim *claim)
{
	int err;

	if (!kho_in.valid)
		return -ENOENT;
	mutex_lock(&kho_claim_lock);
	err = kho_radix_init_tree(&claim->keys, NULL);
	if (err)
		mutex_unlock(&kho_claim_lock);
	return err;
}

/**
 * kho_claim_exit() - forget what was gathered
 * @claim: the claim
 *
 * What was not taken stays as it was.
 *
 * Context: Process context, may sleep.
 */
void kho_claim_exit(struct kho_claim *claim)
{
	kho_radix_destroy_tree(&claim->keys);
	mutex_unlock(&kho_claim_lock);
}

/**
 * kho_claim_add() - gather one more run
 * @claim: the claim; to be given up after an error
 * @phys: physical address of the run, which may be any number
 * @nr_pages: number of pages
 *
 * Once it is gathered, the run is RAM that came from the last kernel, and may be
 * read.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL when @phys is no address of a page; -ENOENT when exactly
 * this run is not there to be claimed; -EEXIST when it was gathered before;
 * -ENOMEM.
 */
int kho_claim_add(struct kho_claim *claim, u64 phys, unsigned long nr_pages)
{
	unsigned long pfn = PHYS_PFN(phys);

	if (!PAGE_ALIGNED(phys))
		return -EINVAL;
	if (!kho_run_unclaimed(pfn, nr_pages))
		return -ENOENT;
	while (nr_pages) {
		unsigned int order = kho_run_order(pfn, nr_pages);
		u64 key = kho_radix_encode_key(PFN_PHYS(pfn), order);
		int err = kho_radix_add_key(&claim->keys, key);

		if (err)
			return err;
		pfn += 1UL << order;
		nr_pages -= 1UL << order;
	}
	return 0;
}

/* Nobody else has this set, so it stands still. */
static bool kho_claim_next(struct kho_radix_iter *iter, u64 *key,
			   unsigned long *nr)
{
	if (!(++*nr % KHO_CLAIM_BATCH))
		cond_resched();
	return kho_radix_iter_next(iter, key);
}

/* Undo a claim that came as far as @end, which was not there. */
static void kho_claim_put_back(struct kho_claim *claim, u64 end)
{
	struct kho_radix_iter iter;
	unsigned long nr = 0;
	u64 key;

	kho_radix_iter_init(&iter, claim->keys.root, 0, U64_MAX);
	while (kho_claim_next(&iter, &key, &nr) && key != end)
		kho_radix_unclear_key(&kho_in.tree, key);
}

/* Give back what became empty; one look for each key is enough. */
static void kho_claim_prune(struct kho_claim *claim)
{
	struct kho_radix_iter iter;
	unsigned long nr = 0;
	u64 key;

	kho_radix_iter_init(&iter, claim->keys.root, 0, U64_MAX);
	while (kho_claim_next(&iter, &key, &nr))
		kho_radix_prune_key(&kho_in.tree, key);
}

/**
 * kho_claim_take() - take back all that was gathered
 * @claim: the claim
 *
 * The caller makes the runs his pages by kho_own_run().
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT when somebody else took any of it meanwhile, and then
 * nothing changed.
 */
int kho_claim_take(struct kho_claim *claim)
{
	struct kho_radix_iter iter;
	unsigned long nr = 0;
	u64 key;

	/* Nodes stay for as long as something may have to be put back. */
	scoped_guard(mutex, &kho_in.tree.lock) {
		kho_radix_iter_init(&iter, claim->keys.root, 0, U64_MAX);
		while (kho_claim_next(&iter, &key, &nr)) {
			if (!kho_radix_clear_key(&kho_in.tree, key))
				continue;
			kho_claim_put_back(claim, key);
			return -ENOENT;
		}
	}
	kho_claim_prune(claim);
	return 0;
}
