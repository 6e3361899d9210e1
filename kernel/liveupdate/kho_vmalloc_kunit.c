// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of vmalloc areas: the format, that a failure leaves nothing, a
 * kexec and back within one kernel, and descriptions that are damaged.
 */
#include <kunit/test.h>
#include <linux/io.h>
#include <linux/kmemleak.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <linux/kho/abi/vmalloc.h>

#include "../../mm/internal.h"
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

#define ENTRIES		KHO_VMALLOC_CHUNK_ENTRIES

/* Areas of small pages; the number of chunks follows. */
static const unsigned int area_pages[] = {
	1, 2, ENTRIES - 1, ENTRIES, ENTRIES + 1, 2 * ENTRIES, 2 * ENTRIES + 1,
};

static void pages_desc(const unsigned int *nr, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u pages", *nr);
}

KUNIT_ARRAY_PARAM(pages, area_pages, pages_desc);

static u64 *alloc_area(struct kunit *test, unsigned int nr_pages)
{
	u64 *ptr = vmalloc((unsigned long)nr_pages << PAGE_SHIFT);

	KUNIT_ASSERT_NOT_NULL(test, ptr);
	for (unsigned int i = 0; i < nr_pages; i++)
		ptr[i * (PAGE_SIZE / sizeof(u64))] = i + 1;
	return ptr;
}

static u64 *alloc_huge(struct kunit *test, unsigned long size)
{
	u64 *ptr = vmalloc_huge(size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ptr);
	for (unsigned long i = 0; i < size >> PAGE_SHIFT; i++)
		ptr[i * (PAGE_SIZE / sizeof(u64))] = i + 1;
	return ptr;
}

static bool area_intact(const u64 *ptr, unsigned int nr_pages)
{
	for (unsigned int i = 0; i < nr_pages; i++)
		if (ptr[i * (PAGE_SIZE / sizeof(u64))] != i + 1)
			return false;
	return true;
}

static struct kho_vmalloc_chunk *chunk_at(u64 phys)
{
	return phys ? phys_to_virt(phys) : NULL;
}

static bool refused(const struct kho_vmalloc *desc)
{
	return !kho_restore_vmalloc(desc);
}

/* Every page, in the order of the area, and nothing else. */
static void vmalloc_format(struct kunit *test)
{
	unsigned int nr = *(const unsigned int *)test->param_value, page = 0;
	struct kho_vmalloc_chunk *chunk;
	void *ptr = alloc_area(test, nr);
	struct kho_vmalloc desc;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, kho_preserve_vmalloc(ptr, &desc), 0);
	KUNIT_EXPECT_EQ(test, desc.total_pages, nr);
	KUNIT_EXPECT_EQ(test, desc.flags, KHO_VMALLOC_ALLOC);
	KUNIT_EXPECT_EQ(test, desc.order, 0);

	for (chunk = chunk_at(desc.first); chunk; chunk = chunk_at(chunk->next)) {
		for (i = 0; i < ENTRIES && page < nr; i++, page++)
			KUNIT_EXPECT_EQ(test, chunk->phys[i],
					page_to_phys(vmalloc_to_page(ptr + page *
								     PAGE_SIZE)));
		KUNIT_EXPECT_NE(test, i, 0);
		KUNIT_EXPECT_EQ(test, !!chunk->next, page < nr);
		if (i < ENTRIES)
			KUNIT_EXPECT_EQ(test, chunk->phys[i], 0);
	}
	KUNIT_EXPECT_EQ(test, page, nr);

	kho_unpreserve_vmalloc(&desc);
	KUNIT_EXPECT_TRUE(test, area_intact(ptr, nr));
	vfree(ptr);
}

static void vmalloc_format_huge(struct kunit *test)
{
	void *ptr = alloc_huge(test, 4 * PMD_SIZE);
	unsigned int order = vm_area_page_order(find_vm_area(ptr));
	const struct kho_vmalloc_chunk *chunk;
	struct kho_vmalloc desc;

	KUNIT_ASSERT_EQ(test, kho_preserve_vmalloc(ptr, &desc), 0);
	KUNIT_EXPECT_EQ(test, desc.total_pages, 4 * PMD_SIZE / PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, desc.flags, KHO_VMALLOC_ALLOC | KHO_VMALLOC_HUGE_VMAP);
	KUNIT_EXPECT_EQ(test, desc.order, order);
	chunk = chunk_at(desc.first);
	for (unsigned int i = 0; order && i < 4 * PMD_SIZE >> PAGE_SHIFT >> order;
	     i++)
		KUNIT_EXPECT_EQ(test, chunk->phys[i],
				page_to_phys(vmalloc_to_page(ptr + i *
							     (PAGE_SIZE << order))));
	kho_unpreserve_vmalloc(&desc);
	vfree(ptr);
}

/* Each is told to be no area of the kind, and the description stays as it was. */
static void vmalloc_other_kinds(struct kunit *test)
{
	struct kho_vmalloc desc = { .first = 7 };
	struct page *page = alloc_page(GFP_KERNEL);
	void *ptr = alloc_area(test, 2), *user = vmalloc_user(PAGE_SIZE);
	void *mapped;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_NOT_NULL(test, user);
	mapped = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mapped);

	KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(NULL, &desc), -EINVAL);
	KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(page_address(page), &desc),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(ptr + PAGE_SIZE, &desc),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(ptr + 8, &desc), -EINVAL);
	KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(user, &desc), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(mapped, &desc), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, desc.first, 7);

	vunmap(mapped);
	__free_page(page);
	vfree(user);
	vfree(ptr);
}

/* The last page is taken: everything before it is given up again. */
static void vmalloc_unwinds(struct kunit *test)
{
	unsigned int nr = *(const unsigned int *)test->param_value;
	struct kho_vmalloc desc = { .first = 7 };
	void *ptr = alloc_area(test, nr);
	struct page *last = vmalloc_to_page(ptr + (nr - 1) * PAGE_SIZE);
	u64 bytes;

	KUNIT_ASSERT_EQ(test, kho_preserve_pages(last, 1), 0);
	bytes = kho_preserved_bytes();
	KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(ptr, &desc), -EEXIST);
	KUNIT_EXPECT_EQ(test, desc.first, 7);
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), bytes);
	kho_unpreserve_pages(last, 1);

	KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(ptr, &desc), 0);
	kho_unpreserve_vmalloc(&desc);
	KUNIT_EXPECT_EQ(test, desc.first, 0);
	vfree(ptr);
}

/* By the order of the entries: not one page of each. */
static void vmalloc_unwinds_huge(struct kunit *test)
{
	void *ptr = alloc_huge(test, 4 * PMD_SIZE);
	unsigned int order = vm_area_page_order(find_vm_area(ptr));
	unsigned long entry = PAGE_SIZE << order;
	struct page *last = vmalloc_to_page(ptr + 4 * PMD_SIZE - entry);
	struct kho_vmalloc desc;
	u64 bytes;

	if (!order) {
		vfree(ptr);
		kunit_skip(test, "no huge pages to be had");
	}
	KUNIT_ASSERT_EQ(test, kho_preserve_pages(last, 1UL << order), 0);
	bytes = kho_preserved_bytes();
	KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(ptr, &desc), -EEXIST);
	KUNIT_EXPECT_EQ(test, kho_preserved_bytes(), bytes);
	kho_unpreserve_pages(last, 1UL << order);
	vfree(ptr);
}

static void vmalloc_finalized(struct kunit *test)
{
	void *ptr = alloc_area(test, 3);
	struct kho_vmalloc desc;

	KUNIT_ASSERT_EQ(test, kho_finalize(), 0);
	KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(ptr, &desc), -EBUSY);
	KUNIT_EXPECT_EQ(test, kho_abort(), 0);
	vfree(ptr);
}

static void visit_runs(struct kunit *test, const struct kho_vmalloc *desc,
		       kho_kunit_run_fn fn)
{
	u64 phys = desc->first;

	while (phys) {
		const struct kho_vmalloc_chunk *chunk = chunk_at(phys);

		for (unsigned int i = 0; i < ENTRIES && chunk->phys[i]; i++)
			fn(test, chunk->phys[i], 1UL << desc->order);
		fn(test, phys, 1);
		phys = chunk->next;
	}
}

/* The pages now belong to who restores them: what is left of the area goes. */
static void forget_area(void *ptr)
{
	struct vm_struct *vm;

	kmemleak_free(ptr);
	vm = remove_vm_area(ptr);
	atomic_long_sub(vm->nr_pages, &nr_vmalloc_pages);
	kvfree(vm->pages);
	kfree(vm);
}

static void check_restored(struct kunit *test, void *ptr,
			   const struct kho_vmalloc *desc)
{
	struct vm_struct *vm = find_vm_area(ptr);
	bool huge = desc->flags & KHO_VMALLOC_HUGE_VMAP;

	KUNIT_ASSERT_NOT_NULL(test, vm);
	KUNIT_EXPECT_EQ(test, vm->nr_pages, desc->total_pages);
	KUNIT_EXPECT_EQ(test, vm->flags,
			VM_ALLOC | (huge ? VM_ALLOW_HUGE_VMAP : 0));
	KUNIT_EXPECT_EQ(test, vm_area_page_order(vm), desc->order);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(ptr));
	KUNIT_EXPECT_TRUE(test, area_intact(ptr, desc->total_pages));
	for (unsigned int i = 0; i < vm->nr_pages; i++) {
		struct page *page = vm->pages[i];

		KUNIT_ASSERT_EQ(test, page_ref_count(page), 1);
		KUNIT_ASSERT_FALSE(test, PageCompound(page));
		KUNIT_ASSERT_FALSE(test, PageReserved(page));
		KUNIT_ASSERT_PTR_EQ(test, page->mapping, NULL);
		KUNIT_ASSERT_PTR_EQ(test, page,
				    vmalloc_to_page(ptr + i * PAGE_SIZE));
	}
}

/* vfree() will count them out again. Others may come and go meanwhile. */
static void check_counted(struct kunit *test, long before, long nr_pages)
{
	long counted = (long)vmalloc_nr_pages() - before;

	KUNIT_EXPECT_GE(test, counted, nr_pages - 64);
	KUNIT_EXPECT_LE(test, counted, nr_pages + 64);
}

static void kexec_and_back(struct kunit *test, void *ptr)
{
	struct kho_vmalloc desc;
	unsigned long pages;

	KUNIT_ASSERT_EQ(test, kho_preserve_vmalloc(ptr, &desc), 0);
	visit_runs(test, &desc, kho_kunit_kexec_run);
	forget_area(ptr);

	pages = vmalloc_nr_pages();
	ptr = kho_restore_vmalloc(&desc);
	KUNIT_ASSERT_NOT_NULL(test, ptr);
	check_counted(test, pages, desc.total_pages);
	KUNIT_EXPECT_TRUE(test, refused(&desc));
	check_restored(test, ptr, &desc);
	vfree(ptr);
}

static void vmalloc_kexec(struct kunit *test)
{
	kexec_and_back(test, alloc_area(test,
					*(const unsigned int *)test->param_value));
}

static void vmalloc_kexec_huge(struct kunit *test)
{
	kexec_and_back(test, alloc_huge(test, SZ_8M));
}

/* An area that came, with two chunks, and its description. */
struct came {
	struct kho_vmalloc desc;
	struct kho_vmalloc_chunk *first;
	struct kho_vmalloc_chunk *last;
	void *ptr;
	unsigned int nr;
};

static void area_comes(struct kunit *test, struct came *came)
{
	came->nr = ENTRIES + 9;
	came->ptr = alloc_area(test, came->nr);
	KUNIT_ASSERT_EQ(test, kho_preserve_vmalloc(came->ptr, &came->desc), 0);
	visit_runs(test, &came->desc, kho_kunit_kexec_run);
	came->first = chunk_at(came->desc.first);
	came->last = chunk_at(came->first->next);
}

/* Nothing was taken: all of it can be preserved again. */
static void area_goes(struct kunit *test, struct came *came)
{
	visit_runs(test, &came->desc, kho_kunit_kexec_back);
	kho_unpreserve_vmalloc(&came->desc);
	KUNIT_EXPECT_TRUE(test, area_intact(came->ptr, came->nr));
	vfree(came->ptr);
}

static void vmalloc_bad_desc(struct kunit *test)
{
	static const u16 orders[] = { 1, 2, 9, 19, 20, 31, 32, 33, 52, 63, 64,
				      255, U16_MAX };
	static const u32 totals[] = { 0, 1, ENTRIES, ENTRIES + 8, ENTRIES + 10,
				      ENTRIES << 19, 1U << 31, U32_MAX };
	struct kho_vmalloc desc;
	struct came came;

	area_comes(test, &came);
	for (unsigned int i = 0; i < ARRAY_SIZE(orders); i++) {
		desc = came.desc;
		desc.order = orders[i];
		KUNIT_EXPECT_TRUE_MSG(test, refused(&desc), "order %u",
				      orders[i]);
		desc.total_pages = 1U << (orders[i] & 31);
		KUNIT_EXPECT_TRUE_MSG(test, refused(&desc),
				      "order %u and a total that fits",
				      orders[i]);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(totals); i++) {
		desc = came.desc;
		desc.total_pages = totals[i];
		KUNIT_EXPECT_TRUE_MSG(test, refused(&desc), "%u pages",
				      totals[i]);
	}
	for (unsigned int flags = 0; flags <= 0xff; flags++) {
		desc = came.desc;
		desc.flags = flags == KHO_VMALLOC_ALLOC ||
			     flags == KHO_VMALLOC_FLAGS ? 0x8001 : flags;
		KUNIT_EXPECT_TRUE_MSG(test, refused(&desc), "flags %#x",
				      desc.flags);
	}
	area_goes(test, &came);
}

static void vmalloc_bad_first(struct kunit *test)
{
	struct page *other = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct came came;
	u64 bad[] = { 0, 1, 8, PAGE_SIZE / 2, ~0ULL, PAGE_MASK,
		      BIT_ULL(51), BIT_ULL(63), 0, 0, 0 };

	KUNIT_ASSERT_NOT_NULL(test, other);
	area_comes(test, &came);
	bad[8] = page_to_phys(other);
	bad[9] = came.desc.first + 8;
	bad[10] = came.first->next;
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		struct kho_vmalloc desc = came.desc;

		desc.first = bad[i];
		KUNIT_EXPECT_TRUE_MSG(test, refused(&desc), "first %#llx",
				      bad[i]);
	}
	area_goes(test, &came);
	__free_page(other);
}

/* Put @bad where @field is, look, and put it back. */
static void expect_refused(struct kunit *test, const struct came *came,
			   u64 *field, u64 bad, const char *why)
{
	unsigned long nodes = kho_kunit_nodes(&kho_in.tree);
	u64 good = *field;

	*field = bad;
	KUNIT_EXPECT_TRUE_MSG(test, refused(&came->desc), "%s", why);
	*field = good;
	KUNIT_EXPECT_EQ(test, kho_kunit_nodes(&kho_in.tree), nodes);
}

static void vmalloc_bad_chunks(struct kunit *test)
{
	struct page *other = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct came came;
	u64 *entry;

	KUNIT_ASSERT_NOT_NULL(test, other);
	area_comes(test, &came);
	entry = &came.last->phys[3];
	expect_refused(test, &came, entry, 0, "ends early");
	expect_refused(test, &came, entry, came.last->phys[2], "twice");
	expect_refused(test, &came, entry, came.first->phys[0], "twice, far");
	expect_refused(test, &came, entry, came.desc.first, "the chunk");
	expect_refused(test, &came, entry, came.first->next, "the last chunk");
	expect_refused(test, &came, entry, page_to_phys(other), "did not come");
	expect_refused(test, &came, entry, *entry + 8, "unaligned");
	expect_refused(test, &came, entry, BIT_ULL(51), "no RAM");
	expect_refused(test, &came, entry, BIT_ULL(63) | *entry, "a high bit");
	expect_refused(test, &came, &came.last->phys[9], page_to_phys(other),
		       "one more");
	expect_refused(test, &came, &came.first->phys[ENTRIES - 1], 0,
		       "a hole before the next chunk");
	expect_refused(test, &came, &came.first->next, 0, "no next");
	expect_refused(test, &came, &came.first->next, came.desc.first,
		       "a chunk that is its own next");
	expect_refused(test, &came, &came.last->next, came.desc.first,
		       "a loop");
	expect_refused(test, &came, &came.last->next, page_to_phys(other),
		       "a chunk after the last");
	expect_refused(test, &came, &came.first->next, page_to_phys(other),
		       "a next that did not come");
	area_goes(test, &came);
	__free_page(other);
}

/* As some writers leave it: the last chunk is full, and one follows. */
static void vmalloc_empty_chunk(struct kunit *test)
{
	void *ptr = alloc_area(test, ENTRIES), *empty;
	struct kho_vmalloc desc;

	KUNIT_ASSERT_EQ(test, kho_preserve_vmalloc(ptr, &desc), 0);
	empty = kho_alloc_preserve(PAGE_SIZE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, empty);
	chunk_at(desc.first)->next = virt_to_phys(empty);
	visit_runs(test, &desc, kho_kunit_kexec_run);
	forget_area(ptr);

	ptr = kho_restore_vmalloc(&desc);
	KUNIT_ASSERT_NOT_NULL(test, ptr);
	check_restored(test, ptr, &desc);
	vfree(ptr);
}

/* One page went to somebody else: nobody gets the rest as an area. */
static void vmalloc_half_taken(struct kunit *test)
{
	struct came came;
	u64 phys, key;

	area_comes(test, &came);
	phys = came.last->phys[8];
	key = kho_radix_encode_key(phys, 0);
	KUNIT_ASSERT_EQ(test, kho_radix_del_key(&kho_in.tree, key), 0);
	KUNIT_EXPECT_TRUE(test, refused(&came.desc));
	KUNIT_ASSERT_EQ(test, kho_radix_add_key(&kho_in.tree, key), 0);
	area_goes(test, &came);
}

/* Several want the same area at once. */
#define RACE_THREADS	4
#define RACE_ROUNDS	25

struct racer {
	const struct kho_vmalloc *desc;
	struct completion *start;
	struct completion done;
	void *got;
};

static int race(void *data)
{
	struct racer *racer = data;

	wait_for_completion(racer->start);
	racer->got = kho_restore_vmalloc(racer->desc);
	complete(&racer->done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void race_once(struct kunit *test, struct came *came)
{
	struct task_struct *threads[RACE_THREADS];
	struct racer racers[RACE_THREADS];
	DECLARE_COMPLETION_ONSTACK(start);
	void *got = NULL;
	unsigned int i, nr_got = 0;

	for (i = 0; i < RACE_THREADS; i++) {
		racers[i] = (struct racer) { &came->desc, &start };
		init_completion(&racers[i].done);
		threads[i] = kthread_run(race, &racers[i], "kho_race/%u", i);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, threads[i]);
	}
	complete_all(&start);
	for (i = 0; i < RACE_THREADS; i++) {
		wait_for_completion(&racers[i].done);
		kthread_stop(threads[i]);
		if (racers[i].got) {
			got = racers[i].got;
			nr_got++;
		}
	}
	KUNIT_EXPECT_EQ(test, nr_got, 1);
	KUNIT_ASSERT_NOT_NULL(test, got);
	check_restored(test, got, &came->desc);
	vfree(got);
}

static void vmalloc_race(struct kunit *test)
{
	struct came came;

	for (unsigned int i = 0; i < RACE_ROUNDS; i++) {
		area_comes(test, &came);
		forget_area(came.ptr);
		race_once(test, &came);
	}
}

static struct kunit_case vmalloc_tests[] = {
	KUNIT_CASE_PARAM(vmalloc_format, pages_gen_params),
	KUNIT_CASE(vmalloc_format_huge),
	KUNIT_CASE(vmalloc_other_kinds),
	KUNIT_CASE_PARAM(vmalloc_unwinds, pages_gen_params),
	KUNIT_CASE(vmalloc_unwinds_huge),
	KUNIT_CASE(vmalloc_finalized),
	KUNIT_CASE_PARAM(vmalloc_kexec, pages_gen_params),
	KUNIT_CASE(vmalloc_kexec_huge),
	KUNIT_CASE(vmalloc_bad_desc),
	KUNIT_CASE(vmalloc_bad_first),
	KUNIT_CASE(vmalloc_bad_chunks),
	KUNIT_CASE(vmalloc_empty_chunk),
	KUNIT_CASE(vmalloc_half_taken),
	KUNIT_CASE(vmalloc_race),
	{}
};

static struct kunit_suite vmalloc_suite = {
	.name = "kho_vmalloc",
	.init = kho_kunit_begin,
	.exit = kho_kunit_end,
	.test_cases = vmalloc_tests,
};

kunit_test_suite(vmalloc_suite);
