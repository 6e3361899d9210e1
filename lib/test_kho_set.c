// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: a set of blocks from allocation to
 * verification in the next kernel.
 *
 * The list of the blocks is the chain of chunks that the next kernel reads;
 * there is no other, so that a million blocks cost 2,000 pages here.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/crc32.h>
#include <linux/kexec_handover.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/nodemask.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "test_kho.h"

/* Report so many errors of one kind at most, and count the others. */
#define MAX_COMPLAINTS		8

static struct test_kho_chunk *chunk_at(u64 phys)
{
	return phys ? phys_to_virt(phys) : NULL;
}

static struct test_kho_chunk *first_chunk(const struct test_kho_set *set)
{
	return chunk_at(set->blob->first);
}

static struct test_kho_chunk *next_chunk(const struct test_kho_chunk *chunk)
{
	cond_resched();

	return chunk_at(chunk->next);
}

static const struct test_kho_ops *set_ops(const struct test_kho_set *set)
{
	return &test_kho_ops[set->blob->kind];
}

static u64 entry_bytes(const struct test_kho_set *set, u64 entry)
{
	return (u64)set_ops(set)->pages(entry) << PAGE_SHIFT;
}

static int add_entry(struct test_kho_set *set, u64 entry)
{
	struct test_kho_chunk *chunk = set->last;

	if (!chunk || chunk->count == TEST_KHO_CHUNK_ENTRIES) {
		chunk = kho_alloc_preserve(sizeof(*chunk));
		if (IS_ERR(chunk))
			return PTR_ERR(chunk);

		if (set->last)
			set->last->next = virt_to_phys(chunk);
		else
			set->blob->first = virt_to_phys(chunk);
		set->last = chunk;
	}

	chunk->entry[chunk->count++] = entry;
	set->blob->count++;
	set->blob->bytes += entry_bytes(set, entry);

	return 0;
}

static unsigned int plan_order(const struct test_kho_plan *plan, u64 index,
			       u64 left)
{
	unsigned int order = plan->order;

	if (plan->order < 0)
		order = index % (MAX_PAGE_ORDER + 1);

	return min_t(unsigned int, order, ilog2(PFN_UP(left)));
}

/* With mixed orders a smaller block does where there is no larger one. */
static u64 alloc_entry(const struct test_kho_plan *plan, u64 index, u64 left,
		       int nid)
{
	unsigned int order = plan_order(plan, index, left);
	u64 entry;

	do {
		entry = test_kho_ops[plan->kind].alloc(order, index, nid);
	} while (!entry && plan->order < 0 && order--);

	return entry;
}

/* Keep what shall be free memory in the end from being allocated again. */
static void hold_entry(u64 entry, struct list_head *held)
{
	struct page *page = test_kho_page(entry);

	set_page_private(page, entry);
	list_add(&page->lru, held);
}

static void free_held(const struct test_kho_ops *ops, struct list_head *held)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, held, lru) {
		u64 entry = page_private(page);

		list_del(&page->lru);
		set_page_private(page, 0);
		ops->free(entry);
		cond_resched();
	}
}

static int alloc_blocks(struct test_kho_set *set,
			const struct test_kho_plan *plan,
			struct list_head *held)
{
	int nid = first_node(node_states[N_MEMORY]);
	u64 entry;
	int err;

	for (u64 i = 0; set->blob->bytes < plan->bytes; i++) {
		entry = alloc_entry(plan, i / plan->stride,
				    plan->bytes - set->blob->bytes, nid);
		if (!entry)
			return -ENOMEM;

		if (i % plan->stride) {
			hold_entry(entry, held);
			continue;
		}

		err = add_entry(set, entry);
		if (err) {
			set_ops(set)->free(entry);
			return err;
		}
		nid = next_node_in(nid, node_states[N_MEMORY]);
		cond_resched();
	}

	return 0;
}

static u32 fill_entry(const struct test_kho_set *set, u64 entry, u32 crc)
{
	const struct test_kho_blob *blob = set->blob;
	phys_addr_t phys = test_kho_phys(entry);
	unsigned long pages = set_ops(set)->pages(entry);

	for (unsigned long i = 0; i < pages; i++, phys += PAGE_SIZE) {
		void *addr = phys_to_virt(phys);

		test_kho_fill(addr, blob->seed, phys, blob->fill);
		crc = __crc32c_le(crc, addr, blob->fill);
	}

	return crc;
}

static void fill_set(struct test_kho_set *set)
{
	struct test_kho_chunk *chunk;
	u32 crc = ~0;

	for (chunk = first_chunk(set); chunk; chunk = next_chunk(chunk)) {
		for (u64 i = 0; i < chunk->count; i++) {
			crc = fill_entry(set, chunk->entry[i], crc);
			cond_resched();
		}
	}

	set->blob->crc = ~crc;
}

/**
 * test_kho_set_create - allocate blocks and fill them
 * @set: the set, all zero
 * @plan: how many, how large, how scattered
 *
 * The blocks are not preserved yet, the list of them is.
 *
 * Return: 0; -ENOMEM; an error of kho_alloc_preserve().
 */
int test_kho_set_create(struct test_kho_set *set,
			const struct test_kho_plan *plan)
{
	struct test_kho_blob *blob;
	LIST_HEAD(held);
	int err;

	blob = kho_alloc_preserve(sizeof(*blob));
	if (IS_ERR(blob))
		return PTR_ERR(blob);

	memcpy(blob->magic, TEST_KHO_MAGIC, sizeof(blob->magic));
	blob->seed = plan->seed;
	blob->kind = plan->kind;
	blob->fill = plan->fill;
	set->blob = blob;

	err = alloc_blocks(set, plan, &held);
	free_held(set_ops(set), &held);
	if (err) {
		test_kho_set_destroy(set);
		return err;
	}
	fill_set(set);

	return 0;
}

/**
 * test_kho_set_preserve - preserve all blocks of a set
 * @set: the set; ->preserve_ns is the time that the calls took
 *
 * Return: 0, or the first error; the blocks before it are preserved then.
 */
int test_kho_set_preserve(struct test_kho_set *set)
{
	const struct test_kho_ops *ops = set_ops(set);
	struct test_kho_chunk *chunk;
	u64 start = ktime_get_ns();
	int err;

	for (chunk = first_chunk(set); chunk; chunk = next_chunk(chunk)) {
		for (u64 i = 0; i < chunk->count; i++) {
			err = ops->preserve(chunk->entry[i]);
			if (err)
				return err;
			set->preserved++;
		}
	}
	set->preserve_ns = ktime_get_ns() - start;

	return 0;
}

static void unpreserve_blocks(struct test_kho_set *set)
{
	const struct test_kho_ops *ops = set_ops(set);
	struct test_kho_chunk *chunk;

	for (chunk = first_chunk(set); chunk; chunk = next_chunk(chunk)) {
		for (u64 i = 0; i < chunk->count && set->preserved; i++) {
			ops->unpreserve(chunk->entry[i]);
			set->preserved--;
		}
	}
}

static void free_blocks(struct test_kho_set *set)
{
	const struct test_kho_ops *ops = set_ops(set);
	struct test_kho_chunk *chunk;

	for (chunk = first_chunk(set); chunk; chunk = next_chunk(chunk)) {
		for (u64 i = 0; i < chunk->count; i++)
			ops->free(chunk->entry[i]);
	}
}

static void free_list(struct test_kho_set *set, void (*free)(void *mem))
{
	struct test_kho_chunk *chunk = first_chunk(set);

	while (chunk) {
		struct test_kho_chunk *next = chunk_at(chunk->next);

		free(chunk);
		chunk = next;
	}
	free(set->blob);
	set->blob = NULL;
	set->last = NULL;
}

/**
 * test_kho_set_destroy - unpreserve and free a set
 * @set: the set; not while the handover is finalized
 */
void test_kho_set_destroy(struct test_kho_set *set)
{
	unpreserve_blocks(set);
	free_blocks(set);
	free_list(set, kho_unpreserve_free);
}

static void put_page_at(void *mem)
{
	__free_page(virt_to_page(mem));
}

/**
 * test_kho_set_free - free a set that was restored
 * @set: the set; nothing of it is preserved
 */
void test_kho_set_free(struct test_kho_set *set)
{
	free_blocks(set);
	free_list(set, put_page_at);
}

/* The list has to come back before what it lists. */
static int restore_list(struct test_kho_set *set)
{
	u64 phys = set->blob->first;

	while (phys) {
		struct folio *folio = kho_restore_folio(phys);
		struct test_kho_chunk *chunk;

		if (!folio) {
			pr_err("%s: error: the list at 0x%llx was not preserved\n",
			       test_kho_name, phys);
			return -EUCLEAN;
		}

		chunk = folio_address(folio);
		if (chunk->count > TEST_KHO_CHUNK_ENTRIES) {
			pr_err("%s: error: the list at 0x%llx is damaged\n",
			       test_kho_name, phys);
			return -EUCLEAN;
		}
		phys = chunk->next;
	}

	return 0;
}

/* Nothing but the calls under test in this loop: its time is measured. */
static u64 restore_blocks(struct test_kho_set *set)
{
	const struct test_kho_ops *ops = set_ops(set);
	struct test_kho_chunk *chunk;
	u64 start = ktime_get_ns();
	u64 lost = 0;

	for (chunk = first_chunk(set); chunk; chunk = next_chunk(chunk)) {
		for (u64 i = 0; i < chunk->count; i++) {
			u64 entry = chunk->entry[i];

			if (unlikely(ops->restore(entry) !=
				     test_kho_page(entry)))
				lost++;
		}
	}
	set->restore_ns = ktime_get_ns() - start;

	return lost;
}

static u64 restore_again(struct test_kho_set *set)
{
	struct test_kho_chunk *chunk = first_chunk(set);
	u64 given = 0;

	for (u64 i = 0; chunk && i < chunk->count; i++) {
		if (set_ops(set)->restore(chunk->entry[i]))
			given++;
	}

	return given;
}

static const char *check_entry(const struct test_kho_set *set, u64 entry,
			       u32 *crc)
{
	const struct test_kho_blob *blob = set->blob;
	phys_addr_t phys = test_kho_phys(entry);
	unsigned long pages = set_ops(set)->pages(entry);
	const char *why = set_ops(set)->check(entry);

	for (unsigned long i = 0; i < pages; i++, phys += PAGE_SIZE) {
		const void *addr = phys_to_virt(phys);

		*crc = __crc32c_le(*crc, addr, blob->fill);
		if (!test_kho_verify(addr, blob->seed, phys, blob->fill))
			why = why ?: "the contents are wrong";
	}

	return why;
}

/* Everything that can be said of restored blocks; returns what is wrong. */
static u64 check_blocks(const struct test_kho_set *set)
{
	u64 wrong = 0, count = 0, bytes = 0;
	struct test_kho_chunk *chunk;
	u32 crc = ~0;

	for (chunk = first_chunk(set); chunk; chunk = next_chunk(chunk)) {
		for (u64 i = 0; i < chunk->count; i++) {
			u64 entry = chunk->entry[i];
			const char *why = check_entry(set, entry, &crc);

			if (why && ++wrong <= MAX_COMPLAINTS)
				pr_err("%s: error: block 0x%llx: %s\n",
				       test_kho_name, entry, why);
			count++;
			bytes += entry_bytes(set, entry);
			cond_resched();
		}
	}

	if (count != set->blob->count || bytes != set->blob->bytes) {
		pr_err("%s: error: %llu bytes in %llu blocks are listed, %llu in %llu were preserved\n",
		       test_kho_name, bytes, count, set->blob->bytes,
		       set->blob->count);
		wrong++;
	}
	if (~crc != set->blob->crc) {
		pr_err("%s: error: crc32c %08x, not %08x\n", test_kho_name,
		       ~crc, set->blob->crc);
		wrong++;
	}

	return wrong;
}

static bool blob_valid(const struct test_kho_blob *blob, size_t size)
{
	return size == sizeof(*blob) &&
	       !memcmp(blob->magic, TEST_KHO_MAGIC, sizeof(blob->magic)) &&
	       blob->kind < TEST_KHO_KINDS && blob->fill <= PAGE_SIZE;
}

/**
 * test_kho_set_restore - take a set back and verify all of it
 * @set: the set, all zero; ->restore_ns is the time that the calls took
 * @blob: the blob, which was restored
 * @size: the blob's size
 *
 * After an error memory is left as it is, for a look at it.
 *
 * Return: 0, or -EUCLEAN when anything is not as it was.
 */
int test_kho_set_restore(struct test_kho_set *set, void *blob, size_t size)
{
	u64 lost, again;
	int err;

	set->blob = blob;
	if (!blob_valid(set->blob, size)) {
		pr_err("%s: error: the blob of %zu bytes is damaged\n",
		       test_kho_name, size);
		return -EUCLEAN;
	}

	err = restore_list(set);
	if (err)
		return err;

	lost = restore_blocks(set);
	if (lost) {
		pr_err("%s: error: %llu of %llu blocks did not come back\n",
		       test_kho_name, lost, set->blob->count);
		return -EUCLEAN;
	}

	again = restore_again(set);
	if (again)
		pr_err("%s: error: %llu blocks came back twice\n",
		       test_kho_name, again);

	return check_blocks(set) || again ? -EUCLEAN : 0;
}
