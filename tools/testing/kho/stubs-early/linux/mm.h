/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that the process has at SIM_OFFSET above its physical addresses, where the
 * sanitizer leaves room. Every step from a physical address to memory is counted:
 * that is how work is bounded.
 */
#ifndef _KHO_EARLY_MM_H
#define _KHO_EARLY_MM_H

#include <linux/align.h>
#include <linux/bits.h>
#include <linux/types.h>
#include <linux/mmzone.h>

#define SIM_OFFSET		0x200000000000UL

#define PAGE_SIZE		BIT(PAGE_SHIFT)
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#define PHYS_ADDR_MAX		(~(phys_addr_t)0)
#define PAGE_ALIGN(addr)	ALIGN(addr, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(addr)	ALIGN_DOWN(addr, PAGE_SIZE)
#define PAGE_ALIGNED(addr)	IS_ALIGNED((unsigned long)(addr), PAGE_SIZE)
#define offset_in_page(addr)	((unsigned long)(addr) & ~PAGE_MASK)

#define pageblock_end_pfn(pfn)	ALIGN((pfn) + 1, pageblock_nr_pages)
#define page_group_by_mobility_disabled	0

#define __va(x)			phys_to_virt(x)
#define __pa(x)			virt_to_phys((void *)(x))
#define virt_addr_valid(virt)	((void)(virt), true)
#define PageHWPoison(page)	((void)(page), false)
#define pfn_to_page(pfn)	sim_page(pfn)

struct page;

extern unsigned long sim_steps;

struct page *sim_page(unsigned long pfn);
void sim_touch(phys_addr_t phys, unsigned long size);
bool sim_fails(void);

/* As phys_to_virt(), for the tests themselves */
static inline void *sim_memory(phys_addr_t phys)
{
	return (void *)(unsigned long)(phys + SIM_OFFSET);
}

static inline void *phys_to_virt(phys_addr_t phys)
{
	sim_steps++;
	sim_touch(phys, 1);
	return sim_memory(phys);
}

static inline phys_addr_t virt_to_phys(const void *virt)
{
	return (phys_addr_t)(unsigned long)virt - SIM_OFFSET;
}

void reserve_bootmem_region(phys_addr_t start, phys_addr_t end, int nid);

/* Pages that were freed, and that nobody has counted yet */
extern long sim_uncounted;

static inline void totalram_pages_inc(void)
{
	sim_uncounted--;
}

static inline void totalram_pages_add(long count)
{
	sim_uncounted -= count;
}

int early_pfn_to_nid(unsigned long pfn);
unsigned long get_num_physpages(void);

#include "../../early_kernel.h"

#endif
