// SPDX-License-Identifier: GPL-2.0-only
/* Many reservations merged at once: memblock_reserve_sorted() */
#include "kho_merge.h"
#include "kho_common.h"
#include <string.h>

/* Random sets live in so many units of memory. */
#define UNITS	400
#define UNIT	((phys_addr_t)SZ_4K)

struct ranges {
	const struct region *next, *end;
	/* Instead of those: so many, of one unit each, a unit apart. */
	unsigned long stripes, nr_stripes;
	enum memblock_flags flags;
};

static bool next_range(void *ctx, struct memblock_region *range)
{
	struct ranges *ranges = ctx;

	range->flags = ranges->flags;
	if (ranges->stripes < ranges->nr_stripes) {
		range->base = KHO_FAKE_BASE + 2 * UNIT * ranges->stripes++;
		range->size = UNIT;
		return true;
	}
	if (ranges->next == ranges->end)
		return false;
	range->base = ranges->next->base;
	range->size = ranges->next->size;
	ranges->next++;
	return true;
}

static int merge(const struct region *ranges, unsigned long nr,
		 unsigned long count, enum memblock_flags flags)
{
	struct ranges ctx = {
		.next = ranges, .end = ranges + nr, .flags = flags,
	};

	return memblock_reserve_sorted(next_range, &ctx, count);
}

/* Where the array of reserved regions lies, as a reserved region. */
static bool is_array(const struct memblock_region *r)
{
	return r->base == (phys_addr_t)memblock.reserved.regions;
}

static int empty_check(void)
{
	PREFIX_PUSH();
	kho_setup();
	ASSERT_EQ(0, merge(NULL, 0, 0, 0));
	ASSERT_EQ(1, memblock.reserved.cnt);
	ASSERT_TRUE(is_array(memblock.reserved.regions));
	ASSERT_EQ(0, merge(NULL, 0, 5, 0));
	ASSERT_EQ(1, memblock.reserved.cnt);
	test_pass_pop();
	return 0;
}

static int joins_check(void)
{
	static const struct region add[] = {
		{ KHO_FAKE_BASE, SZ_4K },
		{ KHO_FAKE_BASE + SZ_4K, SZ_4K },
		{ KHO_FAKE_BASE + SZ_16K, SZ_4K },
		{ KHO_FAKE_BASE + SZ_64K, SZ_1G },
	};
	struct memblock_region *r;
	phys_addr_t total;

	PREFIX_PUSH();
	kho_setup();
	memblock_reserve(KHO_FAKE_BASE + SZ_8K, SZ_8K);
	memblock_reserve(KHO_FAKE_BASE + SZ_64K + SZ_1G, SZ_1K);
	total = memblock.reserved.total_size + SZ_4K * 3 + SZ_1G;
	ASSERT_EQ(0, merge(add, ARRAY_SIZE(add), ARRAY_SIZE(add), 0));

	/* below the fake memory there is the array */
	ASSERT_EQ(3, memblock.reserved.cnt);
	r = memblock.reserved.regions;
	ASSERT_TRUE(is_array(r));
	ASSERT_EQ(total + r->size, memblock.reserved.total_size);
	ASSERT_EQ(KHO_FAKE_BASE, r[1].base);
	ASSERT_EQ(SZ_16K + SZ_4K, r[1].size);
	ASSERT_EQ(MAX_NUMNODES, memblock_get_region_node(&r[1]));
	ASSERT_EQ(KHO_FAKE_BASE + SZ_64K, r[2].base);
	ASSERT_EQ(SZ_1G + SZ_1K, r[2].size);

	/* other flags, other regions */
	kho_setup();
	memblock_reserve(KHO_FAKE_BASE + SZ_8K, SZ_8K);
	ASSERT_EQ(0, merge(add, ARRAY_SIZE(add), 4, MEMBLOCK_RSRV_NOINIT));
	ASSERT_EQ(5, memblock.reserved.cnt);
	r = memblock.reserved.regions;
	ASSERT_EQ(MEMBLOCK_RSRV_NOINIT, r[1].flags);
	ASSERT_EQ(SZ_8K, r[1].size);
	ASSERT_EQ(MEMBLOCK_NONE, r[2].flags);
	ASSERT_EQ(MEMBLOCK_RSRV_NOINIT, r[3].flags);

	test_pass_pop();
	return 0;
}

static void refuse(int err, const struct region *add, unsigned long nr,
		   unsigned long count)
{
	struct kho_snapshot before;
	unsigned long max = memblock.reserved.max;

	kho_snapshot_take(&before);
	ASSERT_EQ(err, merge(add, nr, count, 0));
	ASSERT_TRUE(kho_snapshot_same(&before));
	ASSERT_EQ(max, memblock.reserved.max);
	kho_snapshot_free(&before);
}

static int refused_check(void)
{
	const phys_addr_t base = KHO_FAKE_BASE;
	const struct region overlaps[][2] = {
		{ { base, SZ_4K + 1 }, { base + SZ_1M, SZ_4K } },
		{ { base, SZ_4K }, { base + SZ_8K - 1, SZ_4K } },
		{ { base, SZ_4K }, { base + SZ_4K, SZ_4K } },
		{ { base, SZ_4K }, { base + SZ_4K + 1, SZ_1K } },
		{ { base, SZ_4K }, { base + SZ_8K, SZ_64K } },
		{ { base, SZ_4K }, { base + SZ_16K + SZ_8K - 1, SZ_64K } },
		{ { base, SZ_1M }, { base + SZ_1M, SZ_1M } },
	};
	const struct region bad[][2] = {
		{ { base, SZ_4K }, { base + SZ_4K - 1, SZ_4K } },
		{ { base, SZ_4K }, { base, SZ_4K } },
		{ { base + SZ_8K, SZ_4K }, { base, SZ_4K } },
		{ { base, SZ_1K }, { base + SZ_2K, 0 } },
		{ { base, 0 }, { base + SZ_2K, SZ_1K } },
		{ { base, SZ_1K }, { -(phys_addr_t)SZ_4K, SZ_8K } },
		{ { base, SZ_1K }, { -(phys_addr_t)SZ_4K, SZ_4K } },
		{ { base, -1 }, { base + SZ_2K, SZ_1K } },
	};
	const struct region fine[] = { { base, SZ_1K }, { base + SZ_2K, SZ_2K } };

	PREFIX_PUSH();
	kho_setup();
	memblock_reserve(kho_mem_base() + SZ_8M, SZ_4K);
	memblock_reserve(base + SZ_4K, SZ_4K);
	memblock_reserve(base + SZ_16K, SZ_8K);

	for (int i = 0; i < ARRAY_SIZE(overlaps); i++)
		refuse(-EEXIST, overlaps[i], 2, 2);
	for (int i = 0; i < ARRAY_SIZE(bad); i++)
		refuse(-EINVAL, bad[i], 2, 2);
	refuse(-E2BIG, fine, 2, 1);
	refuse(-E2BIG, fine, 2, 0);
	refuse(-E2BIG, fine, 2, INT_MAX);
	refuse(-E2BIG, fine, 2, ULONG_MAX);
	refuse(-ENOMEM, fine, 2, KHO_MEM_SIZE / sizeof(struct memblock_region));

	/* nothing but fake memory may be used: there is no room for the array */
	memblock_kho_restrict();
	refuse(-ENOMEM, fine, 2, 2);
	memblock_kho_reset();
	ASSERT_EQ(0, merge(fine, 2, 2, 0));

	test_pass_pop();
	return 0;
}

/* Each unit of memory is free, or reserved with flags. */
struct model {
	int units[UNITS];
};

#define FREE	(-1)

static bool is_free(const struct model *model, unsigned int unit,
		    unsigned int len)
{
	while (len--)
		if (model->units[unit++] != FREE)
			return false;
	return true;
}

static void reserve_at_random(struct model *model)
{
	memset(model, 0xff, sizeof(*model));
	for (int i = kho_random(60); i > 0; i--) {
		unsigned int unit = kho_random(UNITS), len = 1 + kho_random(6);
		bool noinit = !kho_random(4);

		if (unit + len > UNITS || !is_free(model, unit, len))
			continue;
		memblock_reserve(KHO_FAKE_BASE + unit * UNIT, len * UNIT);
		if (noinit)
			memblock_reserved_mark_noinit(KHO_FAKE_BASE + unit * UNIT,
						      len * UNIT);
		for (unsigned int u = unit; u < unit + len; u++)
			model->units[u] = noinit ? MEMBLOCK_RSRV_NOINIT :
						   MEMBLOCK_NONE;
	}
}

/* Ranges by ascending address; now and then one that is reserved already. */
static unsigned long choose_at_random(struct model *model, struct region *add,
				      enum memblock_flags flags, bool *overlap)
{
	unsigned long nr = 0;
	unsigned int density = 1 + kho_random(8);

	*overlap = false;
	for (int unit = 0; unit < UNITS; ) {
		int len = 1 + kho_random(4), u;

		if (kho_random(density)) {
			unit++;
			continue;
		}
		for (u = unit; u < unit + len && u < UNITS; u++)
			if (model->units[u] != FREE && kho_random(500))
				break;
		for (int v = unit; v < u; v++) {
			*overlap |= model->units[v] != FREE;
			model->units[v] = flags;
		}
		if (u > unit)
			add[nr++] = (struct region) {
				KHO_FAKE_BASE + unit * UNIT, (u - unit) * UNIT,
			};
		unit = u > unit ? u : unit + 1;
	}
	return nr;
}

/* What is reserved in fake memory is what the model says, and minimal. */
static bool model_agrees(const struct model *model)
{
	const struct memblock_region *r = memblock.reserved.regions;
	const struct memblock_region *end = r + memblock.reserved.cnt;
	int unit, u;

	while (r < end && r->base < KHO_FAKE_BASE)
		r++;
	for (unit = 0; unit < UNITS; unit = u) {
		for (u = unit; u < UNITS && model->units[u] == model->units[unit];)
			u++;
		if (model->units[unit] == FREE)
			continue;
		if (r == end || r->base != KHO_FAKE_BASE + unit * UNIT ||
		    r->size != (u - unit) * UNIT ||
		    r->flags != model->units[unit])
			return false;
		r++;
	}
	return r == end;
}

static int random_check(void)
{
	int refused = 0, merged = 0;

	PREFIX_PUSH();
	for (int round = 0; round < 3000; round++) {
		enum memblock_flags flags = kho_random(2) ? 0 : MEMBLOCK_RSRV_NOINIT;
		struct region add[UNITS];
		struct kho_snapshot before;
		struct model model;
		unsigned long nr;
		bool overlap;
		int err;

		kho_setup();
		reserve_at_random(&model);
		ASSERT_TRUE(model_agrees(&model));
		nr = choose_at_random(&model, add, flags, &overlap);
		kho_snapshot_take(&before);
		err = merge(add, nr, nr + kho_random(3), flags);
		ASSERT_EQ(overlap ? -EEXIST : 0, err);
		if (overlap)
			ASSERT_TRUE(kho_snapshot_same(&before));
		else
			ASSERT_TRUE(model_agrees(&model));
		kho_snapshot_free(&before);
		refused += overlap;
		merged += !overlap;
	}
	/* the sets are such that both were seen */
	ASSERT_LT(100, refused);
	ASSERT_LT(1000, merged);

	test_pass_pop();
	return 0;
}

static int million_check(void)
{
	const unsigned long nr = 1000 * 1000;
	struct ranges ctx = { .nr_stripes = nr };
	struct memblock_region *regions;
	phys_addr_t array;

	PREFIX_PUSH();
	kho_setup();
	memblock_kho_restrict();
	memblock_mark_kho_gap(kho_mem_base() + KHO_NODE_SIZE, SZ_32M);
	memblock_reserve(KHO_FAKE_BASE + 3 * UNIT, UNIT);
	memblock_add_node(KHO_FAKE_BASE, nr * UNIT, 0, 0);
	memblock_add_node(KHO_FAKE_BASE + nr * UNIT, nr * UNIT, 1, 0);

	ASSERT_EQ(0, memblock_reserve_sorted(next_range, &ctx, nr));
	regions = memblock.reserved.regions;
	array = (phys_addr_t)regions;
	ASSERT_TRUE(kho_within(array, memblock.reserved.max * sizeof(*regions),
			       kho_mem_base() + KHO_NODE_SIZE, SZ_32M));
	/* two stripes and what lay between them are one, the array is one */
	ASSERT_EQ(nr, memblock.reserved.cnt);
	ASSERT_EQ(3 * UNIT, regions[2].size);
	for (unsigned long i = 3; i < nr; i++) {
		ASSERT_EQ(KHO_FAKE_BASE + 2 * i * UNIT, regions[i].base);
		ASSERT_EQ(UNIT, regions[i].size);
	}
	ASSERT_EQ(regions[0].size + (nr + 1) * UNIT,
		  memblock.reserved.total_size);

	/* what boot does next finds room in the same array */
	memblock_kho_reset();
	memblock_set_node(KHO_FAKE_BASE, nr * UNIT, &memblock.reserved, 0);
	memblock_set_node(KHO_FAKE_BASE + nr * UNIT, nr * UNIT,
			  &memblock.reserved, 1);
	for (int i = 0; i < 32; i++)
		ASSERT_NE(0, memblock_phys_alloc(SZ_4K, SZ_8K));
	ASSERT_EQ(regions, memblock.reserved.regions);
	ASSERT_EQ(1, memblock_get_region_node(&regions[nr - 1]));

	test_pass_pop();
	return 0;
}

/* The array that a merge leaves behind is free memory. */
static int old_array_check(void)
{
	static const struct region add[] = { { KHO_FAKE_BASE, SZ_4K } };
	phys_addr_t old, size;

	PREFIX_PUSH();
	memblock_allow_resize();
	kho_setup();
	for (int i = 0; i < 1000; i++)
		memblock_reserve(KHO_FAKE_BASE + SZ_1M + i * SZ_8K, SZ_4K);
	old = (phys_addr_t)memblock.reserved.regions;
	size = PAGE_ALIGN(memblock.reserved.max *
			  sizeof(struct memblock_region));
	ASSERT_TRUE(memblock_is_reserved(old));

	ASSERT_EQ(0, merge(add, 1, 1, 0));
	ASSERT_NE(old, (phys_addr_t)memblock.reserved.regions);
	ASSERT_FALSE(memblock_is_region_reserved(old, size));
	ASSERT_EQ(1002, memblock.reserved.cnt);

	test_pass_pop();
	return 0;
}

int memblock_kho_merge_checks(void)
{
	prefix_reset();
	prefix_push("memblock_reserve_sorted");
	test_print("Running memblock_reserve_sorted tests...\n");

	empty_check();
	joins_check();
	refused_check();
	random_check();
	million_check();
	old_array_check();

	kho_cleanup();
	prefix_pop();
	return 0;
}
