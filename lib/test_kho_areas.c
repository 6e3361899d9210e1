// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: vmalloc areas, of small pages and of huge ones,
 * in sizes at which the chunks that describe them are just full, or just not.
 *
 * The descriptions travel in a block chain, so that this is tested along.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/crc32.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/vmalloc.h>
#include <linux/kho_block.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "test_kho.h"

#define AREAS_MAGIC		"testkhoV"

#define CHUNK			KHO_VMALLOC_CHUNK_ENTRIES
#define HUGE_PAGES		(PMD_SIZE / PAGE_SIZE)

static const struct {
	unsigned long pages;
	bool huge;
} shapes[] = {
	{ 1 }, { 3 }, { CHUNK }, { CHUNK + 1 }, { 2 * CHUNK }, { 33 },
	{ 2 * CHUNK + 1 }, { HUGE_PAGES, true }, { 3 * HUGE_PAGES, true },
	{ 5, true }, { CHUNK - 1 },
};

/* The blob of the subtree; one page. */
struct areas_blob {
	char magic[8];
	u64 seed;
	u64 bytes;
	u64 count;
	u64 list;	/* physical address of the block chain */
	u64 crc;
};

/* An entry of the block chain. */
struct area_entry {
	struct kho_vmalloc desc;
	u64 pages;
};

struct area {
	void *ptr;
	unsigned long pages;
};

static struct area *areas;
static unsigned long nr_areas;
static u64 seed;

static struct areas_blob *out_blob;
static struct kho_block_list list;
static u64 preserve_ns, restore_ns;

static unsigned long shape_pages(unsigned long i, u64 left)
{
	return min_t(u64, shapes[i % ARRAY_SIZE(shapes)].pages, PFN_UP(left));
}

static unsigned long count_areas(u64 bytes)
{
	unsigned long n = 0, pages;
	u64 done = 0;

	while (done < bytes) {
		pages = shape_pages(n++, bytes - done);
		done += (u64)pages << PAGE_SHIFT;
	}

	return n;
}

static u64 all_bytes(void)
{
	u64 pages = 0;

	for (unsigned long i = 0; i < nr_areas; i++)
		pages += areas[i].pages;

	return pages << PAGE_SHIFT;
}

/* The pattern is that of the physical page, so that each has to come back. */
static phys_addr_t page_phys(const void *addr)
{
	return PFN_PHYS(vmalloc_to_pfn(addr));
}

static void fill_area(const struct area *area)
{
	for (unsigned long i = 0; i < area->pages; i++) {
		void *addr = area->ptr + i * PAGE_SIZE;

		test_kho_fill(addr, seed, page_phys(addr), PAGE_SIZE);
	}
}

static bool area_good(const struct area *area)
{
	for (unsigned long i = 0; i < area->pages; i++) {
		const void *addr = area->ptr + i * PAGE_SIZE;

		if (!test_kho_verify(addr, seed, page_phys(addr), PAGE_SIZE))
			return false;
	}

	return true;
}

static u32 areas_crc(void)
{
	u32 crc = ~0;

	for (unsigned long i = 0; i < nr_areas; i++) {
		crc = __crc32c_le(crc, areas[i].ptr,
				  areas[i].pages << PAGE_SHIFT);
		cond_resched();
	}

	return ~crc;
}

static int alloc_areas(u64 bytes)
{
	u64 left = bytes;

	nr_areas = count_areas(bytes);
	areas = kvcalloc(nr_areas, sizeof(*areas), GFP_KERNEL);
	if (!areas)
		return -ENOMEM;

	for (unsigned long i = 0; i < nr_areas; i++) {
		struct area *area = &areas[i];
		unsigned long size;

		area->pages = shape_pages(i, left);
		size = area->pages << PAGE_SHIFT;
		area->ptr = shapes[i % ARRAY_SIZE(shapes)].huge ?
				vmalloc_huge(size, GFP_KERNEL) : vmalloc(size);
		if (!area->ptr)
			return -ENOMEM;
		fill_area(area);
		left -= size;
		cond_resched();
	}

	return 0;
}

static void free_areas(void)
{
	for (unsigned long i = 0; areas && i < nr_areas; i++)
		vfree(areas[i].ptr);
	kvfree(areas);
	areas = NULL;
	nr_areas = 0;
}

static int preserve_areas(void)
{
	u64 start;
	int err;

	err = kho_block_init(&list, sizeof(struct area_entry));
	err = err ?: kho_block_reserve(&list, nr_areas);
	if (err)
		return err;

	start = ktime_get_ns();
	for (unsigned long i = 0; i < nr_areas; i++) {
		struct area_entry *entry = kho_block_append(&list);

		entry->pages = areas[i].pages;
		err = kho_preserve_vmalloc(areas[i].ptr, &entry->desc);
		if (err) {
			kho_block_pop(&list);
			return err;
		}
	}
	preserve_ns = ktime_get_ns() - start;

	return 0;
}

static void unpreserve_areas(void)
{
	struct kho_block_iter iter;
	struct area_entry *entry;

	for (entry = kho_block_first(&list, &iter); entry;
	     entry = kho_block_next(&iter))
		kho_unpreserve_vmalloc(&entry->desc);
	kho_block_destroy(&list);
}

/* Preserve what is in areas[], and tell the next kernel of it. */
static int hand_on(const char *subtree)
{
	int err;

	out_blob = kho_alloc_preserve(sizeof(*out_blob));
	if (IS_ERR(out_blob)) {
		err = PTR_ERR(out_blob);
		out_blob = NULL;
		return err;
	}

	err = preserve_areas();
	if (!err) {
		memcpy(out_blob->magic, AREAS_MAGIC, sizeof(out_blob->magic));
		out_blob->seed = seed;
		out_blob->bytes = all_bytes();
		out_blob->count = nr_areas;
		out_blob->list = kho_block_phys(&list);
		out_blob->crc = areas_crc();
		err = kho_add_subtree(subtree, out_blob, sizeof(*out_blob));
	}
	if (err) {
		unpreserve_areas();
		kho_unpreserve_free(out_blob);
		out_blob = NULL;
	}

	return err;
}

static void report(const char *what, u32 crc)
{
	pr_info("%s: %s %llu bytes in %lu areas, crc32c %08x\n", test_kho_name,
		what, all_bytes(), nr_areas, crc);
}

static void report_times(void)
{
	pr_info("%s: preserve %llu ns, restore %llu ns\n", test_kho_name,
		preserve_ns, restore_ns);
}

/*
 * Allocate vmalloc areas, fill and preserve them. Returns 0 or an errno, and
 * then nothing is left.
 */
int test_kho_areas_create(const struct test_kho_plan *plan, const char *subtree)
{
	int err;

	seed = plan->seed;
	err = alloc_areas(plan->bytes);
	if (!err)
		err = hand_on(subtree);
	if (err) {
		free_areas();
		return err;
	}
	report("preserved", out_blob->crc);
	report_times();

	return 0;
}

/* Whether a blob that came is of this kind. */
bool test_kho_areas_came(const void *blob, size_t size)
{
	const struct areas_blob *came = blob;

	return size == sizeof(*came) &&
	       !memcmp(came->magic, AREAS_MAGIC, sizeof(came->magic));
}

static int complain(const char *why, u64 what)
{
	pr_err("%s: error: %s: %llu\n", test_kho_name, why, what);

	return -EUCLEAN;
}

static int restore_areas(struct kho_block_list *came)
{
	struct kho_block_iter iter;
	struct area_entry *entry;
	u64 start = ktime_get_ns();

	nr_areas = 0;
	for (entry = kho_block_first(came, &iter); entry;
	     entry = kho_block_next(&iter)) {
		struct area *area = &areas[nr_areas];

		area->pages = entry->pages;
		area->ptr = test_kho_fault_restore(&entry->desc);
		if (!area->ptr)
			return complain("an area did not come back", nr_areas);
		nr_areas++;
	}
	restore_ns = ktime_get_ns() - start;

	for (entry = kho_block_first(came, &iter); entry;
	     entry = kho_block_next(&iter)) {
		if (kho_restore_vmalloc(&entry->desc))
			return complain("an area came back twice",
					entry->pages);
	}

	return 0;
}

static int check_areas(const struct areas_blob *came)
{
	for (unsigned long i = 0; i < nr_areas; i++) {
		const struct area *area = &areas[i];

		/* After the area comes its guard page. */
		if (!is_vmalloc_addr(area->ptr) ||
		    vmalloc_to_page(area->ptr + area->pages * PAGE_SIZE))
			return complain("an area's size is wrong", i);
		if (!area_good(area))
			return complain("an area's contents are wrong", i);
		cond_resched();
	}
	if (all_bytes() != came->bytes)
		return complain("the sum of bytes is wrong", all_bytes());
	if (areas_crc() != came->crc)
		return complain("the checksum is wrong", areas_crc());

	return 0;
}

static int take_back(const struct areas_blob *came)
{
	struct kho_block_list came_list;
	int err;

	seed = came->seed;
	err = kho_block_restore(&came_list, came->list,
				sizeof(struct area_entry));
	if (err)
		return complain("the list did not come back", -err);
	if (kho_block_count(&came_list) != came->count)
		return complain("the list is not complete", came->count);

	areas = kvcalloc(came->count, sizeof(*areas), GFP_KERNEL);
	if (!areas)
		return -ENOMEM;

	err = restore_areas(&came_list);
	if (!err)
		err = check_areas(came);
	kho_block_destroy(&came_list);

	return err;
}

/*
 * Take areas back and verify them; preserve them again, or free them. The blob
 * that came was restored, and is freed here. Returns 0; -EUCLEAN when anything is
 * not as it was, and then memory is left as it is; or an error of preserving.
 */
int test_kho_areas_restore(void *blob, const char *subtree, bool keep)
{
	struct areas_blob *came = blob;
	int err;

	err = take_back(came);
	if (err)
		return err;

	report("restored", came->crc);
	folio_put(virt_to_folio(came));
	if (keep) {
		err = hand_on(subtree);
		if (err)
			return err;
	} else {
		free_areas();
	}
	report_times();

	return 0;
}

bool test_kho_areas_preserved(void)
{
	return out_blob;
}

/* Unpreserve and free; not while the handover is finalized. */
void test_kho_areas_destroy(void)
{
	if (!out_blob)
		return;

	kho_remove_subtree(out_blob);
	unpreserve_areas();
	kho_unpreserve_free(out_blob);
	out_blob = NULL;
	free_areas();
}
