// SPDX-License-Identifier: GPL-2.0-only
/* Named blobs: into the FDT, out of it, and what is wrong with them */

#include <linux/libfdt.h>
#include <stdio.h>

#include "pages.h"
#include <linux/kho/abi/kexec_metadata.h>
#include <linux/kho/abi/luo.h>

static char *blob;

static void start(void)
{
	sim_cold();
	blob = kho_alloc_preserve(4 * PAGE_SIZE);
	memset(blob, 0x5b, 4 * PAGE_SIZE);
}

static void names(void)
{
	static const char *const good[] = {
		"a", "1234567890123456789012345678901", "Mixed-Case_and.dots,#@", " ",
	};
	static const char *const bad[] = {
		NULL, "", "12345678901234567890123456789012", "a/b", "/", "a/",
		"1234567890123456789012345678901/",
		"so long that it is cut where the log tells of it, and then some more",
	};
	struct sim_state before;

	start();
	before = sim_state();
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		sim_quiet();
		CHECK(kho_add_subtree(bad[i], blob, 8) == -EINVAL);
		CHECK(sim_printed('e') == 1 && sim_said("(8 bytes) cannot be added: -22\n"));
		CHECK(!sim_said("log tells"));
	}
	CHECK(kho_add_subtree("no-blob", NULL, 8) == -EINVAL);
	CHECK(kho_add_subtree("no-size", blob, 0) == -EINVAL);
	CHECK(kho_add_subtree("no-memory", (void *)good, 8) == -EINVAL);
	CHECK(sim_same(&before));
	sim_quiet();
	for (unsigned int i = 0; i < ARRAY_SIZE(good); i++)
		CHECK(!kho_add_subtree(good[i], blob + 8 * i, 8));
	CHECK(!sim.log[0]);
	for (unsigned int i = 0; i < ARRAY_SIZE(good); i++)
		CHECK(kho_add_subtree(good[i], blob, 8) == -EEXIST);
	CHECK(kho_add_subtree("other", blob + 8, 8) == -EEXIST);
	CHECK(sim_printed('e') == ARRAY_SIZE(good) + 1);
	sim_kexec();
	for (unsigned int i = 0; i < ARRAY_SIZE(good); i++) {
		phys_addr_t phys;
		size_t size;

		CHECK(!kho_retrieve_subtree(good[i], &phys, &size));
		CHECK(phys == virt_to_phys(blob) + 8 * i && size == 8);
		CHECK(!kho_retrieve_subtree(good[i], &phys, NULL));
	}
}

/* Added in some order, removed in another, and what is left comes */
static void many(void)
{
	enum { NR = 300 };
	bool there[NR] = {};
	char name[32];

	start();
	for (unsigned int step = 0; step < 3000; step++) {
		unsigned int i = sim_random(NR);

		snprintf(name, sizeof(name), "%u-producer", i * 7919 % 1000);
		if (sim_random(3)) {
			CHECK(kho_add_subtree(name, blob + i, i + 1) ==
			      (there[i] ? -EEXIST : 0));
			there[i] = true;
		} else {
			kho_remove_subtree(blob + i);
			there[i] = false;
		}
		sim_quiet();
	}
	sim_kexec();
	for (unsigned int i = 0; i < NR; i++) {
		phys_addr_t phys = 0;
		size_t size = 0;

		snprintf(name, sizeof(name), "%u-producer", i * 7919 % 1000);
		CHECK(kho_retrieve_subtree(name, &phys, &size) == (there[i] ? 0 : -ENOENT));
		CHECK(!there[i] || (phys == virt_to_phys(blob + i) && size == i + 1));
	}
}

/* As many as there is room for, each with a name of so many letters */
static void fill_fdt(unsigned int len)
{
	unsigned int nr = 0;
	char name[40];
	size_t size;
	int err;

	start();
	do {
		snprintf(name, sizeof(name), "%0*u", len, nr);
		err = kho_add_subtree(name, blob + nr++, 16);
	} while (!err && nr < 3000);
	nr--;
	/* What the root may take, KHO's own subtree, and each of these */
	CHECK(err == -ENOSPC && nr == (SZ_128K - 512 - 80) / (64 + ALIGN(len + 1, 4)));
	CHECK(sim_said("cannot be added: -28\n"));
	if (!CHECK(!kho_finalize()))
		printf("# %u names of %u letters\n", nr, len);
	/* Full is full: there is not room for another one, nor for two */
	size = fdt_totalsize(phys_to_virt(kho_out_fdt_phys()));
	CHECK(size <= SZ_128K && size + 2 * (len + 84) + 512 > SZ_128K);
	CHECK(!kho_abort());
	/* What is removed makes room for as much again */
	kho_remove_subtree(blob);
	snprintf(name, sizeof(name), "%0*u", len, 999999);
	CHECK(!kho_add_subtree(name, blob, 16));
	snprintf(name, sizeof(name), "%0*u", len, 999998);
	CHECK(kho_add_subtree(name, blob + nr, 16) == -ENOSPC);
	CHECK(!kho_finalize());
}

static void full(void)
{
	static const unsigned int lens[] = { 12, 6, 7, 8, 30, 31 };

	for (unsigned int i = 0; i < ARRAY_SIZE(lens); i++)
		fill_fdt(lens[i]);
	/* A handover of that many is taken */
	fill_fdt(12);
	sim_kexec();
}

static void no_memory(void)
{
	struct sim_state before;

	start();
	before = sim_state();
	CHECK(!FAIL_EACH(kho_add_subtree("name", blob, 8), -ENOMEM));
	CHECK(!sim.log[0]);
	kho_remove_subtree(blob);
	CHECK(sim_same(&before));
}

static void not_now(void)
{
	phys_addr_t phys;

	start();
	CHECK(kho_retrieve_subtree("name", &phys, NULL) == -ENOENT);
	CHECK(!kho_add_subtree("name", blob, 8) && !kho_finalize());
	CHECK(kho_add_subtree("other", blob, 8) == -EBUSY);
	kho_remove_subtree(blob + 1);
	CHECK(!kho_finalized());
	CHECK(!kho_commit(NULL));
	kho_remove_subtree(blob);
	CHECK(!sim_takeover());
	CHECK(!kho_retrieve_subtree("name", &phys, NULL));
	sim_switch(false);
	CHECK(kho_add_subtree("name", blob, 8) == -EOPNOTSUPP);
}

/* Its owner did not preserve it, or not all of it: told before the kexec */
static void not_preserved(void)
{
	char *other = phys_to_virt(PFN_PHYS(BANK_B));

	start();
	CHECK(!kho_add_subtree("name", other + PAGE_SIZE / 2, PAGE_SIZE));
	CHECK(kho_finalize() == -EUCLEAN);
	CHECK(sim_said("the blob of subtree 'name' is not preserved\n"));
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B), 1));
	CHECK(kho_finalize() == -EUCLEAN);
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 1), 1));
	CHECK(!kho_finalize());
}

/* One blob is damaged, which is its owner's loss alone */
static void damaged(void)
{
	static const char *const names[] = { "one", "two", "three", "four" };
	phys_addr_t phys;

	for (unsigned int bad = 0; bad < ARRAY_SIZE(names); bad++) {
		start();
		for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
			CHECK(!kho_add_subtree(names[i], blob + i * PAGE_SIZE, 100 + i));
		CHECK(!kho_commit(NULL));
		/* Its last byte */
		blob[bad * PAGE_SIZE + 99 + bad] ^= 1;
		blob[bad * PAGE_SIZE + 100 + bad] ^= 1;
		CHECK(!sim_takeover());
		CHECK(sim_printed('e') == 1 &&
		      sim_said("is refused: its blob has another checksum\n"));
		for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
			CHECK(kho_retrieve_subtree(names[i], &phys, NULL) ==
			      (i == bad ? -EBADMSG : 0));
	}
}

static unsigned int told(const char *line)
{
	const char *at = sim.log;
	unsigned int nr = 0;

	for (; (at = strstr(at, line)); at++)
		nr++;
	return nr;
}

/* What nobody asked for is named when it is left behind */
static void unclaimed(void)
{
	phys_addr_t phys;

	start();
	CHECK(!kho_add_subtree("asked-for", blob, 8));
	CHECK(!kho_add_subtree("forgotten", blob + 8, 9));
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B), 3));
	sim_kexec();
	CHECK(!sim_initcall_kho_init());
	CHECK(!kho_retrieve_subtree("asked-for", &phys, NULL));
	CHECK(kho_restore_pages(PFN_PHYS(BANK_B), 3));
	sim_quiet();
	CHECK(!kho_commit(NULL));
	CHECK(told("was not claimed") == 1);
	CHECK(told("subtree 'forgotten' (9 bytes) was not claimed and is left behind\n") == 1);
	CHECK(told(" bytes of the last kernel were not claimed and are left behind\n") == 1);
	kho_kexec_failed();
	kho_restore_free(blob);
	CHECK(!kho_retrieve_subtree("forgotten", &phys, NULL));
	sim_quiet();
	CHECK(!kho_commit(NULL) && !told("left behind"));
}

/* Old kernels panic on what live update writes now: they are not spoken to then */
static void versions(void)
{
	static const char old[] = "kho-v3";
	const void *fdt;

	start();
	CHECK(!kho_finalize());
	fdt = phys_to_virt(kho_out_fdt_phys());
	CHECK(!fdt_node_check_compatible(fdt, 0, old));
	CHECK(!fdt_node_check_compatible(fdt, 0, "kho-v4"));
	CHECK(!kho_abort() && !kho_add_subtree("LUO", blob, 8) && !kho_finalize());
	CHECK(fdt_node_check_compatible(fdt, 0, old) == 1);
	CHECK(!fdt_node_check_compatible(fdt, 0, "kho-v4"));
	kho_remove_subtree(blob);
	CHECK(!kho_finalize() && !fdt_node_check_compatible(fdt, 0, old));
}

/* No memory at any step of boot: KHO is off, and nothing is left behind */
static void no_start(void)
{
	unsigned int at;

	for (at = 1; ; at++) {
		struct sim_state before;

		sim_power_on();
		before = sim_state();
		sim.fail_at = at;
		sim.failed = false;
		if (!sim_initcall_kho_init()) {
			CHECK(!sim.failed);
			break;
		}
		CHECK(sim.failed && !kho_is_enabled() && sim_same(&before));
		CHECK(!kho_out_fdt_phys());
		CHECK(sim_said("there is no memory for the handover to come; KHO is off\n"));
	}
	CHECK(at > 7);
}

/* Who the last kernel was, as far as that can be known */
static void last_kernel(void)
{
	static const struct { u32 version, count, want; size_t size; bool named; } came[] = {
		{ 1, 5, 5, sizeof(struct kho_kexec_metadata), true },
		{ 1, 0, 1, sizeof(struct kho_kexec_metadata), true },
		{ 1, ~0U, ~0U, sizeof(struct kho_kexec_metadata), true },
		{ 1, 5, 5, sizeof(struct kho_kexec_metadata) + 8, true },
		{ 1, 5, 1, sizeof(struct kho_kexec_metadata) - 1, false },
		{ 2, 5, 1, sizeof(struct kho_kexec_metadata), false },
		{ 0, 5, 1, sizeof(struct kho_kexec_metadata), false },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(came); i++) {
		struct kho_kexec_metadata *metadata;
		struct sim_count left;

		start();
		/* The first that has the name is the one that KHO added */
		metadata = kho_alloc_preserve(PAGE_SIZE);
		kho_remove_subtree(sim_metadata());
		CHECK(!kho_add_subtree("kexec-metadata", metadata, came[i].size));
		metadata->version = came[i].version;
		metadata->kexec_count = came[i].count;
		memset(metadata->previous_release, 'x', 65);
		sim_kexec();
		left = sim_count(kho_in.tree.root);
		CHECK(!sim_initcall_kho_init() && kho_in.kexec_count == came[i].want);
		CHECK(strlen(kho_in.previous_release) == (came[i].named ? 64 : 0));
		CHECK(sim_said("a kernel that does not say which") == !came[i].named);
		/* It and the FDT were taken back */
		CHECK(left.keys - sim_count(kho_in.tree.root).keys == 2);
		CHECK(sim_metadata()->kexec_count == (came[i].want + 1 ?: ~0U));
	}
}

const struct check checks_subtree[] = {
	{ "subtree: names that are taken, and that are not", names },
	{ "subtree: many are added and removed", many },
	{ "subtree: as many as the FDT has room for, and no more", full },
	{ "subtree: without memory nothing is added", no_memory },
	{ "subtree: off, finalized or on its way nothing changes", not_now },
	{ "subtree: a blob that is not preserved is told of", not_preserved },
	{ "subtree: a damaged blob is its owner's loss alone", damaged },
	{ "subtree: what nobody asked for is named", unclaimed },
	{ "subtree: who reads no more than an older version is kept off", versions },
	{ "boot: without memory KHO is off", no_start },
	{ "boot: the last kernel's word is taken as far as it goes", last_kernel },
	{ }
};
