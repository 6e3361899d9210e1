// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: names of subtrees, a full FDT, and what
 * finalizing changes and who may stop it.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "test_kho.h"
#include "test_kho_actions.h"

#define SYS_KHO_ACTIVE		"/sys/kernel/kho/active"
#define SYS_KHO_DT		"/sys/kernel/kho/dt"
#define DT_SIZE_MAX		SZ_1M

/* So many subtrees must not fit into an FDT; a blob each, and no FDT. */
#define FULL_MAX		16384
#define FULL_BLOB		8
#define FULL_STRIDE		64

static const struct {
	const char *name;
	int want;
} names[] = {
	{ "", -EINVAL },
	{ "test/slash", -EINVAL },
	{ "/", -EINVAL },
	{ "test-of-a-name-with-32-bytes-abc", -EINVAL },
	{ "test-of-a-name-with-31-bytes-ab", 0 },
	{ "test-a", 0 },
	{ "t", 0 },
};

static void add_and_remove(const char *name, void *blob, int want)
{
	char what[64];

	snprintf(what, sizeof(what), "names: '%s'", name);
	test_kho_expect(what, kho_add_subtree(name, blob, PAGE_SIZE), want);
	if (!want)
		kho_remove_subtree(blob);
}

static void retrieve_unknown(const char *name)
{
	phys_addr_t phys = 1;
	size_t size = 2;

	test_kho_expect("names: retrieve what did not come",
			kho_retrieve_subtree(name, &phys, &size), -ENOENT);
	test_kho_expect("names: address and size untouched",
			phys == 1 && size == 2, true);
}

/* action=names */
void test_kho_names(unsigned long arg)
{
	void *blob = kho_alloc_preserve(PAGE_SIZE);
	void *other = kho_alloc_preserve(PAGE_SIZE);
	/* The module's data is not in the direct map. */
	static char mapped;

	test_kho_expect("names: blobs", IS_ERR(blob) || IS_ERR(other), false);
	if (!IS_ERR(blob) && !IS_ERR(other)) {
		for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
			add_and_remove(names[i].name, blob, names[i].want);

		test_kho_expect("names: add",
				kho_add_subtree("test-taken", blob, PAGE_SIZE),
				0);
		test_kho_expect("names: taken",
				kho_add_subtree("test-taken", other, PAGE_SIZE),
				-EEXIST);
		test_kho_expect("names: a second one",
				kho_add_subtree("test-second", blob, PAGE_SIZE),
				-EEXIST);
		kho_remove_subtree(blob);
		add_and_remove("test-taken", other, 0);
		add_and_remove("test-no-memory-of-the-kernel's", &mapped, -EINVAL);
		retrieve_unknown("test-never-there");
		retrieve_unknown("");
	}
	if (!IS_ERR(blob))
		kho_unpreserve_free(blob);
	if (!IS_ERR(other))
		kho_unpreserve_free(other);
}

/* action=full */
static void *full_blobs;
static unsigned int full_count;

static void *full_blob(unsigned int i)
{
	return full_blobs + i * FULL_STRIDE;
}

static int full_add(unsigned int i)
{
	char name[32];

	snprintf(name, sizeof(name), "test-full-%05u", i);
	memset(full_blob(i), i, FULL_BLOB);

	return kho_add_subtree(name, full_blob(i), FULL_BLOB);
}

/* How many subtrees are in the FDT, with the right address and size. */
static unsigned int full_in_dt(const void *fdt, size_t size)
{
	unsigned int found = 0;
	u64 data, blob_size;
	char name[32];

	for (unsigned int i = 0; i < full_count; i++) {
		snprintf(name, sizeof(name), "test-full-%05u", i);
		if (!test_kho_find_subtree(fdt, size, name, &data,
					   &blob_size) &&
		    data == virt_to_phys(full_blob(i)) &&
		    blob_size == FULL_BLOB)
			found++;
		cond_resched();
	}

	return found;
}

static void full_check_dt(void)
{
	void *fdt = vmalloc(DT_SIZE_MAX);
	int size;

	if (!fdt) {
		test_kho_expect("full: allocate", -ENOMEM, 0);
		return;
	}
	test_kho_expect("full: finalize",
			test_kho_write_file(SYS_KHO_ACTIVE, "1"), 0);
	size = test_kho_read_file(SYS_KHO_DT, fdt, DT_SIZE_MAX);
	test_kho_expect("full: read the FDT", size > 0, true);
	if (size > 0)
		test_kho_expect("full: every subtree is in the FDT",
				full_in_dt(fdt, size), full_count);
	test_kho_expect("full: abort",
			test_kho_write_file(SYS_KHO_ACTIVE, "0"), 0);
	vfree(fdt);
}

/* action=full */
void test_kho_full(unsigned long arg)
{
	int err = 0;

	full_blobs = kho_alloc_preserve(FULL_MAX * FULL_STRIDE);
	test_kho_expect("full: blobs", PTR_ERR_OR_ZERO(full_blobs), 0);
	if (IS_ERR(full_blobs)) {
		full_blobs = NULL;
		return;
	}

	while (!err && full_count < FULL_MAX) {
		err = full_add(full_count);
		if (!err)
			full_count++;
	}
	test_kho_expect("full: one too many", err, -ENOSPC);
	pr_info("full: %u subtrees fit\n", full_count);
	if (!full_count)
		return;

	test_kho_expect("full: still full", full_add(full_count), -ENOSPC);
	test_kho_expect("full: the first is still there", full_add(0), -EEXIST);
	kho_remove_subtree(full_blob(full_count / 2));
	test_kho_expect("full: one removed, one added",
			full_add(full_count / 2), 0);
	full_check_dt();
}

/* Remove what action=full left. */
void test_kho_full_undo(void)
{
	if (!full_blobs)
		return;

	while (full_count)
		kho_remove_subtree(full_blob(--full_count));
	kho_unpreserve_free(full_blobs);
	full_blobs = NULL;
}

static void busy_calls(struct page *page)
{
	test_kho_expect("busy: kho_preserve_folio",
			kho_preserve_folio(page_folio(page)), -EBUSY);
	test_kho_expect("busy: kho_preserve_pages",
			kho_preserve_pages(page, 1), -EBUSY);
	test_kho_expect("busy: kho_alloc_preserve",
			PTR_ERR(kho_alloc_preserve(PAGE_SIZE)), -EBUSY);
	test_kho_expect("busy: kho_add_subtree",
			kho_add_subtree("test-busy", page_address(page),
					PAGE_SIZE), -EBUSY);
	test_kho_expect("busy: finalize again is no error",
			test_kho_write_file(SYS_KHO_ACTIVE, "1"), 0);
}

/* action=busy; finalizes and aborts by itself, unless it was finalized. */
void test_kho_busy(unsigned long arg)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char active[8] = "";

	if (!page) {
		test_kho_expect("busy: allocate", -ENOMEM, 0);
		return;
	}

	test_kho_read_file(SYS_KHO_ACTIVE, active, sizeof(active));
	if (active[0] != '1')
		test_kho_expect("busy: finalize",
				test_kho_write_file(SYS_KHO_ACTIVE, "1"), 0);
	busy_calls(page);
	if (active[0] != '1')
		test_kho_expect("busy: abort",
				test_kho_write_file(SYS_KHO_ACTIVE, "0"), 0);
	__free_page(page);
}

/* action=veto: one that agrees and is called first, one that does not. */
static unsigned int agreed, aborted, vetoed;

static int test_kho_agrees(struct kho_notifier *kn)
{
	agreed++;
	return 0;
}

static void test_kho_aborted(struct kho_notifier *kn)
{
	aborted++;
}

static int test_kho_vetoes(struct kho_notifier *kn)
{
	vetoed++;
	return -EPERM;
}

static struct kho_notifier agreeing = {
	.name = "test_kho_agrees",
	.finalize = test_kho_agrees,
	.abort = test_kho_aborted,
	.priority = 1,
};

static struct kho_notifier vetoing = {
	.name = "test_kho_vetoes",
	.finalize = test_kho_vetoes,
};

static bool veto_registered;

/* action=veto */
void test_kho_veto(unsigned long arg)
{
	char active[8] = "";

	test_kho_expect("veto: register",
			register_kho_notifier(&agreeing) ?:
			register_kho_notifier(&vetoing), 0);
	veto_registered = true;

	test_kho_expect("veto: finalize",
			test_kho_write_file(SYS_KHO_ACTIVE, "1"), -EPERM);
	test_kho_expect("veto: both were asked", agreed == 1 && vetoed == 1,
			true);
	test_kho_expect("veto: who agreed was told", aborted, 1);
	test_kho_read_file(SYS_KHO_ACTIVE, active, sizeof(active));
	test_kho_expect("veto: not finalized", active[0], '0');
}

/* Unregister what action=veto registered. */
void test_kho_veto_undo(void)
{
	if (!veto_registered)
		return;

	unregister_kho_notifier(&vetoing);
	unregister_kho_notifier(&agreeing);
	veto_registered = false;
}
