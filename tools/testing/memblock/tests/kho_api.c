// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocation that keeps off memory that was handed over.
 *
 * The machine has two nodes. Each has a scratch area at its beginning and a gap
 * further up, the gap of node 0 below that of node 1; everything else could be
 * preserved.
 */
#include "kho_api.h"
#include "kho_common.h"
#include <string.h>

/* of internal.h, which only memblock.c can include */
extern bool mirrored_kernelcore;

#define AREA	((phys_addr_t)SZ_1M)

static phys_addr_t scratch_base(int nid)
{
	return kho_mem_base() + nid * (phys_addr_t)KHO_NODE_SIZE;
}

static phys_addr_t gap_base(int nid)
{
	return scratch_base(nid) + SZ_16M;
}

static bool in_scratch(phys_addr_t addr, phys_addr_t size, int nid)
{
	return kho_within(addr, size, scratch_base(nid), AREA);
}

static bool in_gap(phys_addr_t addr, phys_addr_t size, int nid)
{
	return kho_within(addr, size, gap_base(nid), AREA);
}

static void setup_scratch(void)
{
	kho_setup();
	memblock_kho_restrict();
	ASSERT_EQ(0, memblock_mark_kho_scratch(scratch_base(0), AREA));
	ASSERT_EQ(0, memblock_mark_kho_scratch(scratch_base(1), AREA));
}

static void setup_gaps(void)
{
	setup_scratch();
	ASSERT_EQ(0, memblock_mark_kho_gap(gap_base(0), AREA));
	ASSERT_EQ(0, memblock_mark_kho_gap(gap_base(1), AREA));
}

static phys_addr_t alloc(int nid, bool exact)
{
	return memblock_alloc_range_nid(AREA, PAGE_SIZE, 0,
					MEMBLOCK_ALLOC_ACCESSIBLE, nid, exact);
}

static int flags_mark_check(void)
{
	struct memblock_region *r;

	PREFIX_PUSH();
	kho_setup();

	ASSERT_EQ(0, memblock_mark_kho_scratch(scratch_base(0) + SZ_4M, AREA));
	ASSERT_EQ(4, memblock.memory.cnt);
	r = &memblock.memory.regions[1];
	ASSERT_EQ(scratch_base(0) + SZ_4M, r->base);
	ASSERT_EQ(AREA, r->size);
	ASSERT_TRUE(memblock_is_kho_scratch(r));
	ASSERT_FALSE(memblock_is_kho_gap(r));
	ASSERT_FALSE(memblock_is_kho_scratch(r + 1));

	/* the neighbour joins, a gap beside it does not */
	ASSERT_EQ(0, memblock_mark_kho_scratch(scratch_base(0) + SZ_4M + AREA,
					       AREA));
	ASSERT_EQ(4, memblock.memory.cnt);
	ASSERT_EQ(0, memblock_mark_kho_gap(scratch_base(0) + SZ_4M + 2 * AREA,
					   AREA));
	ASSERT_EQ(5, memblock.memory.cnt);
	ASSERT_TRUE(memblock_is_kho_gap(&memblock.memory.regions[2]));

	ASSERT_EQ(0, memblock_clear_kho_gap(0, PHYS_ADDR_MAX));
	ASSERT_EQ(4, memblock.memory.cnt);
	ASSERT_EQ(0, memblock_clear_kho_scratch(0, PHYS_ADDR_MAX));
	ASSERT_EQ(2, memblock.memory.cnt);
	ASSERT_EQ(KHO_MEM_SIZE, memblock.memory.total_size);

	test_pass_pop();
	return 0;
}

/* What marks cut to pieces is still one; holes, nodes and flags are borders. */
static int last_part_check(void)
{
	struct memblock_region *r;

	PREFIX_PUSH();
	kho_setup();

	ASSERT_EQ(0, memblock_mark_kho_scratch(scratch_base(0) + SZ_4M, AREA));
	ASSERT_EQ(0, memblock_mark_kho_gap(scratch_base(0) + SZ_4M + AREA, AREA));
	ASSERT_EQ(5, memblock.memory.cnt);
	r = memblock.memory.regions;
	ASSERT_EQ(r + 3, memblock_kho_last_part(r));
	ASSERT_EQ(r + 3, memblock_kho_last_part(r + 2));
	ASSERT_EQ(r + 4, memblock_kho_last_part(r + 4));

	/* memory that is not mapped */
	ASSERT_EQ(0, memblock_mark_nomap(r[3].base + SZ_4M, SZ_4M));
	r = memblock.memory.regions;
	ASSERT_EQ(r + 3, memblock_kho_last_part(r));
	ASSERT_EQ(r + 4, memblock_kho_last_part(r + 4));

	/* a hole */
	ASSERT_EQ(0, memblock_remove(r[1].base, SZ_1M));
	r = memblock.memory.regions;
	ASSERT_EQ(r, memblock_kho_last_part(r));

	test_pass_pop();
	return 0;
}

/* Firmware may tell of the same memory again, and of more around it. */
static int flags_survive_add_check(void)
{
	phys_addr_t base = KHO_FAKE_BASE;

	PREFIX_PUSH();
	kho_setup();

	memblock_add(base + SZ_4M, SZ_4M);
	ASSERT_EQ(0, memblock_mark_kho_scratch(base + SZ_4M, SZ_2M));
	ASSERT_EQ(0, memblock_mark_kho_gap(base + SZ_4M + SZ_2M, SZ_1M));
	memblock_add(base, SZ_16M);
	memblock_add_node(base + SZ_16M, SZ_16M, 1, MEMBLOCK_NONE);

	ASSERT_EQ(7, memblock.memory.cnt);
	ASSERT_EQ(MEMBLOCK_NONE, memblock.memory.regions[2].flags);
	ASSERT_EQ(MEMBLOCK_KHO_SCRATCH, memblock.memory.regions[3].flags);
	ASSERT_EQ(base + SZ_4M, memblock.memory.regions[3].base);
	ASSERT_EQ(SZ_2M, memblock.memory.regions[3].size);
	ASSERT_EQ(MEMBLOCK_KHO_GAP, memblock.memory.regions[4].flags);
	ASSERT_EQ(SZ_1M, memblock.memory.regions[4].size);
	ASSERT_EQ(MEMBLOCK_NONE, memblock.memory.regions[5].flags);

	/* nodes come later */
	memblock_set_node(base, SZ_4M + SZ_1M, &memblock.memory, 0);
	ASSERT_EQ(MEMBLOCK_KHO_SCRATCH, memblock.memory.regions[3].flags);
	ASSERT_EQ(0, memblock_get_region_node(&memblock.memory.regions[3]));
	ASSERT_EQ(MEMBLOCK_KHO_SCRATCH, memblock.memory.regions[4].flags);
	ASSERT_EQ(MAX_NUMNODES,
		  memblock_get_region_node(&memblock.memory.regions[4]));

	/* memory that is cut off takes its flag along, the rest keeps it */
	memblock_remove(base + SZ_4M, SZ_1M);
	ASSERT_EQ(MEMBLOCK_KHO_SCRATCH, memblock.memory.regions[3].flags);
	ASSERT_EQ(base + SZ_4M + SZ_1M, memblock.memory.regions[3].base);

	test_pass_pop();
	return 0;
}

static int scratch_only_check(void)
{
	phys_addr_t addr;

	PREFIX_PUSH();
	setup_scratch();

	/* its node first, then any, then nothing */
	addr = alloc(1, false);
	ASSERT_TRUE(in_scratch(addr, AREA, 1));
	addr = alloc(1, false);
	ASSERT_TRUE(in_scratch(addr, AREA, 0));
	ASSERT_EQ(0, alloc(1, false));
	ASSERT_EQ(0, alloc(NUMA_NO_NODE, false));
	ASSERT_EQ(0, memblock_phys_alloc(SMP_CACHE_BYTES, SMP_CACHE_BYTES));
	ASSERT_EQ(NULL, memblock_alloc(SMP_CACHE_BYTES, SMP_CACHE_BYTES));
	ASSERT_EQ(NULL, memblock_alloc_low(SMP_CACHE_BYTES, SMP_CACHE_BYTES));

	setup_scratch();
	ASSERT_TRUE(in_scratch(alloc(0, true), AREA, 0));
	ASSERT_EQ(0, alloc(0, true));
	ASSERT_TRUE(in_scratch(alloc(NUMA_NO_NODE, false), AREA, 1));

	test_pass_pop();
	return 0;
}

static int gaps_first_check(void)
{
	phys_addr_t min;
	void *ptr;

	PREFIX_PUSH();
	setup_gaps();

	ASSERT_TRUE(in_gap(alloc(1, false), AREA, 1));
	ASSERT_TRUE(in_gap(alloc(1, false), AREA, 0));
	ASSERT_TRUE(in_scratch(alloc(1, false), AREA, 1));
	ASSERT_TRUE(in_scratch(alloc(1, false), AREA, 0));
	ASSERT_EQ(0, alloc(1, false));

	/* an exact node has no other node's gap to fall back to */
	setup_gaps();
	ASSERT_TRUE(in_gap(alloc(0, true), AREA, 0));
	ASSERT_TRUE(in_scratch(alloc(0, true), AREA, 0));
	ASSERT_EQ(0, alloc(0, true));
	ASSERT_TRUE(in_gap(alloc(0, false), AREA, 1));

	/* the lower limit is dropped only when scratch did not help either */
	setup_gaps();
	min = gap_base(1) + AREA;
	ptr = memblock_alloc_try_nid_raw(AREA, PAGE_SIZE, min,
					 MEMBLOCK_ALLOC_ACCESSIBLE, 0);
	ASSERT_TRUE(in_gap((phys_addr_t)ptr, AREA, 0));
	ptr = memblock_alloc_exact_nid_raw(AREA, PAGE_SIZE, min,
					   MEMBLOCK_ALLOC_ACCESSIBLE, 1);
	ASSERT_TRUE(in_gap((phys_addr_t)ptr, AREA, 1));

	/* and an upper one is kept: what must be low is in low scratch */
	setup_gaps();
	ASSERT_TRUE(in_scratch(memblock_phys_alloc_range(SZ_4K, SZ_4K, 0,
							 gap_base(0)),
			       SZ_4K, 0));

	test_pass_pop();
	return 0;
}

static int exclusive_check(void)
{
	PREFIX_PUSH();
	setup_gaps();

	ASSERT_FALSE(memblock_kho_exclusive(true));
	ASSERT_TRUE(in_gap(alloc(0, false), AREA, 0));
	ASSERT_TRUE(in_gap(alloc(0, false), AREA, 1));
	ASSERT_EQ(0, alloc(0, false));
	ASSERT_TRUE(memblock_kho_exclusive(false));
	ASSERT_TRUE(in_scratch(alloc(0, false), AREA, 0));

	/* a gap that was marked scratch as well is scratch */
	setup_gaps();
	memblock_mark_kho_scratch(gap_base(0), 2 * AREA);
	memblock_mark_kho_gap(scratch_base(1), AREA);
	memblock_kho_exclusive(true);
	while (alloc(NUMA_NO_NODE, false))
		;
	ASSERT_TRUE(memblock_is_region_reserved(gap_base(1), AREA));
	ASSERT_FALSE(memblock_is_region_reserved(gap_base(0), 2 * AREA));
	ASSERT_FALSE(memblock_is_region_reserved(scratch_base(1), AREA));
	memblock_kho_exclusive(false);

	test_pass_pop();
	return 0;
}

/* Reserving, splitting and marking make arrays grow: into what is allowed. */
static int arrays_grow_check(void)
{
	struct memblock_region *old = NULL;
	phys_addr_t addr;
	int i, nid, grown = 0;

	PREFIX_PUSH();
	memblock_allow_resize();
	for (nid = 0; nid < 2; nid++) {
		setup_scratch();
		memblock_clear_kho_scratch(scratch_base(1 - nid), AREA);
		old = memblock.reserved.regions;
		for (i = 0; i < 3000; i++) {
			memblock_reserve(KHO_FAKE_BASE + i * SZ_4K, SZ_1K);
			if (memblock.reserved.regions == old)
				continue;
			old = memblock.reserved.regions;
			addr = (phys_addr_t)old;
			ASSERT_TRUE(in_scratch(addr, PAGE_SIZE, nid));
			ASSERT_TRUE(memblock_is_reserved(addr));
			grown++;
		}
		ASSERT_EQ(3001, memblock.reserved.cnt);
	}
	ASSERT_EQ(10, grown);

	setup_gaps();
	memblock_add_node(KHO_FAKE_BASE, SZ_1G, 0, 0);
	old = memblock.memory.regions;
	for (i = 0; i < 500; i++)
		ASSERT_EQ(0, memblock_mark_kho_gap(KHO_FAKE_BASE + i * SZ_64K,
						   SZ_4K));
	ASSERT_NE(old, memblock.memory.regions);
	/* those gaps are too small for an array: it lies in one that is not */
	addr = (phys_addr_t)memblock.memory.regions;
	ASSERT_TRUE(in_gap(addr, SZ_16K, 0) || in_gap(addr, SZ_16K, 1));
	ASSERT_EQ(8 + 1000, memblock.memory.cnt);

	test_pass_pop();
	return 0;
}

/* Where no array fits, nothing is lost, and nobody else's memory is taken. */
static int arrays_stuck_check(void)
{
	unsigned long cnt;
	int i;

	PREFIX_PUSH();
	memblock_allow_resize();
	kho_setup();
	memblock_kho_restrict();

	for (i = 0; !memblock_reserve(KHO_FAKE_BASE + i * SZ_4K, SZ_1K); i++)
		ASSERT_LT(i, 200);
	cnt = memblock.reserved.cnt;
	ASSERT_EQ(i, cnt);
	ASSERT_EQ(0, alloc(NUMA_NO_NODE, false));

	memblock_add(KHO_FAKE_BASE, SZ_1G);
	for (i = 0; ; i++)
		if (memblock_mark_kho_scratch(KHO_FAKE_BASE + i * SZ_64K + SZ_4K,
					      SZ_4K))
			break;
	ASSERT_LT(i, 100);
	ASSERT_LE(memblock.memory.cnt + 2, memblock.memory.max);
	ASSERT_EQ(cnt, memblock.reserved.cnt);

	/* what was marked can be dropped again without any memory */
	memblock_kho_reset();
	ASSERT_EQ(3, memblock.memory.cnt);
	ASSERT_EQ(cnt, memblock.reserved.cnt);

	test_pass_pop();
	return 0;
}

/* A handover that is refused leaves what a cold boot has. */
static int refused_check(void)
{
	struct kho_snapshot cold;

	PREFIX_PUSH();
	kho_setup();
	memblock_reserve(gap_base(0), SZ_64K);
	kho_snapshot_take(&cold);

	memblock_kho_restrict();
	ASSERT_TRUE(memblock_kho_restricted());
	memblock_mark_kho_scratch(scratch_base(0), AREA);
	memblock_mark_kho_scratch(scratch_base(1) - SZ_64K, AREA);
	memblock_mark_kho_gap(gap_base(0), AREA);
	memblock_mark_kho_gap(scratch_base(0), AREA / 2);
	ASSERT_FALSE(kho_snapshot_same(&cold));

	memblock_kho_reset();
	ASSERT_FALSE(memblock_kho_restricted());
	ASSERT_TRUE(kho_snapshot_same(&cold));
	kho_snapshot_free(&cold);

	/* memory that is neither is there again */
	ASSERT_NE(0, memblock_phys_alloc_range(SZ_4K, SZ_4K,
					       scratch_base(0) + SZ_8M,
					       gap_base(0)));

	test_pass_pop();
	return 0;
}

/* The first MiB of a PC: open until the trampoline lies there. */
static int low_memory_check(void)
{
	phys_addr_t addr;

	PREFIX_PUSH();
	setup_gaps();
	memblock_account_kernel(true);
	memblock_add_node(SZ_4K, SZ_1M - SZ_4K, 0, 0);

	ASSERT_EQ(0, memblock_phys_alloc_range(SZ_32K, SZ_4K, 0, SZ_1M));
	ASSERT_EQ(0, memblock_mark_kho_scratch(0, SZ_1M));
	addr = memblock_phys_alloc_range(SZ_32K, SZ_4K, 0, SZ_1M);
	ASSERT_NE(0, addr);
	ASSERT_TRUE(kho_within(addr, SZ_32K, SZ_4K, SZ_1M - SZ_4K));

	memblock_reserve(0, SZ_1M);
	memblock_clear_kho_scratch(0, SZ_1M);
	ASSERT_EQ(0, memblock_phys_alloc_range(SZ_4K, SZ_4K, 0, SZ_1M));
	ASSERT_FALSE(memblock_is_kho_scratch(&memblock.memory.regions[0]));
	ASSERT_TRUE(in_gap(alloc(0, false), AREA, 0));

	test_pass_pop();
	return 0;
}

static int account_check(void)
{
	phys_addr_t addr, half = scratch_base(1), other;

	PREFIX_PUSH();
	kho_setup();
	alloc(0, true);
	ASSERT_EQ(0, memblock_kernel_allocated(PHYS_ADDR_MAX, NUMA_NO_NODE));

	memblock_account_kernel(true);
	addr = alloc(0, true);
	alloc(1, true);
	alloc(1, true);
	memblock_reserve(KHO_FAKE_BASE, SZ_1G);
	memblock_reserve(half + SZ_4K, SZ_4K);
	ASSERT_EQ(3 * AREA,
		  memblock_kernel_allocated(PHYS_ADDR_MAX, NUMA_NO_NODE));
	ASSERT_EQ(AREA, memblock_kernel_allocated(PHYS_ADDR_MAX, 0));
	ASSERT_EQ(2 * AREA, memblock_kernel_allocated(PHYS_ADDR_MAX, 1));
	ASSERT_EQ(AREA, memblock_kernel_allocated(half, NUMA_NO_NODE));
	ASSERT_EQ(0, memblock_kernel_allocated(half, 1));
	ASSERT_EQ(AREA / 2,
		  memblock_kernel_allocated(addr + AREA / 2, NUMA_NO_NODE));

	/* what is for others does not count */
	memblock_kho_exclusive(true);
	other = alloc(0, true);
	memblock_kho_exclusive(false);
	ASSERT_EQ(AREA, memblock_kernel_allocated(PHYS_ADDR_MAX, 0));

	/* reserving over it, as of the first MiB, changes nothing */
	memblock_reserve(addr - SZ_4K, AREA + SZ_8K);
	ASSERT_EQ(AREA, memblock_kernel_allocated(PHYS_ADDR_MAX, 0));

	memblock_phys_free(addr, SZ_64K);
	memblock_phys_free(other, AREA);
	ASSERT_EQ(AREA - SZ_64K, memblock_kernel_allocated(PHYS_ADDR_MAX, 0));

	test_pass_pop();
	return 0;
}

/* Allocations of one kind that touch are one region, also when told apart. */
static int account_merges_check(void)
{
	PREFIX_PUSH();
	kho_setup();
	memblock_account_kernel(true);

	for (int i = 0; i < 500; i++)
		ASSERT_NE(0, memblock_phys_alloc(SZ_4K, SZ_4K));
	ASSERT_EQ(1, memblock.reserved.cnt);
	ASSERT_EQ(500 * SZ_4K,
		  memblock_kernel_allocated(PHYS_ADDR_MAX, NUMA_NO_NODE));

	test_pass_pop();
	return 0;
}

/* The free ranges above @addr, from the start and from a seek: the same. */
static void compare_walks(phys_addr_t addr)
{
	phys_addr_t start1, end1, start2, end2;
	u64 i, j = memblock_seek_free_range(addr);
	int below = 0;

	for_each_free_mem_range(i, NUMA_NO_NODE, 0, &start1, &end1, NULL) {
		if (end1 <= addr)
			continue;
		do {
			__next_mem_range(&j, NUMA_NO_NODE, 0, &memblock.memory,
					 &memblock.reserved, &start2, &end2,
					 NULL);
			ASSERT_NE(ULLONG_MAX, j);
		} while (end2 <= addr && !below++);
		ASSERT_EQ(start1, start2);
		ASSERT_EQ(end1, end2);
	}

	do {
		__next_mem_range(&j, NUMA_NO_NODE, 0, &memblock.memory,
				 &memblock.reserved, &start2, &end2, NULL);
	} while (j != ULLONG_MAX && end2 <= addr && !below++);
	ASSERT_EQ(ULLONG_MAX, j);
}

static int seek_check(void)
{
	PREFIX_PUSH();
	for (int round = 0; round < 200; round++) {
		kho_setup();
		compare_walks(0);
		for (int i = kho_random(12); i > 0; i--)
			memblock_add(KHO_FAKE_BASE + kho_random(64) * SZ_4K,
				     (1 + kho_random(8)) * SZ_4K);
		for (int i = kho_random(20); i > 0; i--)
			memblock_reserve(KHO_FAKE_BASE + kho_random(64) * SZ_4K,
					 (1 + kho_random(4)) * SZ_4K);
		compare_walks(0);
		for (int i = 0; i < 80; i++)
			compare_walks(KHO_FAKE_BASE + i * SZ_4K);
		compare_walks(PHYS_ADDR_MAX);
	}

	test_pass_pop();
	return 0;
}

static int both_directions(int (*check)(void))
{
	run_top_down(check);
	run_bottom_up(check);
	memblock_set_bottom_up(false);
	return 0;
}

/* What must hold before memblock may grow its arrays; nothing else ran yet. */
int memblock_kho_early_checks(void)
{
	int i, err = 0;

	prefix_reset();
	prefix_push("memblock_mark_kho_scratch");
	kho_setup();
	memblock_kho_restrict();
	for (i = 0; i < 200 && !err; i++)
		err = memblock_mark_kho_scratch(kho_mem_base() + i * SZ_64K,
						SZ_4K);
	ASSERT_EQ(-ENOMEM, err);
	ASSERT_LT(i, 100);
	memblock_kho_reset();
	ASSERT_EQ(2, memblock.memory.cnt);
	test_pass_pop();
	kho_cleanup();

	return 0;
}

int memblock_kho_checks(void)
{
	prefix_reset();
	prefix_push("memblock for KHO");
	test_print("Running memblock KHO tests...\n");

	flags_mark_check();
	last_part_check();
	flags_survive_add_check();
	both_directions(scratch_only_check);
	both_directions(gaps_first_check);
	both_directions(exclusive_check);
	both_directions(arrays_grow_check);
	both_directions(arrays_stuck_check);
	refused_check();
	both_directions(low_memory_check);
	both_directions(account_check);
	both_directions(account_merges_check);
	seek_check();

	kho_cleanup();
	prefix_pop();
	return 0;
}

/* Once memory is mirrored it stays so: these come last. */
int memblock_kho_mirror_checks(void)
{
	phys_addr_t mirror;

	prefix_reset();
	prefix_push("memblock for KHO, mirrored memory");
	mirrored_kernelcore = true;

	setup_gaps();
	mirror = gap_base(0) + SZ_4M;
	memblock_mark_mirror(mirror, AREA);
	memblock_mark_mirror(scratch_base(1), AREA);
	ASSERT_TRUE(in_gap(alloc(1, false), AREA, 1));
	ASSERT_TRUE(in_gap(alloc(1, false), AREA, 0));
	ASSERT_TRUE(in_scratch(alloc(0, false), AREA, 0));
	ASSERT_TRUE(in_scratch(alloc(0, false), AREA, 1));
	ASSERT_EQ(0, alloc(0, false));

	/* cold, mirrored memory is preferred again */
	memblock_kho_reset();
	ASSERT_TRUE(kho_within(alloc(NUMA_NO_NODE, false), AREA, mirror, AREA));
	test_pass_pop();

	mirrored_kernelcore = false;
	kho_cleanup();
	return 0;
}
