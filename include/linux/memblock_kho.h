/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What memblock does for Kexec HandOver (KHO): allocation that keeps off
 * memory that the last kernel handed over, many reservations merged at once,
 * and a count of what boot allocates. Included by <linux/memblock.h>.
 *
 * Without CONFIG_KEXEC_HANDOVER, and as long as nobody switches something on,
 * memblock works as if this was not there.
 */
#ifndef _LINUX_MEMBLOCK_KHO_H
#define _LINUX_MEMBLOCK_KHO_H

#include <linux/types.h>

/*
 * Flags that memblock gives to regions behind the back of those who add and
 * reserve memory: a range may overlap regions that carry more of them than it
 * was added with.
 */
#define MEMBLOCK_KHO_FLAGS	(MEMBLOCK_KHO_SCRATCH | MEMBLOCK_KHO_GAP | \
				 MEMBLOCK_KHO_KEPT | MEMBLOCK_RSRV_KERN)

/**
 * typedef memblock_next_range_t - where memblock_reserve_sorted() takes ranges
 * @ctx: what was passed to memblock_reserve_sorted()
 * @range: where to put base, size and flags of the next range
 *
 * Return: false when there are no more ranges.
 */
typedef bool (*memblock_next_range_t)(void *ctx, struct memblock_region *range);

/**
 * typedef reserve_mem_fn_t - called by reserve_mem_for_each()
 * @name: the name of the region
 * @start: its physical address
 * @size: its size in bytes, as on the command line
 * @arg: what was passed to reserve_mem_for_each()
 *
 * Return: 0 to go on with the next region, else this ends the walk.
 */
typedef int (*reserve_mem_fn_t)(const char *name, phys_addr_t start,
				phys_addr_t size, void *arg);

int memblock_mark_kho_scratch(phys_addr_t base, phys_addr_t size);
int memblock_clear_kho_scratch(phys_addr_t base, phys_addr_t size);
int memblock_mark_kho_gap(phys_addr_t base, phys_addr_t size);
int memblock_clear_kho_gap(phys_addr_t base, phys_addr_t size);

static inline bool memblock_is_kho_scratch(const struct memblock_region *m)
{
	return m->flags & MEMBLOCK_KHO_SCRATCH;
}

static inline bool memblock_is_kho_gap(const struct memblock_region *m)
{
	return m->flags & MEMBLOCK_KHO_GAP;
}

static inline bool memblock_is_kho_kept(const struct memblock_region *m)
{
	return m->flags & MEMBLOCK_KHO_KEPT;
}

/* Is @m not what @flags ask for? A gap that is scratch, too, is scratch. */
static inline bool memblock_kho_skip_region(const struct memblock_region *m,
					    unsigned int flags)
{
	if (flags & MEMBLOCK_KHO_GAP)
		return !memblock_is_kho_gap(m) || memblock_is_kho_scratch(m);
	if (flags & MEMBLOCK_KHO_SCRATCH)
		return !memblock_is_kho_scratch(m);
	return false;
}

#ifdef CONFIG_KEXEC_HANDOVER

void memblock_kho_restrict(void);
void memblock_kho_reset(void);
bool memblock_kho_restricted(void);
bool memblock_kho_exclusive(bool on);
bool memblock_kho_fallback(enum memblock_flags *flags);
struct memblock_region *memblock_kho_last_part(struct memblock_region *r);

int memblock_reserve_sorted(memblock_next_range_t next, void *ctx,
			    unsigned long count);

void memblock_account_kernel(bool on);
enum memblock_flags memblock_kernel_flags(void);
phys_addr_t memblock_kernel_allocated(phys_addr_t end, int nid);

void memblock_init_cma_pageblocks(phys_addr_t base, phys_addr_t size);

#ifdef CONFIG_DEFERRED_STRUCT_PAGE_INIT
void memblock_init_noinit_pages(unsigned long pfn, unsigned long nr_pages);
#else
static inline void memblock_init_noinit_pages(unsigned long pfn,
					      unsigned long nr_pages)
{
}
#endif

phys_addr_t reserve_mem_kho_alloc(const char *name, phys_addr_t size,
				  phys_addr_t align);

/* mm/memblock.c, for the files beside it */
void memblock_replace_reserved(struct memblock_region *regions,
			       unsigned long cnt, unsigned long max,
			       phys_addr_t total_size);
int reserve_mem_for_each(reserve_mem_fn_t fn, void *arg);

#else /* CONFIG_KEXEC_HANDOVER */

static inline bool memblock_kho_restricted(void)
{
	return false;
}

static inline bool memblock_kho_exclusive(bool on)
{
	return false;
}

static inline bool memblock_kho_fallback(enum memblock_flags *flags)
{
	return false;
}

static inline struct memblock_region *
memblock_kho_last_part(struct memblock_region *r)
{
	return r;
}

static inline enum memblock_flags memblock_kernel_flags(void)
{
	return MEMBLOCK_NONE;
}

static inline phys_addr_t reserve_mem_kho_alloc(const char *name,
						phys_addr_t size,
						phys_addr_t align)
{
	return memblock_phys_alloc(size, align);
}

#endif /* CONFIG_KEXEC_HANDOVER */

#endif /* _LINUX_MEMBLOCK_KHO_H */
