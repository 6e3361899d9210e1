// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver.
 *
 * Without action= it preserves blocks of memory that are filled with a pattern,
 * and in the next kernel restores and verifies them, as often as the machine
 * is kexec'd:
 *
 *	insmod test_kho.ko bytes=256M order=-1 seed=7
 *	test_kho: test: preserved 268435456 bytes in 812 folios, crc32c 0123abcd
 *	(kexec)
 *	insmod test_kho.ko
 *	test_kho: test: restored 268435456 bytes in 812 folios, crc32c 0123abcd
 *
 * With action= it does single checks instead, see test_kho_actions.c. The
 * module stays loaded when all is well, and insmod fails when something is not;
 * rmmod unpreserves and frees everything.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/kernel.h>
#include <linux/kexec_handover.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "test_kho.h"

#define BYTES_DEFAULT		SZ_16M

static char *bytes;
module_param(bytes, charp, 0444);
MODULE_PARM_DESC(bytes, "how much to preserve, with K, M or G (default: 16M)");

/* Of a folio of a GiB with the smallest pages, and so of 256 with the largest */
#define ORDER_MAX	18

static int order = -1;
module_param(order, int, 0444);
MODULE_PARM_DESC(order, "order of each folio; -1 (default): all orders, mixed");

static unsigned int stride = 1;
module_param(stride, uint, 0444);
MODULE_PARM_DESC(stride, "allocate so many times as much, and free the blocks between");

unsigned long test_kho_seed = 1;
module_param_named(seed, test_kho_seed, ulong, 0444);
MODULE_PARM_DESC(seed, "of the pattern");

bool test_kho_movable;
module_param_named(movable, test_kho_movable, bool, 0444);
MODULE_PARM_DESC(movable, "folios from memory that may be taken out of the machine, if there is any");

static unsigned int fill = PAGE_SIZE;
module_param(fill, uint, 0444);
MODULE_PARM_DESC(fill, "bytes of each page to fill and to verify (default: all)");

static char *kind = "folios";
module_param(kind, charp, 0444);
MODULE_PARM_DESC(kind, "folios (default); runs: of 1, 3, 5, ... pages at any offset; pages: 2^order of them; vmalloc: areas");

static bool pages;
module_param(pages, bool, 0444);
MODULE_PARM_DESC(pages, "as kind=runs");

static char *restore = "keep";
module_param(restore, charp, 0444);
MODULE_PARM_DESC(restore, "keep (default): preserve again what was restored; free: free it");

static char *action;
module_param(action, charp, 0444);
MODULE_PARM_DESC(action, "checks to make, separated by commas");

static char *check;
module_param(check, charp, 0444);
MODULE_PARM_DESC(check, "orphan: what action=unclaimed left is untouched");

static char *damage;
module_param(damage, charp, 0444);
MODULE_PARM_DESC(damage, "finalize, and damage the handover so; list: name what there is");

static char *luo;
module_param(luo, charp, 0444);
MODULE_PARM_DESC(luo, "damage what live update hands over: FIELD=VALUE");

unsigned long test_kho_at;
module_param_named(at, test_kho_at, ulong, 0444);
MODULE_PARM_DESC(at, "which bit damage=...-flip flips; where action=struct_pages begins");

char *test_kho_regions;
module_param_named(regions, test_kho_regions, charp, 0444);
MODULE_PARM_DESC(regions, "reserve_mem= regions for action=regions_fill and regions_check");

char *test_kho_name = "test";
module_param_named(name, test_kho_name, charp, 0444);
MODULE_PARM_DESC(name, "preserve as subtree test-NAME");

static unsigned long churn;
module_param(churn, ulong, 0444);
MODULE_PARM_DESC(churn, "as action=churn=N");

/* What this module preserves; no blob when it preserves nothing. */
static struct test_kho_set set;
static bool subtree_added;

static const char *const kinds[TEST_KHO_KINDS] = {
	[TEST_KHO_FOLIOS] = "folios",
	[TEST_KHO_RUNS] = "runs",
	[TEST_KHO_PAGES] = "pages",
};

static void report(const char *what)
{
	pr_info("%s: %s %llu bytes in %llu %s, crc32c %08x\n", test_kho_name,
		what, set.blob->bytes, set.blob->count, kinds[set.blob->kind],
		set.blob->crc);
}

static void report_times(void)
{
	pr_info("%s: preserve %llu ns, restore %llu ns\n", test_kho_name,
		set.preserve_ns, set.restore_ns);
}

static int subtree_name(char *buf, size_t size)
{
	int len = snprintf(buf, size, "test-%s", test_kho_name);

	return len < size ? 0 : -EINVAL;
}

/* Preserve the blocks of the set and tell the next kernel of them. */
static int hand_on(void)
{
	char name[32];
	int err;

	err = subtree_name(name, sizeof(name));
	if (!err)
		err = test_kho_set_preserve(&set);
	if (!err)
		err = kho_add_subtree(name, set.blob, sizeof(*set.blob));
	if (!err)
		subtree_added = true;

	return err;
}

/* How much to preserve. */
u64 test_kho_bytes(void)
{
	return bytes ? memparse(bytes, NULL) : BYTES_DEFAULT;
}

static int read_plan(struct test_kho_plan *plan)
{
	plan->bytes = test_kho_bytes();
	plan->order = order;
	plan->stride = stride;
	plan->seed = test_kho_seed;
	plan->fill = fill;

	if (pages || !strcmp(kind, "runs"))
		plan->kind = TEST_KHO_RUNS;
	else if (!strcmp(kind, "folios"))
		plan->kind = TEST_KHO_FOLIOS;
	else if (!strcmp(kind, "pages"))
		plan->kind = TEST_KHO_PAGES;
	else if (!strcmp(kind, "vmalloc"))
		plan->kind = TEST_KHO_AREAS;
	else
		return -EINVAL;

	if (!plan->bytes || order < -1 || order > ORDER_MAX ||
	    (order > MAX_PAGE_ORDER && plan->kind != TEST_KHO_FOLIOS) || !stride ||
	    fill > PAGE_SIZE || fill % sizeof(u64))
		return -EINVAL;

	return 0;
}

static int start_set(const struct test_kho_plan *plan)
{
	int err;

	err = test_kho_set_create(&set, plan);
	if (err)
		return err;

	err = hand_on();
	if (err) {
		test_kho_set_destroy(&set);
		return err;
	}
	report("preserved");
	report_times();

	return 0;
}

static int start_anew(const char *subtree)
{
	struct test_kho_plan plan;
	int err;

	err = read_plan(&plan);
	if (err)
		return err;

	err = plan.kind == TEST_KHO_AREAS ?
			test_kho_areas_create(&plan, subtree) : start_set(&plan);
	if (err)
		pr_err("%s: error: preserving fails: %d\n", test_kho_name, err);

	return err;
}

/* The list itself was restored, too, and has to be preserved again. */
static int preserve_list(void)
{
	struct test_kho_chunk *chunk;
	u64 phys = set.blob->first;
	int err;

	err = kho_preserve_folio(virt_to_folio(set.blob));
	while (!err && phys) {
		chunk = phys_to_virt(phys);
		err = kho_preserve_folio(virt_to_folio(chunk));
		phys = chunk->next;
	}

	return err;
}

static int go_on(phys_addr_t phys, size_t size, const char *subtree)
{
	struct folio *folio = kho_restore_folio(phys);
	bool keep = strcmp(restore, "free");
	void *blob;
	int err;

	if (!folio)
		return -ENOENT;

	blob = folio_address(folio);
	if (test_kho_areas_came(blob, size))
		return test_kho_areas_restore(blob, subtree, keep);

	err = test_kho_set_restore(&set, blob, size);
	if (err)
		return err;

	report("restored");
	set.blob->generation++;

	if (!keep) {
		report_times();
		test_kho_set_free(&set);
		return 0;
	}

	err = preserve_list();
	if (!err)
		err = hand_on();
	if (!err)
		report_times();

	return err;
}

static int hand_over(void)
{
	phys_addr_t phys;
	char name[32];
	size_t size;
	int err;

	err = subtree_name(name, sizeof(name));
	if (err)
		return err;

	err = kho_retrieve_subtree(name, &phys, &size);
	if (err == -ENOENT)
		return start_anew(name);
	if (err) {
		pr_err("%s: error: retrieving fails: %d\n", test_kho_name, err);
		return err;
	}

	err = go_on(phys, size, name);
	if (err == -ENOENT) {
		pr_info("%s: %s was taken back before\n", test_kho_name, name);
		return start_anew(name);
	}
	if (err)
		pr_err("%s: error: restoring fails: %d\n", test_kho_name, err);

	return err;
}

static int __init test_kho_init(void)
{
	bool only_actions = action || check || churn || damage || luo;
	int err = 0;

	if (strcmp(restore, "keep") && strcmp(restore, "free"))
		return -EINVAL;

	if (!only_actions)
		return hand_over();

	if (churn)
		err = test_kho_action("churn", churn);
	if (check && !err)
		err = test_kho_action(check, 0);
	if (action && !err)
		err = test_kho_actions(action);
	if (damage && !err)
		err = test_kho_damage(damage, test_kho_at);
	if (luo && !err)
		err = test_kho_luo(luo);
	if (err)
		test_kho_undo_actions();

	return err;
}

static void __exit test_kho_exit(void)
{
	test_kho_undo_actions();

	if (!set.blob && !test_kho_areas_preserved())
		return;

	test_kho_areas_destroy();
	if (!set.blob)
		return;
	if (subtree_added)
		kho_remove_subtree(set.blob);
	test_kho_set_destroy(&set);
}

module_init(test_kho_init);
module_exit(test_kho_exit);

MODULE_DESCRIPTION("Test driver for Kexec HandOver");
MODULE_LICENSE("GPL");
