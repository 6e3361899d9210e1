// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: allocations that fail, one after the other.
 *
 * Each call is made again and again, and its Nth allocation fails, until it has
 * no Nth. When it fails it has to say -ENOMEM, to leave nothing behind, and to
 * succeed when it is tried again. What is allocated on the way by checkers may
 * fail as well without the call taking notice.
 *
 * User space says before which allocations may fail: in failslab/ and in
 * fail_page_alloc/ of debugfs, ignore-gfp-wait N, and min-order 0.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/kexec_handover.h>
#include <linux/kho_block.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <linux/kho/abi/vmalloc.h>

#include "test_kho.h"
#include "test_kho_actions.h"

static bool fault;
module_param(fault, bool, 0444);
MODULE_PARM_DESC(fault, "while vmalloc areas are restored, let each allocation fail in turn");

/* No call has so many allocations. */
#define MAX_NTH			1000

/* What the calls are made with. */
static struct {
	struct folio *folio;
	struct page *pages;
	void *area;
	void *huge;
	void *mem;
	struct kho_vmalloc desc;
	struct kho_block_list list;
} use;

/* An order that nobody else preserves: the way to its leaf is not there. */
#define FOLIO_ORDER		7
#define MEM_SIZE		(PAGE_SIZE << 3)

static int call_folio(void)
{
	return kho_preserve_folio(use.folio);
}

static void undo_folio(void)
{
	kho_unpreserve_folio(use.folio);
}

/* Blocks of one, two and four pages: the last fails when two are there. */
static int call_pages(void)
{
	return kho_preserve_pages(use.pages + 1, 7);
}

static void undo_pages(void)
{
	kho_unpreserve_pages(use.pages + 1, 7);
}

static int call_area(void)
{
	return kho_preserve_vmalloc(use.area, &use.desc);
}

static int call_huge(void)
{
	return kho_preserve_vmalloc(use.huge, &use.desc);
}

static void undo_vmalloc(void)
{
	kho_unpreserve_vmalloc(&use.desc);
}

static int call_alloc(void)
{
	use.mem = kho_alloc_preserve(MEM_SIZE);
	return PTR_ERR_OR_ZERO(use.mem);
}

static void undo_alloc(void)
{
	kho_unpreserve_free(use.mem);
}

static int call_subtree(void)
{
	return kho_add_subtree("test-fault", folio_address(use.folio), PAGE_SIZE);
}

static void undo_subtree(void)
{
	kho_remove_subtree(folio_address(use.folio));
}

static int call_block(void)
{
	return PTR_ERR_OR_ZERO(kho_block_append(&use.list));
}

static void undo_block(void)
{
	kho_block_destroy(&use.list);
}

/* At least so many allocations are the call's own. */
static const struct fault_call {
	const char *name;
	int (*call)(void);
	void (*undo)(void);
	unsigned int own;
} calls[] = {
	{ "kho_preserve_folio", call_folio, undo_folio, 4 },
	{ "kho_preserve_pages", call_pages, undo_pages, 5 },
	{ "kho_preserve_vmalloc", call_area, undo_vmalloc, 2 },
	{ "kho_preserve_vmalloc, huge", call_huge, undo_vmalloc, 2 },
	{ "kho_alloc_preserve", call_alloc, undo_alloc, 5 },
	{ "kho_add_subtree", call_subtree, undo_subtree, 1 },
	{ "kho_block_append", call_block, undo_block, 1 },
};

/* What must be the same after a failure. */
struct left_behind {
	u64 bytes;
	u64 nodes;
};

static int count_left(struct left_behind *left)
{
	char text[32];
	int ret;

	ret = test_kho_read_file("/sys/kernel/kho/preserved_bytes", text,
				 sizeof(text));
	if (ret > 0)
		ret = kstrtou64(strim(text), 0, &left->bytes);
	return ret ?: test_kho_count_nodes(&left->nodes);
}

static bool nothing_left(const struct left_behind *before)
{
	struct left_behind after;
	int err = count_left(&after);

	if (err || memcmp(before, &after, sizeof(after)))
		pr_err("%d, %llu bytes and %llu nodes, before %llu and %llu\n",
		       err, after.bytes, after.nodes, before->bytes,
		       before->nodes);
	return !err && !memcmp(before, &after, sizeof(after));
}

#ifdef CONFIG_FAULT_INJECTION
/* Returns whether there was an Nth allocation. */
static bool call_failing(const struct fault_call *call, unsigned int nth,
			 int *err)
{
	unsigned int left;

	current->fail_nth = nth;
	*err = call->call();
	left = current->fail_nth;
	current->fail_nth = 0;
	return !left;
}
#else
static bool call_failing(const struct fault_call *call, unsigned int nth,
			 int *err)
{
	*err = -EOPNOTSUPP;
	return false;
}
#endif

/* Returns what went wrong. */
static const char *try_again(const struct fault_call *call,
			     const struct left_behind *before)
{
	if (!nothing_left(before))
		return "it left something behind";
	if (call->call())
		return "it fails when it is tried again";
	call->undo();
	return nothing_left(before) ? NULL : "undone, it left something behind";
}

static void fail_each(const struct fault_call *call)
{
	unsigned int nth = 0, failures = 0;
	struct left_behind before;
	const char *why = NULL;
	bool failing = true;
	char what[80];
	int err;

	err = count_left(&before);
	while (!err && !why && failing && nth < MAX_NTH) {
		failing = call_failing(call, ++nth, &err);
		if (!err) {
			call->undo();
		} else if (err == -ENOMEM && failing) {
			failures++;
			err = 0;
			why = try_again(call, &before);
		}
	}
	pr_info("fault: %s: %u of %u allocations are its own\n", call->name,
		failures, nth - 1);
	snprintf(what, sizeof(what), "fault: %s: %s", call->name,
		 why ?: "nothing but -ENOMEM");
	test_kho_expect(what, why ? -EUCLEAN : err, 0);
	snprintf(what, sizeof(what), "fault: %s: %u failures", call->name,
		 failures);
	test_kho_expect(what, failures >= call->own && !failing, true);
}

static void free_use(void)
{
	if (use.folio)
		folio_put(use.folio);
	if (use.pages)
		__free_pages(use.pages, 3);
	vfree(use.area);
	vfree(use.huge);
	memset(&use, 0, sizeof(use));
}

static int alloc_use(void)
{
	use.folio = folio_alloc(GFP_KERNEL, FOLIO_ORDER);
	use.pages = alloc_pages(GFP_KERNEL, 3);
	use.area = vmalloc(600 * PAGE_SIZE);
	use.huge = vmalloc_huge(SZ_4M, GFP_KERNEL);
	if (!use.folio || !use.pages || !use.area || !use.huge) {
		free_use();
		return -ENOMEM;
	}
	return kho_block_init(&use.list, 64);
}

/* action=fault */
void test_kho_fault(unsigned long arg)
{
	int err = alloc_use();

	test_kho_expect("fault: allocate", err, 0);
	if (err)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++)
		fail_each(&calls[i]);
	free_use();
}

static const struct kho_vmalloc *restoring;
static void *restored;

static int call_restore(void)
{
	restored = kho_restore_vmalloc(restoring);
	return restored ? 0 : -ENOMEM;
}

/**
 * test_kho_fault_restore - restore an area, with fault=1 in spite of failures
 * @desc: the area
 *
 * Each try has one more allocation that succeeds, and none may lose anything.
 *
 * Return: the area, or NULL.
 */
void *test_kho_fault_restore(const struct kho_vmalloc *desc)
{
	static const struct fault_call call = { .call = call_restore };
	unsigned int nth = 0;
	bool failing;
	int err;

	if (!fault)
		return kho_restore_vmalloc(desc);

	restoring = desc;
	do {
		failing = call_failing(&call, ++nth, &err);
	} while (err && failing);
	pr_info("fault: an area of %u pages came back after %u failures\n",
		desc->total_pages, nth - 1);

	/* What can be had elsewhere need not fail: then the first try did it. */
	return nth > 1 || failing ? restored : NULL;
}
