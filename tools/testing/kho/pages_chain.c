// SPDX-License-Identifier: GPL-2.0-only
/* Lists in chains of blocks: handed over, read, and refused when damaged */

#include <linux/kho_block.h>
#include <stdio.h>

#include "pages.h"

static u64 capacity_of(size_t entry_size)
{
	return (PAGE_SIZE - 16) / entry_size;
}

static bool holds(const struct kho_block_list *list, u64 from, u64 to)
{
	struct kho_block_iter iter;
	u64 *entry = kho_block_first(list, &iter);

	for (; from < to && entry; from++, entry = kho_block_next(&iter))
		if (*entry != from)
			return false;
	return from == to && !entry && !kho_block_next(&iter);
}

static void append(struct kho_block_list *list, u64 value, size_t entry_size)
{
	u64 *entry = kho_block_append(list);

	if (!CHECK(!IS_ERR(entry) && !memchr_inv(entry, 0, entry_size)))
		return;
	*entry = value;
}

static unsigned int blocks_for(u64 entries, size_t entry_size)
{
	return DIV_ROUND_UP(entries, capacity_of(entry_size));
}

/* A list grows and shrinks, and comes as it was in the end */
static void round_trip(u64 nr, size_t entry_size)
{
	struct kho_block_list list, came;
	struct sim_state before;
	phys_addr_t phys;

	sim_cold();
	before = sim_state();
	CHECK(!kho_block_init(&list, entry_size) && !kho_block_phys(&list));
	for (u64 i = 0; i < nr + 3; i++)
		append(&list, i, entry_size);
	for (u64 i = 0; i < 5; i++)
		kho_block_pop(&list);
	append(&list, nr - 2, entry_size);
	append(&list, nr - 1, entry_size);
	CHECK(kho_block_count(&list) == nr && holds(&list, 0, nr));
	CHECK(kho_preserved_bytes() ==
	      (u64)blocks_for(nr + 3, entry_size) << PAGE_SHIFT);
	phys = kho_block_phys(&list);
	kho_block_destroy(&list);
	CHECK(sim_same(&before) && !kho_block_count(&list) && !kho_block_phys(&list));

	for (u64 i = 0; i < nr; i++)
		append(&list, i, entry_size);
	phys = kho_block_phys(&list);
	sim_kexec();
	before = sim_state();
	CHECK(!kho_block_restore(&came, phys, entry_size));
	CHECK(kho_block_count(&came) == nr && holds(&came, 0, nr));
	CHECK(before.in.keys - sim_count(kho_in.tree.root).keys ==
	      blocks_for(nr, entry_size));
	/* It can be read, and no more */
	CHECK(kho_block_append(&came) == ERR_PTR(-EINVAL));
	CHECK(kho_block_reserve(&came, 0) == -EINVAL);
	kho_block_pop(&came);
	CHECK(holds(&came, 0, nr));
	CHECK(kho_block_restore(&list, phys, entry_size) == -ENOENT);
	kho_block_destroy(&came);
	CHECK(sim.pages == before.pages && holds(&came, 0, 0));
}

static void sizes(void)
{
	static const size_t entries[] = { 8, 24, 64, PAGE_SIZE / 2, PAGE_SIZE - 16 };

	for (unsigned int i = 0; i < ARRAY_SIZE(entries); i++) {
		u64 capacity = capacity_of(entries[i]);

		for (u64 nr = max(2ULL, 2 * capacity - 3); nr <= 2 * capacity + 1; nr++)
			round_trip(nr, entries[i]);
	}
}

static void no_list(void)
{
	struct kho_block_list list;

	sim_cold();
	CHECK(kho_block_init(&list, 0) == -EINVAL);
	CHECK(kho_block_init(&list, PAGE_SIZE - 15) == -EINVAL);
	CHECK(kho_block_init(&list, ~0UL) == -EINVAL);
	CHECK(kho_block_restore(&list, 0, 0) == -EINVAL);
	CHECK(!kho_block_restore(&list, 0, 8) && holds(&list, 0, 0));
	kho_block_pop(&list);
	CHECK(!kho_block_count(&list));
	kho_block_destroy(&list);
}

/* What was reserved can be appended, whatever the state is and without memory */
static void reserve(void)
{
	u64 capacity = capacity_of(64);
	struct kho_block_list list;
	struct sim_state before;
	phys_addr_t phys;

	sim_cold();
	before = sim_state();
	kho_block_init(&list, 64);
	CHECK(kho_block_reserve(&list, ~0ULL) == -ENOSPC);
	CHECK(kho_block_reserve(&list, 10000 * capacity + 1) == -ENOSPC);
	CHECK(!list.nr_blocks);
	sim.fail_at = 3;
	CHECK(kho_block_reserve(&list, 3 * capacity) == -ENOMEM);
	sim.fail_at = 0;
	CHECK(!kho_block_reserve(&list, 2 * capacity + 1) && list.nr_blocks == 3);
	CHECK(!kho_block_reserve(&list, 0) && !kho_block_reserve(&list, 3 * capacity));
	CHECK(list.nr_blocks == 3 && holds(&list, 0, 0));
	phys = kho_block_phys(&list);
	CHECK(!kho_finalize());
	for (u64 i = 0; i < 3 * capacity; i++)
		append(&list, i, 64);
	CHECK(kho_block_append(&list) == ERR_PTR(-EBUSY));
	CHECK(holds(&list, 0, 3 * capacity) && kho_block_phys(&list) == phys);
	/* Down to nothing, and up again in the same blocks */
	for (u64 i = 0; i < 3 * capacity; i++) {
		kho_block_pop(&list);
		CHECK(holds(&list, 0, 3 * capacity - 1 - i));
	}
	for (u64 i = 0; i < 2 * capacity; i++)
		append(&list, i, 64);
	CHECK(list.nr_blocks == 3 && holds(&list, 0, 2 * capacity));
	/* Empty blocks come, too, and are given back */
	CHECK(!kho_commit(NULL));
	CHECK(!sim_takeover());
	before = sim_state();
	CHECK(!kho_block_restore(&list, phys, 64));
	CHECK(list.nr_blocks == 3 && holds(&list, 0, 2 * capacity));
	kho_block_destroy(&list);
	CHECK(before.in.keys - sim_count(kho_in.tree.root).keys == 3);
	CHECK(sim.pages == before.pages);
}

/* No more blocks than a reader takes; one is the size of the entry */
static void longest(void)
{
	const size_t entry_size = PAGE_SIZE - 16;
	unsigned int most = BANK_A_END - HOME - 100;
	struct kho_block_list list;

	sim_cold();
	kho_block_init(&list, entry_size);
	/* The machine is too small: as if so many were there */
	CHECK(!kho_block_reserve(&list, 1));
	list.nr_blocks = 9999;
	list.nr_entries = 9999;
	CHECK(!kho_block_reserve(&list, 1) && list.nr_blocks == 10000);
	CHECK(kho_block_reserve(&list, 2) == -ENOSPC && list.nr_blocks == 10000);
	CHECK(most > 2);
}

/* Of each block, the address of the next one and the number of entries */
enum { NEXT, COUNT };
static u64 *block[3];
static phys_addr_t chain;
static unsigned int nr_refused;

static void refused(phys_addr_t phys, size_t entry_size, int err)
{
	struct sim_state before = sim_state();
	struct kho_block_list list;

	CHECK(kho_block_restore(&list, phys, entry_size) == err);
	CHECK(sim_same(&before));
	nr_refused++;
}

static void damage(u64 *where, u64 value, int err)
{
	u64 was = *where;

	*where = value;
	refused(chain, 64, err);
	*where = was;
}

static void damages(void)
{
	u64 capacity = capacity_of(64);
	struct kho_block_list list;

	sim_cold();
	kho_block_init(&list, 64);
	for (u64 i = 0; i < 2 * capacity + 1; i++)
		append(&list, i, 64);
	chain = kho_block_phys(&list);
	CHECK(!kho_preserve_folio(sim_folio(BANK_C, 1)));
	sim_kexec();
	nr_refused = 0;
	block[0] = phys_to_virt(chain);
	block[1] = phys_to_virt(block[0][NEXT]);
	block[2] = phys_to_virt(block[1][NEXT]);
	for (unsigned int i = 0; i < 3; i++) {
		damage(&block[i][COUNT], capacity + 1, -EINVAL);
		damage(&block[i][COUNT], ~0ULL, -EINVAL);
		damage(&block[i][NEXT], chain, -ENOENT);
		damage(&block[i][NEXT], virt_to_phys(block[i]), -ENOENT);
		damage(&block[i][NEXT], 8, -EINVAL);
		damage(&block[i][NEXT], 1ULL << 63, -ENOENT);
		damage(&block[i][NEXT], virt_to_phys(block[i]) + 16, -EINVAL);
		/* A folio of two pages is no block */
		damage(&block[i][NEXT], PFN_PHYS(BANK_C), -ENOENT);
		damage(&block[i][NEXT], PFN_PHYS(BANK_C + 1), -ENOENT);
	}
	refused(chain + 64, 64, -EINVAL);
	refused(PFN_PHYS(BANK_B), 64, -ENOENT);
	refused(chain, PAGE_SIZE, -EINVAL);
	/* Entries that are larger than they were do not fit */
	refused(chain, 80, -EINVAL);
	CHECK(nr_refused == 31);
	CHECK(!kho_block_restore(&list, chain, 64) && holds(&list, 0, 2 * capacity + 1));
}

/* A chain that ends nowhere near, of pages that are all there */
static void too_long(void)
{
	struct kho_block_list list;
	struct sim_state before;
	unsigned long pfn;

	sim_cold();
	for (pfn = SCRATCH_B_END; pfn < SCRATCH_B_END + 10001; pfn++) {
		u64 *header = phys_to_virt(PFN_PHYS(pfn));

		CHECK(!kho_preserve_pages(pfn_to_page(pfn), 1));
		header[NEXT] = pfn < SCRATCH_B_END + 10000 ? PFN_PHYS(pfn + 1) : 0;
		header[COUNT] = 1;
	}
	sim_kexec();
	before = sim_state();
	CHECK(kho_block_restore(&list, PFN_PHYS(SCRATCH_B_END), 64) == -EINVAL);
	CHECK(sim_same(&before));
	CHECK(!kho_block_restore(&list, PFN_PHYS(SCRATCH_B_END + 1), 64));
	CHECK(kho_block_count(&list) == 10000);
}

const struct check checks_chain[] = {
	{ "chain: lists of all lengths there and back", sizes },
	{ "chain: what is no list", no_list },
	{ "chain: what is reserved can be appended", reserve },
	{ "chain: a list is no longer than it may be", longest },
	{ "chain: each damage is refused, and changes nothing", damages },
	{ "chain: so is one that is too long", too_long },
	{ }
};
