// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: memory that nobody claims.
 *
 * action=unclaimed preserves blocks and a subtree "test-orphan". In the next
 * kernel check=orphan looks whether they are still as they were. It does not
 * ask KHO for them, since that would be claiming them: it finds the subtree in
 * /sys/firmware/kho/dt and reads the memory through a read-only mapping.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/kexec_handover.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "test_kho.h"

#define ORPHAN_NAME		"test-orphan"
#define ORPHAN_DT		"/sys/firmware/kho/dt"
#define DT_SIZE_MAX		SZ_1M

static struct test_kho_set orphan;

/**
 * test_kho_orphan_create - preserve what nobody is going to claim
 * @bytes: how much
 * @seed: of the pattern
 *
 * Return: 0 or an errno.
 */
int test_kho_orphan_create(u64 bytes, u64 seed)
{
	const struct test_kho_plan plan = {
		.bytes = bytes,
		.order = -1,
		.stride = 2,
		.fill = PAGE_SIZE,
		.seed = seed,
	};
	int err;

	err = test_kho_set_create(&orphan, &plan);
	if (err)
		return err;

	err = test_kho_set_preserve(&orphan);
	if (!err)
		err = kho_add_subtree(ORPHAN_NAME, orphan.blob,
				      sizeof(*orphan.blob));
	if (err) {
		test_kho_set_destroy(&orphan);
		return err;
	}
	pr_info("orphan: preserved %llu bytes in %llu folios, crc32c %08x\n",
		orphan.blob->bytes, orphan.blob->count, orphan.blob->crc);

	return 0;
}

/* Undo test_kho_orphan_create(). */
void test_kho_orphan_destroy(void)
{
	if (!orphan.blob)
		return;

	kho_remove_subtree(orphan.blob);
	test_kho_set_destroy(&orphan);
}

/* The pages may be looked at, and a stray write to them faults. */
static const void *map_readonly(phys_addr_t phys, unsigned long nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	const void *addr;

	if (!pages)
		return NULL;

	for (unsigned long i = 0; i < nr; i++)
		pages[i] = pfn_to_page(PHYS_PFN(phys) + i);
	addr = vmap(pages, nr, VM_MAP, PAGE_KERNEL_RO);
	kvfree(pages);

	return addr;
}

static int check_block(const struct test_kho_blob *blob, u64 entry)
{
	unsigned long nr = test_kho_ops[TEST_KHO_FOLIOS].pages(entry);
	phys_addr_t phys = test_kho_phys(entry);
	const void *addr = map_readonly(phys, nr);
	int err = 0;

	if (!addr)
		return -ENOMEM;

	for (unsigned long i = 0; i < nr && !err; i++) {
		if (!test_kho_verify(addr + i * PAGE_SIZE, blob->seed,
				     phys + i * PAGE_SIZE, PAGE_SIZE))
			err = -EUCLEAN;
	}
	vunmap(addr);

	return err;
}

static int check_chunks(const struct test_kho_blob *blob)
{
	u64 phys = blob->first, count = 0;
	int err = 0;

	while (phys && !err) {
		const struct test_kho_chunk *chunk = map_readonly(phys, 1);

		if (!chunk)
			return -ENOMEM;
		for (u64 i = 0; i < chunk->count && !err; i++, count++)
			err = check_block(blob, chunk->entry[i]);
		phys = chunk->next;
		vunmap(chunk);
	}

	return err ?: count == blob->count ? 0 : -EUCLEAN;
}

static int find_blob(u64 *phys)
{
	void *fdt = vmalloc(DT_SIZE_MAX);
	u64 size;
	int ret;

	if (!fdt)
		return -ENOMEM;

	ret = test_kho_read_file(ORPHAN_DT, fdt, DT_SIZE_MAX);
	if (ret >= 0)
		ret = test_kho_find_subtree(fdt, ret, ORPHAN_NAME, phys, &size);
	if (!ret && size != sizeof(struct test_kho_blob))
		ret = -EUCLEAN;
	vfree(fdt);

	return ret;
}

/**
 * test_kho_orphan_check - whether unclaimed memory is untouched
 *
 * Return: 0; -ENOENT when no orphan came; -EUCLEAN when it was touched.
 */
int test_kho_orphan_check(void)
{
	const struct test_kho_blob *blob;
	u64 phys;
	int err;

	err = find_blob(&phys);
	if (err)
		return err;

	blob = map_readonly(phys, 1);
	if (!blob)
		return -ENOMEM;

	if (memcmp(blob->magic, TEST_KHO_MAGIC, sizeof(blob->magic)))
		err = -EUCLEAN;
	else
		err = check_chunks(blob);
	vunmap(blob);

	return err;
}
