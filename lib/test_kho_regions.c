// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: reserve_mem= regions.
 *
 * action=regions_fill writes a pattern that depends on a region's name, size
 * and physical address into each of regions=NAME,...; in the next kernel
 * action=regions_check finds it, or says what has changed.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/crc32.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "test_kho.h"
#include "test_kho_actions.h"

static u64 region_seed(const char *name, phys_addr_t size)
{
	return (u64)crc32_le(~0, name, strlen(name)) << 32 ^ size;
}

/* Returns the bytes of the region's part at @off that one call handles. */
static unsigned int region_part(phys_addr_t size, phys_addr_t off)
{
	return round_down(min_t(phys_addr_t, size - off, PAGE_SIZE),
			  sizeof(u64));
}

static int region_fill(const char *name, phys_addr_t phys, phys_addr_t size)
{
	for (phys_addr_t off = 0; off < size; off += PAGE_SIZE)
		test_kho_fill(phys_to_virt(phys + off), region_seed(name, size),
			      phys + off, region_part(size, off));

	return 0;
}

static int region_check(const char *name, phys_addr_t phys, phys_addr_t size)
{
	for (phys_addr_t off = 0; off < size; off += PAGE_SIZE) {
		if (!test_kho_verify(phys_to_virt(phys + off),
				     region_seed(name, size), phys + off,
				     region_part(size, off)))
			return -EUCLEAN;
	}

	return 0;
}

static void region_do(const char *name, const char *verb,
		      int (*fn)(const char *name, phys_addr_t phys,
				phys_addr_t size))
{
	phys_addr_t phys, size;
	char what[64];

	snprintf(what, sizeof(what), "regions: find %s", name);
	if (!reserve_mem_find_by_name(name, &phys, &size)) {
		test_kho_expect(what, -ENOENT, 0);
		return;
	}

	snprintf(what, sizeof(what), "regions: %s %s", verb, name);
	test_kho_expect(what, fn(name, phys, size), 0);
	pr_info("region %s: %pa bytes at %pa\n", name, &size, &phys);
}

static void regions_do(const char *verb,
		       int (*fn)(const char *name, phys_addr_t phys,
				 phys_addr_t size))
{
	char *list = kstrdup(test_kho_regions ?: "", GFP_KERNEL);
	char *next = list, *name;

	if (!list || !*list)
		test_kho_expect("regions: regions=NAME,...", -EINVAL, 0);
	else
		while ((name = strsep(&next, ",")))
			region_do(name, verb, fn);
	kfree(list);
}

/* action=regions_fill */
void test_kho_regions_fill(unsigned long arg)
{
	regions_do("fill", region_fill);
}

/* action=regions_check */
void test_kho_regions_check(unsigned long arg)
{
	regions_do("check", region_check);
}
