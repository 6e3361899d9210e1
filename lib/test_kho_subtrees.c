// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: many subtrees.
 *
 * action=subtrees=N hands over N of them, with names and blobs of many lengths;
 * in the next kernel action=claim=N finds each and takes it back.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "test_kho.h"
#include "test_kho_actions.h"

#define NAME_SIZE		32

static void **blobs;
static unsigned int nr_blobs;

static void blob_name(char name[NAME_SIZE], unsigned int i)
{
	static const char tail[] = "abcdefghijklmnopqrstuvwxyz";

	snprintf(name, NAME_SIZE, "%05u%.*s", i, i % (int)sizeof(tail), tail);
}

static size_t blob_size(unsigned int i)
{
	return (1 + i % (PAGE_SIZE / sizeof(u64))) * sizeof(u64);
}

static int add_blob(unsigned int i)
{
	void *blob = kho_alloc_preserve(PAGE_SIZE);
	char name[NAME_SIZE];
	int err;

	if (IS_ERR(blob))
		return PTR_ERR(blob);

	blob_name(name, i);
	test_kho_fill(blob, i, virt_to_phys(blob), blob_size(i));
	err = kho_add_subtree(name, blob, blob_size(i));
	if (err) {
		kho_unpreserve_free(blob);
		return err;
	}
	blobs[nr_blobs++] = blob;

	return 0;
}

/* action=subtrees=N */
void test_kho_subtrees(unsigned long arg)
{
	int err = 0;

	blobs = kvcalloc(arg, sizeof(*blobs), GFP_KERNEL);
	test_kho_expect("subtrees: allocate", !blobs, 0);
	if (!blobs)
		return;

	while (nr_blobs < arg && !err)
		err = add_blob(nr_blobs);
	test_kho_expect("subtrees: the last answer", err, 0);
	test_kho_expect("subtrees: handed over", nr_blobs, arg);
}

/* Remove what action=subtrees left. */
void test_kho_subtrees_undo(void)
{
	while (nr_blobs) {
		void *blob = blobs[--nr_blobs];

		kho_remove_subtree(blob);
		kho_unpreserve_free(blob);
	}
	kvfree(blobs);
	blobs = NULL;
}

static int claim_blob(unsigned int i)
{
	char name[NAME_SIZE];
	phys_addr_t phys;
	size_t size;
	int err;

	blob_name(name, i);
	err = kho_retrieve_subtree(name, &phys, &size);
	if (err)
		return err;
	if (size != blob_size(i) ||
	    !test_kho_verify(phys_to_virt(phys), i, phys, size))
		err = -EUCLEAN;
	kho_restore_free(phys_to_virt(phys));

	return err;
}

/* action=claim=N */
void test_kho_claim(unsigned long arg)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < arg && !err; i++) {
		err = claim_blob(i);
		cond_resched();
	}
	test_kho_expect("claim: the last answer", err, 0);
	test_kho_expect("claim: subtrees", i, arg);
	test_kho_expect("claim: there is no other", claim_blob(i), -ENOENT);
}
