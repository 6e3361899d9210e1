// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of lists in block chains: growing and shrinking, the format, a
 * kexec and back within one kernel, and chains that are damaged.
 */
#include <kunit/test.h>
#include <linux/io.h>
#include <linux/kho_block.h>
#include <linux/mm.h>

#include "kho_claim.h"
#include "kho_fdt.h"
#include "kho_finalize.h"
#include "kho_map.h"
#include "kho_memory.h"
#include "kho_preserve.h"
#include "kho_scratch.h"
#include "kho_state.h"
#include "kho_subtree.h"
#include "kho_kunit.h"

/* Neither a power of two nor aligned. */
struct entry {
	u64 number;
	char tail[41];
} __packed;

#define CAPACITY	((PAGE_SIZE - 16) / sizeof(struct entry))

static struct kho_block_header *block_at(u64 phys)
{
	return phys ? phys_to_virt(phys) : NULL;
}

static void append(struct kunit *test, struct kho_block_list *list,
		   unsigned int nr)
{
	while (nr--) {
		struct entry *entry = kho_block_append(list);

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, entry);
		KUNIT_ASSERT_NULL(test, memchr_inv(entry, 0, sizeof(*entry)));
		memset(entry, 0xa5, sizeof(*entry));
		entry->number = kho_block_count(list);
	}
}

/* Numbered from 1, all of them. */
static void check_numbers(struct kunit *test, const struct kho_block_list *list,
			  unsigned int nr)
{
	struct kho_block_iter iter;
	struct entry *entry;
	unsigned int n = 0;

	for (entry = kho_block_first(list, &iter); entry;
	     entry = kho_block_next(&iter))
		KUNIT_ASSERT_EQ(test, entry->number, ++n);
	KUNIT_EXPECT_EQ(test, n, nr);
	KUNIT_EXPECT_EQ(test, kho_block_count(list), nr);
}

static void begin(struct kunit *test, struct kho_block_list *list)
{
	KUNIT_ASSERT_EQ(test, kho_block_init(list, sizeof(struct entry)), 0);
}

static void block_sizes(struct kunit *test)
{
	struct kho_block_list list;
	void *entry;

	KUNIT_EXPECT_EQ(test, kho_block_init(&list, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, kho_block_init(&list, PAGE_SIZE - 15), -EINVAL);
	KUNIT_EXPECT_EQ(test, kho_block_init(&list, SIZE_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, kho_block_restore(&list, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, kho_block_init(&list, 1), 0);
	KUNIT_EXPECT_EQ(test, kho_block_capacity(1), PAGE_SIZE - 16);

	KUNIT_ASSERT_EQ(test, kho_block_init(&list, PAGE_SIZE - 16), 0);
	entry = kho_block_append(&list);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, entry);
	KUNIT_EXPECT_PTR_EQ(test, entry,
			    phys_to_virt(kho_block_phys(&list)) + 16);
	kho_block_destroy(&list);
}

static void block_empty(struct kunit *test)
{
	struct kho_block_list list;
	struct kho_block_iter iter;

	begin(test, &list);
	KUNIT_EXPECT_NULL(test, kho_block_first(&list, &iter));
	KUNIT_EXPECT_EQ(test, kho_block_phys(&list), 0);
	kho_block_pop(&list);
	kho_block_destroy(&list);

	KUNIT_ASSERT_EQ(test,
			kho_block_restore(&list, 0, sizeof(struct entry)), 0);
	KUNIT_EXPECT_NULL(test, kho_block_first(&list, &iter));
	kho_block_destroy(&list);
}

/* As abi.md has it, read without the code under test. */
static void block_format(struct kunit *test)
{
	unsigned int nr = 2 * CAPACITY + 1, n = 0;
	struct kho_block_header *block;
	struct kho_block_list list;

	begin(test, &list);
	append(test, &list, nr);
	for (block = block_at(kho_block_phys(&list)); block;
	     block = block_at(block->next)) {
		KUNIT_EXPECT_EQ(test, block->count,
				min_t(u64, CAPACITY, nr - n));
		for (u64 i = 0; i < block->count; i++) {
			struct entry *entry = (void *)block + 16 +
					      i * sizeof(*entry);

			KUNIT_ASSERT_EQ(test, entry->number, ++n);
		}
	}
	KUNIT_EXPECT_EQ(test, n, nr);
	kho_block_destroy(&list);
}

static void block_append_and_pop(struct kunit *test)
{
	unsigned int nr = 3 * CAPACITY + 2, left;
	struct kho_block_list list;
	u64 bytes;

	begin(test, &list);
	append(test, &list, nr);
	bytes = kho_preserved_bytes();
	for (left = nr; left > CAPACITY; left--) {
		check_numbers(test, &list, left);
		kho_block_pop(&list);
	}
	append(test, &list, nr - left);
	check_numbers(test, &list, nr);
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), bytes);

	for (left = nr; left; left--)
		kho_block_pop(&list);
	check_numbers(test, &list, 0);
	append(test, &list, 1);
	check_numbers(test, &list, 1);
	kho_block_destroy(&list);
	check_numbers(test, &list, 0);
}

/* What was reserved can be appended also when nothing may change. */
static void block_reserve(struct kunit *test)
{
	struct kho_block_list list;
	void *entry;

	begin(test, &list);
	append(test, &list, 1);
	KUNIT_ASSERT_EQ(test, kho_block_reserve(&list, 2 * CAPACITY - 1), 0);
	KUNIT_ASSERT_EQ(test, kho_finalize(), 0);
	append(test, &list, 2 * CAPACITY - 1);
	entry = kho_block_append(&list);
	KUNIT_EXPECT_EQ(test, PTR_ERR(entry), -EBUSY);
	KUNIT_ASSERT_EQ(test, kho_abort(), 0);
	check_numbers(test, &list, 2 * CAPACITY);
	append(test, &list, 1);
	check_numbers(test, &list, 2 * CAPACITY + 1);
	kho_block_destroy(&list);
}

static void block_too_many(struct kunit *test)
{
	struct kho_block_list list;
	u64 room = KHO_BLOCK_MAX * CAPACITY;
	int err;

	begin(test, &list);
	KUNIT_EXPECT_EQ(test, kho_block_reserve(&list, room + 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, kho_block_reserve(&list, U64_MAX), -ENOSPC);
	KUNIT_EXPECT_EQ(test, kho_block_phys(&list), 0);
	err = kho_block_reserve(&list, room);
	KUNIT_EXPECT_EQ(test, err, 0);
	append(test, &list, 1);
	KUNIT_EXPECT_EQ(test, kho_block_reserve(&list, room), -ENOSPC);
	check_numbers(test, &list, 1);
	kho_block_destroy(&list);
}

static void visit_blocks(struct kunit *test, u64 phys, kho_kunit_run_fn fn)
{
	while (phys) {
		u64 next = block_at(phys)->next;

		fn(test, phys, 1);
		phys = next;
	}
}

static void block_kexec(struct kunit *test)
{
	static const unsigned int counts[] = { 1, CAPACITY, CAPACITY + 1,
					       5 * CAPACITY - 1 };
	struct kho_block_list list, came;

	for (unsigned int i = 0; i < ARRAY_SIZE(counts); i++) {
		phys_addr_t phys;
		void *entry;

		begin(test, &list);
		append(test, &list, counts[i]);
		/* Blocks behind the last entry travel along. */
		KUNIT_ASSERT_EQ(test, kho_block_reserve(&list, CAPACITY), 0);
		phys = kho_block_phys(&list);
		visit_blocks(test, phys, kho_kunit_kexec_run);

		KUNIT_ASSERT_EQ(test,
				kho_block_restore(&came, phys,
						  sizeof(struct entry)), 0);
		check_numbers(test, &came, counts[i]);
		entry = kho_block_append(&came);
		KUNIT_EXPECT_EQ(test, PTR_ERR(entry), -EINVAL);
		kho_block_pop(&came);
		check_numbers(test, &came, counts[i]);
		KUNIT_EXPECT_EQ(test,
				kho_block_restore(&list, phys,
						  sizeof(struct entry)),
				-ENOENT);
		kho_block_destroy(&came);
	}
}

static void expect_error(struct kunit *test, phys_addr_t phys, u64 *field,
			 u64 bad, int want, const char *why)
{
	struct kho_block_list list;
	u64 good = *field;

	*field = bad;
	KUNIT_EXPECT_EQ_MSG(test,
			    kho_block_restore(&list, phys,
					      sizeof(struct entry)),
			    want, "%s", why);
	*field = good;
}

/* __packed, but pages are aligned. */
static u64 *next_of(struct kho_block_header *block)
{
	return (u64 *)block;
}

static u64 *count_of(struct kho_block_header *block)
{
	return (u64 *)block + 1;
}

static void block_damaged(struct kunit *test)
{
	struct page *other = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct kho_block_header *first, *second;
	struct kho_block_list list;
	phys_addr_t phys;

	KUNIT_ASSERT_NOT_NULL(test, other);
	begin(test, &list);
	append(test, &list, CAPACITY + 3);
	phys = kho_block_phys(&list);
	first = block_at(phys);
	second = block_at(first->next);
	visit_blocks(test, phys, kho_kunit_kexec_run);

	expect_error(test, phys, count_of(first), CAPACITY + 1, -EINVAL,
		     "a block that is too full");
	expect_error(test, phys, count_of(second), U64_MAX, -EINVAL,
		     "entries without end");
	expect_error(test, phys, next_of(second), phys, -ENOENT, "a loop");
	expect_error(test, phys, next_of(second), first->next, -ENOENT,
		     "a block that is its own next");
	expect_error(test, phys, next_of(second), page_to_phys(other), -ENOENT,
		     "a block that did not come");
	expect_error(test, phys, next_of(first), first->next + 1, -EINVAL,
		     "unaligned");
	expect_error(test, phys, next_of(first), BIT_ULL(63), -ENOENT,
		     "no RAM");

	visit_blocks(test, phys, kho_kunit_kexec_back);
	check_numbers(test, &list, CAPACITY + 3);
	kho_block_destroy(&list);
	__free_page(other);
}

/* Each in a chain that is one block too long, or just not. */
static void block_chain_length(struct kunit *test)
{
	struct kho_block_header *extra = kho_alloc_preserve(PAGE_SIZE);
	struct kho_block_list list, came;
	struct kho_block_header *end;
	phys_addr_t phys;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, extra);
	begin(test, &list);
	append(test, &list, 1);
	KUNIT_ASSERT_EQ(test,
			kho_block_reserve(&list, KHO_BLOCK_MAX * CAPACITY - 1),
			0);
	phys = kho_block_phys(&list);
	end = list.end;
	end->next = virt_to_phys(extra);
	visit_blocks(test, phys, kho_kunit_kexec_run);

	KUNIT_EXPECT_EQ(test,
			kho_block_restore(&came, phys, sizeof(struct entry)),
			-EINVAL);
	end->next = 0;
	KUNIT_ASSERT_EQ(test,
			kho_block_restore(&came, phys, sizeof(struct entry)),
			0);
	check_numbers(test, &came, 1);
	kho_block_destroy(&came);
	kho_kunit_kexec_back(test, virt_to_phys(extra), 1);
	kho_unpreserve_free(extra);
}

static struct kunit_case block_tests[] = {
	KUNIT_CASE(block_sizes),
	KUNIT_CASE(block_empty),
	KUNIT_CASE(block_format),
	KUNIT_CASE(block_append_and_pop),
	KUNIT_CASE(block_reserve),
	KUNIT_CASE(block_too_many),
	KUNIT_CASE(block_kexec),
	KUNIT_CASE(block_damaged),
	KUNIT_CASE(block_chain_length),
	{}
};

static struct kunit_suite block_suite = {
	.name = "kho_block",
	.init = kho_kunit_begin,
	.exit = kho_kunit_end,
	.test_cases = block_tests,
};

kunit_test_suite(block_suite);
