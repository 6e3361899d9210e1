// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scratch areas of a machine that nobody handed anything over to: how large they
 * are, where they lie, and what is counted as CMA, by the plainest of means.
 */

#include <stdlib.h>

#include "check.h"
#include "early_layouts.h"
#include "early_model.h"
#include "early_tests.h"

#define GRAIN		((u64)SZ_4M)
#define NR_ZONES	6

/* Bytes that each area has to have: low, global, and one for each node */
static u64 want[4];

static u64 whole_grains(u64 size)
{
	u64 grains = (size + GRAIN - 1) / GRAIN;

	return (grains ?: 1) * GRAIN;
}

static void boot_to_open(const struct layout *layout, const char *arg)
{
	machine_choose(layout);
	machine_cold();
	machine_kexec();
	sim_reset_scratch();
	if (arg)
		sim_param_kho_scratch_setup((char *)arg);
	machine_boot_early();
	machine_boot_open();
}

static const char *check_area(unsigned int nr)
{
	const struct kho_scratch *area = &kho_scratch[nr];
	phys_addr_t end = area->addr + area->size, phys;

	if (area->size != whole_grains(want[nr]))
		return "an area has another size";
	if (area->addr % GRAIN)
		return "an area begins anywhere";
	if (!nr && end > LOW_END)
		return "the area in low memory is none";
	for (phys = area->addr; phys < end; phys += PAGE_SIZE) {
		if (!sim_is_ram(phys) || sim_owner[sim_index(phys)] == FIRMWARE)
			return "an area is not in free memory";
		if (nr >= 2 && sim_nid(phys) != (int)nr - 2)
			return "a node's area is on another";
	}
	return NULL;
}

static bool disjoint(void)
{
	for (unsigned int i = 0; i < kho_scratch_cnt; i++)
		for (unsigned int j = 0; j < i; j++)
			if (kho_scratch[i].addr < kho_scratch[j].addr + kho_scratch[j].size &&
			    kho_scratch[j].addr < kho_scratch[i].addr + kho_scratch[i].size)
				return false;
	return true;
}

/* A page block is CMA when any of it is scratch, and counts once */
static const char *check_counted(void)
{
	struct { struct sim_zone *zone; unsigned long pages; } zones[NR_ZONES] = {};
	unsigned long all = 0, block = 1UL << pageblock_order;
	phys_addr_t last = ~0ULL;

	totalcma_pages = 0;
	sim_for_each_page(nr)
		page_zone(sim_page(nr))->cma_pages = 0;
	sim_initcall_kho_scratch_count();
	sim_for_each_page(nr) {
		unsigned int z = 0;

		if (nr / block == last || !sim_cma[nr])
			continue;
		last = nr / block;
		while (zones[z].zone && zones[z].zone != page_zone(sim_page(nr)))
			z++;
		zones[z].zone = page_zone(sim_page(nr));
		zones[z].pages += block;
		all += block;
	}
	if (totalcma_pages != all)
		return "pages are counted as CMA twice, or not at all";
	for (unsigned int z = 0; z < NR_ZONES && zones[z].zone; z++)
		if (zones[z].zone->cma_pages != zones[z].pages)
			return "a zone's pages are counted for another";
	return NULL;
}

static const char *check_scratch(void)
{
	const char *wrong = NULL;

	if (!kho_is_enabled() || kho_scratch_cnt != ARRAY_SIZE(want))
		return sim_log[0] ? sim_log : "there are no areas";
	for (unsigned int i = 0; i < kho_scratch_cnt && !wrong; i++)
		wrong = check_area(i);
	if (!wrong && !disjoint())
		wrong = "areas overlap";
	sim_for_each_page(nr) {
		phys_addr_t phys = PFN_PHYS(nr);

		if (!wrong && sim_cma[nr] != kho_scratch_overlap(phys, PAGE_SIZE))
			wrong = "what is CMA is not what is scratch";
		if (!wrong && sim_owner[nr] != FIRMWARE && !sim_buddy[nr] && sim_cma[nr])
			wrong = "the page allocator has not all of an area";
	}
	return wrong ?: check_counted();
}

static void areas(const struct layout *layout, const char *arg)
{
	const char *wrong;

	boot_to_open(layout, arg);
	machine_boot_all();
	wrong = check_scratch();
	/* What boot allocates now is the kernel's own again */
	CHECK(!memblock_kho_exclusive(false));
	if (!CHECK(!wrong))
		printf("# kho_scratch=%s on %s: %s\n%s", arg ?: "", layout->name, wrong,
		       sim_log);
	machine_choose(&sim_plain);
}

static void expect(u64 low, u64 global, u64 node0, u64 node1)
{
	want[0] = low;
	want[1] = global;
	want[2] = node0;
	want[3] = node1;
}

/* What is asked for, in whole grains */
static void sizes_given(void)
{
	static const struct { const char *arg; u64 low, global, node; } given[] = {
		{ "4M,8M,4M", SZ_4M, SZ_8M, SZ_4M },
		{ "1,1,1", 1, 1, 1 },
		{ "4097K,8M,5M", SZ_4M + SZ_1K, SZ_8M, 5 * SZ_1M },
		{ "12M,17M,4095K", 12 * SZ_1M, 17 * SZ_1M, SZ_4M - SZ_1K },
		{ "0x500000,3m,7M", 5 * SZ_1M, 3 * SZ_1M, 7 * SZ_1M },
		{ "9M,33M", SZ_32M, 9 * SZ_1M, 33 * SZ_1M },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(given); i++) {
		expect(given[i].low, given[i].global, given[i].node, given[i].node);
		areas(&sim_plain, given[i].arg);
		/* With pages of 64K there it is too little for a whole block each */
		if (PAGE_SHIFT != 12)
			areas(&layout_wide, given[i].arg);
	}
}

/*
 * On a machine with room for them, 94 GiB of pages of 4K: twice the image and the
 * initrd, and an entry of a page table for each page; nodes share theirs.
 */
static void sizes_default(void)
{
	u64 ram = 0, image = SIM_IMAGE_SIZE, large = 700ULL * SZ_1M;

	machine_choose(&layout_huge);
	sim_for_each_bank(bank)
		ram += bank->end - bank->start;
	expect(SZ_32M, (144ULL << 20) + ram / (PAGE_SIZE / 8), SZ_32M, SZ_32M);
	areas(&layout_huge, NULL);
	initrd_start = 4096;
	initrd_end = initrd_start + large;
	want[1] = 2 * (image + large) + ram / (PAGE_SIZE / 8);
	areas(&layout_huge, NULL);
	/* An initrd for which the machine is small has an eighth of it at most */
	initrd_end = initrd_start + ram;
	want[1] = ram / 8 + ram / (PAGE_SIZE / 8);
	areas(&layout_huge, NULL);
	/* What is asked for is not changed by it */
	expect(SZ_4M, SZ_8M, SZ_4M, SZ_4M);
	areas(&layout_huge, "4M,8M,4M");
	initrd_end = initrd_start;
}

/* Memory that boot takes: for the kernel, or for others */
static u64 boot_takes(u64 size, phys_addr_t end, int nid, bool others)
{
	bool was = memblock_kho_exclusive(others);
	phys_addr_t phys = memblock_alloc_range_nid(size, PAGE_SIZE, 0, end, nid, true);

	memblock_kho_exclusive(was);
	CHECK(phys);
	return others ? 0 : size;
}

/* Of what boot took: in low memory, above it, and on each node */
static void percentages(void)
{
	static const unsigned int percents[] = { 1, 50, 100, 250, 1000 };
	u64 low, high, node1;

	for (unsigned int i = 0; i < ARRAY_SIZE(percents); i++) {
		char arg[16];
		const char *wrong;

		snprintf(arg, sizeof(arg), "%u%%", percents[i]);
		boot_to_open(&layout_huge, arg);
		/* Whatever little there was before */
		low = memblock_kernel_allocated(LOW_END, NUMA_NO_NODE);
		high = memblock_kernel_allocated(PHYS_ADDR_MAX, NUMA_NO_NODE) - low;
		CHECK(low + high < SZ_1M);
		low += boot_takes(10 * SZ_1M, LOW_END, 0, false);
		boot_takes(SZ_32M, LOW_END, 0, true);
		high += boot_takes(23 * SZ_1M, 0, 0, false) * 0;
		node1 = boot_takes(31 * SZ_1M, 0, 1, false);
		low = memblock_kernel_allocated(LOW_END, NUMA_NO_NODE);
		high = memblock_kernel_allocated(PHYS_ADDR_MAX, NUMA_NO_NODE) - low;
		CHECK(low + high < 65 * SZ_1M && low + high >= 64 * SZ_1M);
		expect(low / 100 * percents[i], high / 100 * percents[i],
		       (low + high - node1) / 100 * percents[i],
		       node1 / 100 * percents[i]);
		machine_boot_all();
		wrong = check_scratch();
		if (!CHECK(!wrong))
			printf("# kho_scratch=%s: %s\n", arg, wrong);
	}
	machine_choose(&sim_plain);
}

/* There is no reserve, which is told with the reason, and nothing is left behind */
static void refused(const struct layout *layout, const char *arg, const char *why)
{
	unsigned long regions;
	phys_addr_t reserved;

	boot_to_open(layout, arg);
	regions = memblock.reserved.cnt;
	reserved = memblock.reserved.total_size;
	machine_boot_all();
	if (!CHECK(kho_is_enabled() && !kho_has_reserve() && !kho_scratch_cnt &&
		   strstr(sim_log, why)))
		printf("# kho_scratch=%s on %s: %s\n", arg ?: "", layout->name, sim_log);
	CHECK(strstr(sim_log, "it is taken on demand"));
	/* But for what is to be remembered of memory */
	CHECK(memblock.reserved.cnt <= regions + 3 &&
	      memblock.reserved.total_size < reserved + SZ_64K);
	sim_for_each_page(nr)
		if (!CHECK(!sim_cma[nr]))
			break;
	machine_choose(&sim_plain);
}

/* The machine with one piece of memory, of so many MiB; node 1 is the last half */
static struct layout small_machine(u64 mib)
{
	u64 size = mib << 20, base = SZ_1G;
	struct layout layout = {
		.name = "small", .bank = { { base, base + size } },
		.border = base + size / 2, .firmware = base,
		.kernel = base + SIM_FIRMWARE_SIZE,
		.initrd = base + SIM_FIRMWARE_SIZE + SIM_KERNEL_SIZE,
	};

	/* Nobody handed anything over: where these are does not matter */
	for (unsigned int i = 0; i < SIM_SCRATCH_AREAS; i++)
		layout.scratch[i] = (struct kho_scratch){ base, PAGE_SIZE };
	return layout;
}

static void too_small(void)
{
	struct layout layout = small_machine(1024);
	char arg[64];
	u64 room;

	boot_to_open(&layout, "4M,8M,4M");
	room = (memblock_phys_mem_size() - memblock_reserved_size()) >> 20;
	snprintf(arg, sizeof(arg), "4M,%lluM,4M", room - 12 + 1);
	refused(&layout, arg, "1 MiB are missing");
	/* The default takes no more than half */
	layout = small_machine(448);
	refused(&layout, NULL, "does not fit in the");
	if (PAGE_SHIFT != 12)
		return;
	layout = small_machine(512);
	expect(SZ_32M, 145 * SZ_1M, SZ_32M, SZ_32M);
	areas(&layout, NULL);
	/* What is asked for may take more, but not all */
	layout = small_machine(1024);
	layout.border = layout.bank[0].end - SZ_64M;
	expect(SZ_4M, 860 * SZ_1M, SZ_8M, SZ_8M);
	areas(&layout, "4M,860M,8M");
	refused(&layout, "4M,880M,8M", "scratch would leave too little");
	refused(&layout, "4M,964M,8M", "no 964 MiB of contiguous memory for scratch;");
}

/* No room on a node, or in low memory */
static void no_room(void)
{
	struct layout layout = small_machine(1024);
	const char *wrong = NULL;
	u64 low = (6 * CHUNK >> 20) + 4;
	char text[100];

	snprintf(text, sizeof(text), "%lluM,8M,4M", low);
	boot_to_open(&layout_comb, text);
	machine_boot_all();
	snprintf(text, sizeof(text),
		 "no %llu MiB of contiguous memory for scratch in low memory; it is taken on demand",
		 low);
	CHECK(strstr(sim_log, text) && !kho_has_reserve() && !kho_scratch_cnt);
	machine_choose(&sim_plain);
	if (PAGE_SHIFT != 12)
		return;
	layout.border = layout.bank[0].end - SZ_4M;
	boot_to_open(&layout, "4M,8M,16M");
	machine_boot_all();
	CHECK(kho_is_enabled() && kho_scratch_cnt == 3);
	CHECK(strstr(sim_log, "no 16 MiB of contiguous memory for scratch on node 1; it gets"));
	expect(SZ_4M, SZ_8M, SZ_16M, 0);
	for (unsigned int i = 0; i < 3 && !wrong; i++)
		wrong = check_area(i);
	CHECK(!wrong);
	machine_choose(&sim_plain);
}

/*
 * A block of pages is 512 MiB with pages of 64K, all of which is for movable pages
 * then: some have to be left for others.
 */
static void blocks_left(void)
{
	u64 block = (u64)PAGE_SIZE << pageblock_order;
	/* Four areas are in four blocks at the most, and two at least */
	struct layout layout = small_machine((2 * block) >> 20);

	if (PAGE_SHIFT == 12)
		return;
	refused(&layout, "4M,4M,4M", "scratch would leave too little");
	layout = small_machine((16 * block) >> 20);
	expect(SZ_4M, SZ_4M, SZ_4M, SZ_4M);
	areas(&layout, "4M,4M,4M");
}

/* What cannot be read changes nothing of what was given before */
static void read_words(void)
{
	static const char *const bad[] = {
		"", ",", "4M", "4M,", "4M,4M,", "4M,4M,4M,4M", "4M,4M,x", "0,4M,4M",
		"4M,0", "%", "0%", "1K%", "10001%", "-4M,4M", " 4M,4M", "4MM,4M",
		"99999999999999999999999999,4M", "256P,4M", "64P,4M", "65536T,4M",
		"18014398509481984K,4M", "0x,4M", "4M 4M",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		boot_to_open(&sim_plain, "4M,12M,4M");
		sim_reset_log();
		sim_param_kho_scratch_setup((char *)bad[i]);
		if (!CHECK(strstr(sim_log, "what was given before is used")))
			printf("# kho_scratch=%s: %s\n", bad[i], sim_log);
		expect(SZ_4M, 12 * SZ_1M, SZ_4M, SZ_4M);
		machine_boot_all();
		CHECK(kho_scratch_cnt == 4 && kho_scratch[1].size == want[1]);
	}
	boot_to_open(&layout_huge, NULL);
	sim_reset_log();
	sim_param_kho_scratch_setup(NULL);
	CHECK(strstr(sim_log, "the default is used"));
	sim_param_kho_bootmem_setup("8M,12M,4M");
	machine_boot_all();
	CHECK(kho_scratch_cnt == 4 && kho_scratch[0].size == SZ_8M);
	machine_choose(&sim_plain);
}

/* As many as touch an area, and no other: at each border */
static void overlaps(void)
{
	boot_to_open(&sim_plain, "4M,8M,4M");
	machine_boot_all();
	for (unsigned int i = 0; i < kho_scratch_cnt; i++) {
		phys_addr_t base = kho_scratch[i].addr;
		phys_addr_t end = base + kho_scratch[i].size;

		CHECK(kho_scratch_overlap(base, 1) && kho_scratch_overlap(end - 1, 1));
		CHECK(kho_scratch_overlap(base - 1, 2) && kho_scratch_overlap(end - 1, 9));
		CHECK(kho_scratch_overlap(base - 8, end - base + 16));
	}
	sim_for_each_page(nr) {
		phys_addr_t phys = PFN_PHYS(nr);

		if (CHECK(kho_scratch_overlap(phys, PAGE_SIZE) == sim_cma[nr]))
			continue;
		break;
	}
}

const struct check checks_scratch[] = {
	{ "scratch: sizes that are given, in whole grains", sizes_given },
	{ "scratch: sizes that grow with the machine", sizes_default },
	{ "scratch: a percentage of what boot took", percentages },
	{ "scratch: where it does not fit it is on demand", too_small },
	{ "scratch: where there is no room", no_room },
	{ "scratch: blocks of pages are left for others", blocks_left },
	{ "scratch: words that cannot be read change nothing", read_words },
	{ "scratch: what overlaps it", overlaps },
	{ }
};
