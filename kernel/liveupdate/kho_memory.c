// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: the memory of this kernel, and what of it may be preserved.
 *
 * The next kernel will be told of the memory that this one was booted with. So
 * what memblock knew at boot is kept: all RAM, and what firmware reserved of it
 * before the kernel had allocated much. Memory that was added later, that is no
 * RAM, or that firmware keeps is not for preserving.
 *
 * Where all is well, and that is nearly everywhere, a bit for each 4 MiB says so.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/bitmap.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/memblock.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/page-isolation.h>
#include <linux/printk.h>

#include "kho_memory.h"
#include "kho_rules.h"
#include "kho_state.h"

/* So many pages of memory that was added are put aside to find another one. */
#define KHO_ALLOC_TRIES		64

unsigned long *kho_good_pieces;
unsigned long kho_nr_pieces;
u64 kho_boot_bytes;

const struct kho_memory kho_memory_early __initconst = {
	.ram = &memblock.memory,
	.used = &memblock.reserved,
};

static struct memblock_type ram_at_boot = { .name = "kho_ram" };
static struct memblock_type used_at_boot = { .name = "kho_used" };

/*
 * The initrd and much of what UEFI had is free memory by now. What firmware keeps
 * is reserved still, or CMA if the device tree says that it may be used meanwhile.
 */
static bool kho_is_firmware(phys_addr_t base, phys_addr_t end)
{
	unsigned long pfn;

	for (pfn = PHYS_PFN(base); pfn < PFN_UP(end); pfn++) {
		struct page *page = pfn_to_online_page(pfn);

		if (!page || PageReserved(page) || is_migrate_cma_page(page))
			return true;
	}
	return false;
}

/* Without a look at what is used still, which is right where nothing ever was. */
static const struct kho_memory all_ever_used = {
	.ram = &ram_at_boot,
	.used = &used_at_boot,
};

static const struct kho_memory memory_at_boot = {
	.ram = &ram_at_boot,
	.used = &used_at_boot,
	.in_use = kho_is_firmware,
};

/**
 * kho_memory_at_boot() - what the next kernel will know of memory
 *
 * Context: Any after kho_memory_remember().
 * Return: The memory, for kho_check_range() and kho_check_map().
 */
const struct kho_memory *kho_memory_at_boot(void)
{
	return &memory_at_boot;
}

static bool kho_run_is_online(unsigned long pfn, unsigned long nr_pages)
{
	unsigned long end = pfn + nr_pages;

	for (; pfn < end; pfn = ALIGN(pfn + 1, PAGES_PER_SECTION))
		if (!pfn_to_online_page(pfn))
			return false;
	return true;
}

/**
 * kho_was_added() - does a page lie in memory that was added after boot?
 * @pfn: the page, any number
 *
 * Context: Any.
 * Return: true when it does.
 */
bool kho_was_added(unsigned long pfn)
{
	return pfn_valid(pfn) && !early_section(__pfn_to_section(pfn));
}

/**
 * kho_check_pages() - may a run of pages be preserved?
 * @pfn: its first page, anything
 * @nr_pages: number of pages, anything
 *
 * Context: Any after kho_memory_remember().
 * Return: NULL when it may, else a sentence that says what is wrong.
 */
const char *kho_check_pages(unsigned long pfn, unsigned long nr_pages)
{
	struct kho_place place = {};

	if (!nr_pages || pfn + nr_pages < pfn ||
	    pfn + nr_pages > PHYS_PFN(PHYS_ADDR_MAX))
		return "there are no such pages";
	if (!kho_run_is_online(pfn, nr_pages))
		return "memory to be preserved is not online";
	if (kho_was_added(pfn) || kho_was_added(pfn + nr_pages - 1))
		return "memory to be preserved was added after boot";
	return kho_check_range(&memory_at_boot, &place, PFN_PHYS(pfn),
			       PFN_PHYS(nr_pages));
}

static bool kho_page_preservable(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	return kho_surely_preservable(pfn, order) ||
	       !kho_check_pages(pfn, 1UL << order);
}

/*
 * All memory may look alike to the page allocator, but some was added after boot.
 * That lies high, so where others do not help the low zones do.
 */
static noinline struct page *kho_alloc_other(struct page *page, gfp_t gfp,
					     unsigned int order)
{
	LIST_HEAD(aside);
	struct page *bad, *next;
	int tries = KHO_ALLOC_TRIES;

	while (page && !kho_page_preservable(page, order)) {
		list_add(&page->lru, &aside);
		if (!--tries)
			gfp |= IS_ENABLED(CONFIG_ZONE_DMA32) ? GFP_DMA32 : GFP_DMA;
		page = tries < 0 ? NULL : alloc_pages(gfp, order);
	}
	list_for_each_entry_safe(bad, next, &aside, lru)
		__free_pages(bad, order);
	return page;
}

/**
 * kho_alloc_pages() - allocate pages that may be preserved
 * @order: 2^@order of them, naturally aligned
 *
 * Context: Process context, may sleep.
 * Return: The first of the pages, zeroed, a compound page when there are several;
 * NULL when there is no memory, or none that was there at boot. With KHO off any
 * pages will do.
 */
struct page *kho_alloc_pages(unsigned int order)
{
	gfp_t gfp = GFP_KERNEL | __GFP_ZERO | __GFP_COMP;
	struct page *page = alloc_pages(gfp, order);

	if (likely(!page || !kho_is_enabled() ||
		   kho_page_preservable(page, order)))
		return page;
	return kho_alloc_other(page, gfp, order);
}

/**
 * kho_is_poisoned() - has a range of memory a hardware error?
 * @phys: physical address, of memory that has struct pages
 * @size: bytes
 *
 * Context: Any.
 * Return: true when one of its pages is marked.
 */
bool kho_is_poisoned(phys_addr_t phys, u64 size)
{
	unsigned long pfn = PHYS_PFN(phys), end = PFN_UP(phys + size);

	for (; pfn < end; pfn++)
		if (PageHWPoison(pfn_to_page(pfn)))
			return true;
	return false;
}

/**
 * kho_memory_forget() - some memory goes offline, or is scratch now
 * @pfn: its first page
 * @end: the page behind the last one
 *
 * What is asked about it later is looked at closely.
 *
 * Context: Any.
 */
void kho_memory_forget(unsigned long pfn, unsigned long end)
{
	for (; pfn < end; pfn = ALIGN(pfn + 1, 1UL << KHO_PIECE_ORDER))
		if (pfn >> KHO_PIECE_ORDER < kho_nr_pieces)
			clear_bit(pfn >> KHO_PIECE_ORDER, kho_good_pieces);
}

static bool kho_is_good_piece(unsigned long piece)
{
	struct kho_place place = {};

	return !kho_check_range(&all_ever_used, &place, (u64)piece * SZ_4M, SZ_4M);
}

/**
 * kho_memory_recall() - some memory is like any other again
 * @pfn: its first page
 * @end: the page behind the last one
 *
 * What kho_memory_forget() was told of, and what is online.
 *
 * Context: Any.
 */
void kho_memory_recall(unsigned long pfn, unsigned long end)
{
	for (; pfn < end; pfn = ALIGN(pfn + 1, 1UL << KHO_PIECE_ORDER))
		if (pfn >> KHO_PIECE_ORDER < kho_nr_pieces &&
		    kho_is_good_piece(pfn >> KHO_PIECE_ORDER))
			set_bit(pfn >> KHO_PIECE_ORDER, kho_good_pieces);
}

/* Whatever marks early boot has made: does a region go on where another ends? */
static bool __init kho_is_one_region(const struct memblock_region *a,
				     const struct memblock_region *b)
{
	return a->base + a->size == b->base &&
	       memblock_get_region_node(a) == memblock_get_region_node(b) &&
	       !((a->flags ^ b->flags) & ~MEMBLOCK_KHO_FLAGS);
}

static int __init kho_copy_regions(struct memblock_type *to,
				   const struct memblock_type *from,
				   enum memblock_flags without)
{
	unsigned long i;

	to->cnt = 0;
	to->max = from->cnt;
	to->regions = memblock_alloc(array_size(to->max, sizeof(*to->regions)),
				     SMP_CACHE_BYTES);
	if (!to->regions)
		return -ENOMEM;
	/* The allocation may have added a region. */
	for (i = 0; i < from->cnt && to->cnt < to->max; i++) {
		const struct memblock_region *region = &from->regions[i];

		if (region->flags & without)
			continue;
		if (to->cnt && kho_is_one_region(&to->regions[to->cnt - 1], region))
			to->regions[to->cnt - 1].size += region->size;
		else
			to->regions[to->cnt++] = *region;
	}
	return 0;
}

/**
 * kho_memory_look() - note what firmware keeps
 *
 * Context: Early boot, from kho_early_open(), when hardly anything but firmware
 * has reserved memory.
 * Return: 0, or -ENOMEM.
 */
int __init kho_memory_look(void)
{
	return kho_copy_regions(&used_at_boot, &memblock.reserved,
				MEMBLOCK_RSRV_KERN);
}

/* A bit for each piece that has nothing but memory that may be preserved. */
static int __init kho_find_good_pieces(void)
{
	unsigned long nr = PHYS_PFN(memblock_end_of_DRAM()) >> KHO_PIECE_ORDER;
	struct kho_place place = {};
	unsigned long i;

	kho_good_pieces = memblock_alloc(BITS_TO_LONGS(nr + 1) * sizeof(long),
					 SMP_CACHE_BYTES);
	if (!kho_good_pieces)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		if (!kho_check_range(&all_ever_used, &place, (u64)i * SZ_4M, SZ_4M))
			__set_bit(i, kho_good_pieces);
	kho_nr_pieces = nr;
	return 0;
}

/**
 * kho_memory_remember() - keep what memblock knows of memory
 *
 * Context: Early boot, from kho_memory_init(), when scratch has its place.
 * Return: 0, or -ENOMEM.
 */
int __init kho_memory_remember(void)
{
	kho_boot_bytes = memblock_kernel_allocated(PHYS_ADDR_MAX, NUMA_NO_NODE);
	return kho_copy_regions(&ram_at_boot, &memblock.memory,
				MEMBLOCK_NOMAP | MEMBLOCK_DRIVER_MANAGED) ?:
	       kho_find_good_pieces();
}
