// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of KHO: from one state to the next, and who is asked. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/workqueue.h>

#include "kho_fdt.h"
#include "kho_finalize.h"
#include "kho_preserve.h"
#include "kho_state.h"

#define LISTENERS	3

/* What was called, a letter each: finalize f, abort a, freeze z, thaw t; and who. */
static char heard[64];

struct listener {
	struct kho_notifier kn;
	char name;
	int finalize_err;
	int freeze_err;
	/* Given back when it is frozen: then there is no kexec. */
	void *mem;
	/* Given back when it is thawed */
	void *thaw_mem;
};

static struct listener listeners[LISTENERS];

static void hear(struct kho_notifier *kn, char what)
{
	struct listener *l = container_of(kn, struct listener, kn);
	size_t len = strlen(heard);

	if (len + 3 > sizeof(heard))
		return;
	heard[len] = what;
	heard[len + 1] = l->name;
}

static int hear_finalize(struct kho_notifier *kn)
{
	hear(kn, 'f');
	return container_of(kn, struct listener, kn)->finalize_err;
}

static void hear_abort(struct kho_notifier *kn)
{
	hear(kn, 'a');
}

static int hear_freeze(struct kho_notifier *kn)
{
	struct listener *l = container_of(kn, struct listener, kn);

	hear(kn, 'z');
	if (l->mem)
		kho_unpreserve_free(l->mem);
	l->mem = NULL;
	return l->freeze_err;
}

static void hear_thaw(struct kho_notifier *kn)
{
	struct listener *l = container_of(kn, struct listener, kn);

	hear(kn, 't');
	if (l->thaw_mem)
		kho_unpreserve_free(l->thaw_mem);
	l->thaw_mem = NULL;
}

static void expect_heard(struct kunit *test, const char *want)
{
	KUNIT_EXPECT_STREQ(test, heard, want);
	memset(heard, 0, sizeof(heard));
}

static int state_init(struct kunit *test)
{
	static const int priorities[LISTENERS] = { 0, 10, 10 };

	if (!kho_is_enabled())
		kunit_skip(test, "KHO is off");
	KUNIT_ASSERT_FALSE(test, kho_finalized());
	memset(heard, 0, sizeof(heard));
	for (unsigned int i = 0; i < LISTENERS; i++) {
		listeners[i] = (struct listener) {
			.kn.name = "kunit",
			.kn.priority = priorities[i],
			.kn.finalize = hear_finalize,
			.kn.abort = hear_abort,
			.kn.freeze = hear_freeze,
			.kn.thaw = hear_thaw,
			.name = '1' + i,
		};
		KUNIT_ASSERT_EQ(test, register_kho_notifier(&listeners[i].kn), 0);
	}
	return 0;
}

/* Also after a test that failed half way: nothing stays finalized. */
static void state_exit(struct kunit *test)
{
	if (!kho_is_enabled())
		return;
	kho_kexec_failed();
	kho_abort();
	for (unsigned int i = 0; i < LISTENERS; i++)
		unregister_kho_notifier(&listeners[i].kn);
}

static void state_finalize_abort(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
	KUNIT_EXPECT_EQ(test, kho_finalize(), 0);
	/* By priority, else in the order in which they registered */
	expect_heard(test, "f2f3f1");
	KUNIT_EXPECT_EQ(test, kho_finalize(), 0);
	KUNIT_EXPECT_TRUE(test, kho_finalized());
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
	expect_heard(test, "a1a3a2");
	KUNIT_EXPECT_FALSE(test, kho_finalized());
}

static void state_veto(struct kunit *test)
{
	listeners[2].finalize_err = -ENXIO;
	KUNIT_EXPECT_EQ(test, kho_finalize(), -ENXIO);
	expect_heard(test, "f2f3a2");
	KUNIT_EXPECT_EQ(test, kho_commit(NULL), -ENXIO);
	expect_heard(test, "f2f3a2");
	KUNIT_EXPECT_FALSE(test, kho_finalized());
}

static void state_register(struct kunit *test)
{
	struct kho_notifier late = { .name = "late" };

	KUNIT_EXPECT_EQ(test, register_kho_notifier(&listeners[0].kn), -EEXIST);
	KUNIT_EXPECT_EQ(test, unregister_kho_notifier(&late), -ENOENT);
	KUNIT_ASSERT_EQ(test, kho_finalize(), 0);
	expect_heard(test, "f2f3f1");
	/* Who was not asked is no part of it, and need not do anything. */
	KUNIT_EXPECT_EQ(test, unregister_kho_notifier(&listeners[1].kn), 0);
	KUNIT_EXPECT_EQ(test, register_kho_notifier(&listeners[1].kn), -EBUSY);
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
	expect_heard(test, "a1a3");
	listeners[1].name = 'x';
	KUNIT_EXPECT_EQ(test, register_kho_notifier(&listeners[1].kn), 0);
	KUNIT_EXPECT_EQ(test, register_kho_notifier(&late), 0);
	KUNIT_EXPECT_EQ(test, kho_finalize(), 0);
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
	KUNIT_EXPECT_EQ(test, unregister_kho_notifier(&late), 0);
}

/* What is taken back ends the finalized state, and may be preserved anew. */
static void state_revoke(struct kunit *test)
{
	void *mem = kho_alloc_preserve(PAGE_SIZE), *blob;
	u64 bytes = kho_preserved_bytes();

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mem);
	KUNIT_ASSERT_EQ(test, kho_finalize(), 0);
	KUNIT_EXPECT_PTR_EQ(test, kho_alloc_preserve(PAGE_SIZE),
			    ERR_PTR(-EBUSY));
	kho_unpreserve_free(mem);
	KUNIT_EXPECT_FALSE(test, kho_finalized());
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), bytes - PAGE_SIZE);
	/* Those who were asked hear of it, at the latest before the next time. */
	KUNIT_EXPECT_EQ(test, kho_finalize(), 0);
	expect_heard(test, "f2f3f1a1a3a2f2f3f1");
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);

	blob = kho_alloc_preserve(PAGE_SIZE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, blob);
	KUNIT_ASSERT_EQ(test, kho_add_subtree("kunit-state", blob, 1), 0);
	KUNIT_ASSERT_EQ(test, kho_finalize(), 0);
	kho_remove_subtree(blob);
	KUNIT_EXPECT_FALSE(test, kho_finalized());
	KUNIT_EXPECT_EQ(test, kho_add_subtree("kunit-state", blob, 1), 0);
	kho_remove_subtree(blob);
	kho_unpreserve_free(blob);
}

/* Once a kexec is on its way nothing changes, and it may fail. */
static void state_commit(struct kunit *test)
{
	void *mem = kho_alloc_preserve(PAGE_SIZE);
	u64 bytes = kho_preserved_bytes();

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mem);
	KUNIT_ASSERT_EQ(test, kho_finalize(), 0);
	KUNIT_ASSERT_EQ(test, kho_commit(NULL), 0);
	expect_heard(test, "f2f3f1z2z3z1");
	KUNIT_EXPECT_EQ(test, kho_abort(), -EBUSY);
	KUNIT_EXPECT_EQ(test, kho_finalize(), -EBUSY);
	KUNIT_EXPECT_EQ(test, kho_commit(NULL), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, kho_alloc_preserve(PAGE_SIZE),
			    ERR_PTR(-EBUSY));
	kho_unpreserve_free(mem);
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), bytes);
	KUNIT_EXPECT_TRUE(test, kho_finalized());

	kho_kexec_failed();
	expect_heard(test, "t1t3t2a1a3a2");
	KUNIT_EXPECT_FALSE(test, kho_finalized());
	kho_kexec_failed();
	expect_heard(test, "");
	kho_unpreserve_free(mem);
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), bytes - PAGE_SIZE);
}

/* What is given back as soon as that is possible again is not lost. */
static void state_commit_thaw(struct kunit *test)
{
	u64 bytes = kho_preserved_bytes();

	listeners[1].thaw_mem = kho_alloc_preserve(PAGE_SIZE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, listeners[1].thaw_mem);
	KUNIT_ASSERT_EQ(test, kho_commit(NULL), 0);
	kho_kexec_failed();
	expect_heard(test, "f2f3f1z2z3z1t1t3t2a1a3a2");
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), bytes);
	KUNIT_EXPECT_EQ(test, kho_finalize(), 0);
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
}

/* Everything is as it was before, finalized or not. */
static void state_freeze_refused(struct kunit *test)
{
	listeners[0].freeze_err = -EIO;
	KUNIT_EXPECT_EQ(test, kho_commit(NULL), -EIO);
	expect_heard(test, "f2f3f1z2z3z1t3t2a1a3a2");
	KUNIT_EXPECT_FALSE(test, kho_finalized());

	KUNIT_EXPECT_EQ(test, kho_finalize(), 0);
	expect_heard(test, "f2f3f1");
	KUNIT_EXPECT_EQ(test, kho_commit(NULL), -EIO);
	expect_heard(test, "z2z3z1t3t2");
	KUNIT_EXPECT_TRUE(test, kho_finalized());
}

static void state_freeze_revoked(struct kunit *test)
{
	listeners[1].mem = kho_alloc_preserve(PAGE_SIZE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, listeners[1].mem);
	KUNIT_EXPECT_EQ(test, kho_commit(NULL), -EBUSY);
	KUNIT_EXPECT_FALSE(test, kho_finalized());
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
	expect_heard(test, "f2f3f1z2z3z1t1t3t2a1a3a2");
}

#ifdef CONFIG_MEMORY_FAILURE
/* So many pages have hardware errors, or have none again. */
static void poison(unsigned long pfn, unsigned long nr_pages, bool on)
{
	for (; nr_pages--; pfn++) {
		if (on) {
			SetPageHWPoison(pfn_to_page(pfn));
			num_poisoned_pages_inc(pfn);
		} else {
			ClearPageHWPoison(pfn_to_page(pfn));
			num_poisoned_pages_sub(pfn, 1);
		}
	}
}

static int finalize_poisoned(phys_addr_t phys, unsigned long nr_pages)
{
	int err;

	poison(PHYS_PFN(phys), nr_pages, true);
	err = kho_finalize();
	poison(PHYS_PFN(phys), nr_pages, false);
	return err;
}

/* Of some the next kernel is told; what has to be read may not be such. */
static void state_poison(struct kunit *test)
{
	size_t bytes = 2 * KHO_POISON_MAX * PAGE_SIZE;
	void *mem = kho_alloc_preserve(bytes), *blob;
	phys_addr_t phys = virt_to_phys(mem);
	unsigned int nr;
	const u64 *list;
	void *fdt;

	fdt = kunit_kmalloc(test, KHO_DT_MAX, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fdt);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mem);
	KUNIT_EXPECT_EQ(test, finalize_poisoned(phys, KHO_POISON_MAX + 1), -ENOSPC);
	expect_heard(test, "f2f3f1a1a3a2");
	KUNIT_EXPECT_EQ(test, finalize_poisoned(phys, KHO_POISON_MAX), 0);
	KUNIT_ASSERT_GT(test, kho_read_out_fdt(fdt, 0, KHO_DT_MAX), 0);
	list = kho_fdt_poison(fdt, &nr);
	KUNIT_ASSERT_EQ(test, nr, KHO_POISON_MAX);
	KUNIT_EXPECT_EQ(test, get_unaligned(&list[nr - 1]),
			phys + (nr - 1) * PAGE_SIZE);
	/* Those are well again, and there is another one */
	poison(PHYS_PFN(phys) + nr, 1, true);
	KUNIT_EXPECT_EQ(test, kho_commit(NULL), 0);
	poison(PHYS_PFN(phys) + nr, 1, false);
	KUNIT_ASSERT_GT(test, kho_read_out_fdt(fdt, 0, KHO_DT_MAX), 0);
	list = kho_fdt_poison(fdt, &nr);
	KUNIT_ASSERT_EQ(test, nr, 1);
	KUNIT_EXPECT_EQ(test, get_unaligned(list),
			phys + KHO_POISON_MAX * PAGE_SIZE);
	kho_kexec_failed();
	kho_unpreserve_free(mem);
	KUNIT_EXPECT_EQ(test, kho_finalize(), 0);
	KUNIT_ASSERT_GT(test, kho_read_out_fdt(fdt, 0, KHO_DT_MAX), 0);
	KUNIT_EXPECT_NULL(test, kho_fdt_poison(fdt, &nr));
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);

	KUNIT_EXPECT_EQ(test, finalize_poisoned(kho_out_fdt_phys(), 1), -EHWPOISON);
	KUNIT_EXPECT_EQ(test, finalize_poisoned(virt_to_phys(kho_out_tree.root), 1),
			-EHWPOISON);
	blob = kho_alloc_preserve(PAGE_SIZE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, blob);
	KUNIT_ASSERT_EQ(test, kho_add_subtree("kunit-state", blob, 1), 0);
	KUNIT_EXPECT_EQ(test, finalize_poisoned(virt_to_phys(blob), 1), -EHWPOISON);
	KUNIT_EXPECT_EQ(test, kho_finalize(), 0);
	poison(PHYS_PFN(virt_to_phys(blob)), 1, true);
	KUNIT_EXPECT_EQ(test, kho_commit(NULL), -EHWPOISON);
	poison(PHYS_PFN(virt_to_phys(blob)), 1, false);
	kho_remove_subtree(blob);
	kho_unpreserve_free(blob);
	KUNIT_EXPECT_FALSE(test, kho_finalized());
}
#else
static void state_poison(struct kunit *test)
{
	kunit_skip(test, "no page has hardware errors in this kernel");
}
#endif

static struct kunit_case state_tests[] = {
	KUNIT_CASE(state_finalize_abort),
	KUNIT_CASE(state_veto),
	KUNIT_CASE(state_register),
	KUNIT_CASE(state_revoke),
	KUNIT_CASE(state_commit),
	KUNIT_CASE(state_commit_thaw),
	KUNIT_CASE(state_freeze_refused),
	KUNIT_CASE(state_freeze_revoked),
	KUNIT_CASE(state_poison),
	{}
};

static struct kunit_suite state_suite = {
	.name = "kho_state",
	.init = state_init,
	.exit = state_exit,
	.test_cases = state_tests,
};

kunit_test_suites(&state_suite);
