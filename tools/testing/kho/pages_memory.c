// SPDX-License-Identifier: GPL-2.0-only
/* Memory that comes and goes, and pages for KHO itself */

#include <stdio.h>

#include "pages.h"

/* Whatever the page allocator has most of, what is given out may be preserved */
static void added_memory(void)
{
	struct page *page[50];
	long before;

	sim_cold();
	before = sim.pages;
	sim.prefer_late = true;
	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++) {
		unsigned int order = i % 3;

		page[i] = kho_alloc_pages(order);
		CHECK(page[i] && model_allows(page_to_pfn(page[i]), 1UL << order));
		CHECK(!memchr_inv(page_address(page[i]), 0, PAGE_SIZE << order));
		CHECK(page[i]->is_head == !!order && page[i]->order == order);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++)
		__free_pages(page[i], i % 3);
	/* All that was put aside meanwhile went back */
	CHECK(sim.pages == before);

	/* There is no other: nothing, and nothing is lost */
	sim.no_home = true;
	CHECK(!kho_alloc_pages(0) && !kho_alloc_pages(3) && sim.pages == before);
	CHECK(kho_alloc_preserve(1) == ERR_PTR(-ENOMEM));
	CHECK(kho_preserve_folio(sim_folio(BANK_B, 7)) == -ENOMEM);
	CHECK(sim.pages == before);
	/* Not even low memory was there at boot: that is enough of a search */
	sim.no_low = true;
	sim.late_left = 1000;
	CHECK(!kho_alloc_pages(0) && sim.late_left > 900 && sim.pages == before);
	/* With KHO off any will do */
	sim_switch(false);
	page[0] = kho_alloc_pages(0);
	CHECK(page[0] && page_to_pfn(page[0]) >= LATE);
	__free_pages(page[0], 0);
	CHECK(sim.pages == before);
}

/* A few pages that were added: the others are found before low memory is asked for */
static void few_added(void)
{
	struct page *page;

	sim_cold();
	sim.prefer_late = true;
	sim.late_left = 63;
	page = kho_alloc_pages(0);
	CHECK(page && !sim.low_asked);
	sim.late_left = 64;
	page = kho_alloc_pages(0);
	CHECK(page && sim.low_asked == 1);
	/* In its turn, memory is short */
	for (unsigned int at = 1; at <= 66; at++) {
		struct sim_state before = sim_state();

		sim.late_left = 1000;
		sim.fail_at = at;
		page = kho_alloc_pages(0);
		sim.fail_at = 0;
		CHECK(!page == (at <= 65));
		CHECK(page || sim_same(&before));
	}
}

/* What is told of a run that would be preserved */
static bool says(unsigned long pfn, unsigned long nr, const char *want)
{
	const char *why = kho_check_pages(pfn, nr);

	return want ? why && !strcmp(why, want) : !why;
}

static void added_is_told(void)
{
	static const char late[] = "memory to be preserved was added after boot";
	static const char offline[] = "memory to be preserved is not online";

	sim_cold();
	CHECK(says(LATE - 1, 1, NULL) && says(LATE - 1, 2, late));
	CHECK(says(LATE, 1, late) && says(OFFLINE - 1, 1, late));
	CHECK(says(OFFLINE - 1, 2, offline) && says(OFFLINE, 1, offline));
	CHECK(says(OFFLINE_END, 1, offline) && says(BANK_A_END - 1, 2, offline));
	CHECK(says(BANK_A_END, 1, offline) && says(BANK_A_END - 1, U(20), offline));
	CHECK(!kho_was_added(LATE - 1) && kho_was_added(LATE));
	CHECK(kho_was_added(OFFLINE_END - 1) && !kho_was_added(OFFLINE_END));
	/* Who could not know is not at fault */
	sim_warnings = 0;
	CHECK(kho_preserve_pages(pfn_to_page(LATE), 1) == -EINVAL && !sim_warnings);
	CHECK(kho_preserve_pages(pfn_to_page(NOMAP), 1) == -EINVAL);
	CHECK(sim_warnings == SIM_DEBUG);
}

/* A block that may surely be preserved may be preserved */
static void glance(void)
{
	unsigned int orders[] = { 0, 3, 8, 12 }, sure = 0;
	const struct memblock_type *ram;

	sim_cold();
	ram = kho_memory_at_boot()->ram;
	for (unsigned int i = 0; i < ARRAY_SIZE(orders); i++)
		for (unsigned long pfn = 0; pfn < SIM_PAGES; pfn += 1UL << orders[i])
			if (kho_surely_preservable(pfn, orders[i])) {
				CHECK(model_allows(pfn, 1UL << orders[i]));
				sure += !i;
			}
	/* Half of it is */
	CHECK(sure > (U(160) - U(16)) / 2);
	CHECK(kho_boot_bytes == PFN_PHYS(OWN_END - OWN));
	/* Whatever has no map, or is a driver's, is not remembered */
	for (unsigned long i = 0; i < ram->cnt; i++)
		CHECK(ram->regions[i].base + ram->regions[i].size <= PFN_PHYS(NOMAP) ||
		      ram->regions[i].base >= PFN_PHYS(BANK_C));
	CHECK(ram->cnt == 4);
}

static int event(unsigned long what, unsigned long pfn, unsigned long nr)
{
	struct memory_notify range = { pfn, nr };

	return sim_memory_event(NULL, what, &range);
}

static bool stays(unsigned long pfn, unsigned long nr)
{
	bool stays;

	sim_quiet();
	stays = event(MEM_GOING_OFFLINE, pfn, nr) == -EBUSY;
	CHECK(sim_printed('w') == stays);
	return stays;
}

static void preserve_meanwhile(void)
{
	CHECK(!kho_preserve_pages(pfn_to_page(U(132)), 1));
}

static void goes_offline(void)
{
	sim_cold();
	sim_switch(false);
	sim_memory_event = NULL;
	CHECK(!sim_initcall_kho_hotplug_init() && !sim_memory_event);
	sim_switch(true);
	CHECK(!sim_initcall_kho_hotplug_init() && sim_memory_event);

	CHECK(!kho_preserve_pages(pfn_to_page(U(130)), 1));
	CHECK(stays(U(128), 4096) && stays(U(130), 1));
	CHECK(!stays(U(130) + 1, 16) && !stays(U(130) - 16, 16));
	CHECK(stays(SCRATCH_B - 1, 2) && stays(SCRATCH_B_END - 1, 1));
	CHECK(!stays(SCRATCH_B - 1, 1) && !stays(SCRATCH_B_END, 1));
	CHECK(event(MEM_ONLINE, U(128), 4096) == NOTIFY_DONE);
	/* Who comes first has his way */
	CHECK(!stays(U(132), 16));
	sim.meanwhile = preserve_meanwhile;
	CHECK(stays(U(132), 16));
	kho_unpreserve_pages(pfn_to_page(U(132)), 1);

	/* What comes back is looked at page by page, nothing else is */
	CHECK(kho_surely_preservable(U(130), 0) && kho_surely_preservable(U(145), 0));
	CHECK(event(MEM_OFFLINE, U(128), U(16)) == NOTIFY_OK);
	CHECK(!kho_surely_preservable(U(128), 0) && !kho_surely_preservable(U(144) - 1, 0));
	CHECK(kho_surely_preservable(U(128) - 1, 0) && kho_surely_preservable(U(144), 0));
	CHECK(event(MEM_OFFLINE, LATE, OFFLINE_END - LATE) == NOTIFY_OK);
	CHECK(event(MEM_OFFLINE, U(112) + 1, 1) == NOTIFY_OK);
	CHECK(!kho_surely_preservable(U(112), 0));

	/* What came stays until it is taken */
	sim_kexec();
	CHECK(!sim_initcall_kho_init());
	CHECK(stays(U(128), 4096) && !stays(U(131), 4096));
	CHECK(kho_restore_pages(PFN_PHYS(U(130)), 1) && !stays(U(128), 4096));
}

static struct notifier_block *power;

int register_pm_notifier(struct notifier_block *nb)
{
	power = nb;
	return 0;
}

/* What this kernel preserves is in its image; what came is not */
static void hibernates(void)
{
	sim_cold();
	CHECK(!sim_initcall_kho_power_init() && power);
	CHECK(power->notifier_call(power, PM_RESTORE_PREPARE, NULL) == NOTIFY_DONE);
	sim_kexec();
	CHECK(power->notifier_call(power, PM_HIBERNATION_PREPARE, NULL) == NOTIFY_DONE);
	CHECK(!sim.log[0]);
	CHECK(power->notifier_call(power, PM_RESTORE_PREPARE, NULL) == -EBUSY);
	CHECK(sim_printed('e') == 1);
}

const struct check checks_memory[] = {
	{ "memory: pages that were there at boot, however few", added_memory },
	{ "memory: low memory is asked for when nothing else helps", few_added },
	{ "memory: what was added, or is not online, is told apart", added_is_told },
	{ "memory: what is good at a glance is good", glance },
	{ "memory: what is handed over does not go offline", goes_offline },
	{ "memory: no image is restored over what came", hibernates },
	{ }
};
