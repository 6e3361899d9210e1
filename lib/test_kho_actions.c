// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: single checks, by name.
 *
 *	twice		preserve what is preserved, and parts of it
 *	scratch		preserve pages in scratch			(warns)
 *	range		sizes out of range, pages that are no RAM	(warns)
 *	stray		restore what did not come
 *	unpreserve	unpreserve what is not preserved		(warns)
 *	misuse		all of these
 *	audit		what finalizing refuses: memory that is preserved as two
 *			blocks, or was freed
 *	map		finalize where the map lies in memory that was added
 *	names		good and bad names of subtrees
 *	full		fill the FDT with subtrees; they stay until rmmod
 *	subtrees=N	hand over N subtrees; they stay until rmmod
 *	claim=N		in the next kernel: take those back
 *	busy		everything that is refused while finalized
 *	veto		a notifier that vetoes with -EPERM; stays until rmmod
 *	race		finalize and abort while somebody preserves, and while
 *			notifiers run and are unregistered
 *	storm		somebody preserves without an end, until rmmod
 *	unclaimed	preserve what nobody claims; stays until rmmod
 *	churn=N		preserve and unpreserve N times: no node stays
 *	off		what every call returns with KHO off
 *	fault		let each allocation of each call fail in turn
 *	dense=N		count the nodes of a tree of N pages that lie densely
 *	span=N		time a run of N GiB, for which nothing is allocated
 *	cpus=N		time N pages on each of two CPUs at once
 *	regions_fill	write into the reserve_mem= regions of regions=NAME,...
 *	regions_check	find there what regions_fill wrote
 *	struct_pages=N	are struct pages initialised; N are kept from at=ADDRESS on
 *	crumbs		take a page of every second pageblock; they stay until rmmod
 *	poison		preserve memory with hardware errors, for good
 *	poisoned	in the next kernel: it came marked, and with =1 goes on
 *	badmsg		in the next kernel: the subtree of damage= is refused
 *	orphan		in the next kernel: what unclaimed left is untouched
 *
 * "warns": with CONFIG_KEXEC_HANDOVER_DEBUG the call does a WARN_ON_ONCE().
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/kernel.h>
#include <linux/kexec_handover.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "test_kho.h"
#include "test_kho_actions.h"

static unsigned int failed;

/**
 * test_kho_expect - tell the result of a check
 * @what: what was checked
 * @got: what it returned
 * @want: what it should have returned
 */
void test_kho_expect(const char *what, long got, long want)
{
	if (got == want) {
		pr_info("PASS %s\n", what);
		return;
	}

	pr_err("FAIL %s: %ld instead of %ld\n", what, got, want);
	failed++;
}

static void run_misuse(unsigned long arg)
{
	test_kho_twice(arg);
	test_kho_scratch(arg);
	test_kho_range(arg);
	test_kho_stray(arg);
	test_kho_unpreserve(arg);
}

static void run_unclaimed(unsigned long arg)
{
	test_kho_expect("unclaimed: preserve and add test-orphan",
			test_kho_orphan_create(test_kho_bytes(), test_kho_seed),
			0);
}

static void run_orphan(unsigned long arg)
{
	test_kho_expect("orphan: nobody touched it", test_kho_orphan_check(),
			0);
}

static void run_off(unsigned long arg)
{
	struct page *page = alloc_page(GFP_KERNEL);
	phys_addr_t phys;
	size_t size;
	void *mem;

	if (!page) {
		test_kho_expect("off: allocate", -ENOMEM, 0);
		return;
	}
	mem = page_address(page);
	phys = page_to_phys(page);

	test_kho_expect("off: kho_is_enabled", kho_is_enabled(), false);
	test_kho_expect("off: kho_preserve_folio",
			kho_preserve_folio(page_folio(page)), -EOPNOTSUPP);
	test_kho_expect("off: kho_preserve_pages", kho_preserve_pages(page, 1),
			-EOPNOTSUPP);
	test_kho_expect("off: kho_alloc_preserve",
			PTR_ERR(kho_alloc_preserve(PAGE_SIZE)), -EOPNOTSUPP);
	test_kho_expect("off: kho_add_subtree",
			kho_add_subtree("test-off", mem, PAGE_SIZE),
			-EOPNOTSUPP);
	test_kho_expect("off: kho_restore_folio",
			!kho_restore_folio(phys), true);
	test_kho_expect("off: kho_restore_pages",
			!kho_restore_pages(phys, 1), true);
	test_kho_expect("off: kho_retrieve_subtree",
			kho_retrieve_subtree("test-off", &phys, &size),
			-ENOENT);
	__free_page(page);
}

static const struct {
	const char *name;
	void (*run)(unsigned long arg);
} actions[] = {
	{ "twice", test_kho_twice },
	{ "scratch", test_kho_scratch },
	{ "range", test_kho_range },
	{ "stray", test_kho_stray },
	{ "unpreserve", test_kho_unpreserve },
	{ "misuse", run_misuse },
	{ "audit", test_kho_audit },
	{ "map", test_kho_map },
	{ "names", test_kho_names },
	{ "full", test_kho_full },
	{ "subtrees", test_kho_subtrees },
	{ "claim", test_kho_claim },
	{ "busy", test_kho_busy },
	{ "veto", test_kho_veto },
	{ "race", test_kho_race },
	{ "storm", test_kho_storm },
	{ "badmsg", test_kho_badmsg },
	{ "unclaimed", run_unclaimed },
	{ "orphan", run_orphan },
	{ "churn", test_kho_churn },
	{ "off", run_off },
	{ "fault", test_kho_fault },
	{ "dense", test_kho_dense },
	{ "span", test_kho_span },
	{ "cpus", test_kho_cpus },
	{ "regions_fill", test_kho_regions_fill },
	{ "regions_check", test_kho_regions_check },
	{ "struct_pages", test_kho_struct_pages },
	{ "crumbs", test_kho_crumbs },
	{ "poison", test_kho_poison },
	{ "poisoned", test_kho_poisoned },
};

/**
 * test_kho_action - do one check
 * @name: its name
 * @arg: the number that came with it, 0 = none
 *
 * Return: 0; -EUCLEAN when it failed; -EINVAL when there is no such.
 */
int test_kho_action(const char *name, unsigned long arg)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(actions); i++) {
		if (strcmp(actions[i].name, name))
			continue;

		failed = 0;
		actions[i].run(arg);

		return failed ? -EUCLEAN : 0;
	}
	pr_err("FAIL %s: there is no such action\n", name);

	return -EINVAL;
}

/**
 * test_kho_actions - do what a list asks for, also after a failure
 * @list: NAME or NAME=NUMBER, separated by commas; it is cut to pieces
 *
 * Return: 0 or the last error.
 */
int test_kho_actions(char *list)
{
	int err = 0, ret;
	char *item;

	while ((item = strsep(&list, ","))) {
		char *name = strsep(&item, "=");
		unsigned long arg = 0;

		ret = item ? kstrtoul(item, 0, &arg) : 0;
		if (ret)
			pr_err("FAIL %s: bad number '%s'\n", name, item);
		else
			ret = test_kho_action(name, arg);
		if (ret)
			err = ret;
	}

	return err;
}

/* Take back what stayed after a check. */
void test_kho_undo_actions(void)
{
	test_kho_crumbs_undo();
	test_kho_storm_undo();
	test_kho_veto_undo();
	test_kho_full_undo();
	test_kho_subtrees_undo();
	test_kho_orphan_destroy();
}
