// SPDX-License-Identifier: GPL-2.0-only
/*
 * memblock for Kexec HandOver (KHO).
 *
 * A kernel that boots into memory which the last one handed over must not
 * allocate from what is preserved. Until the page allocator takes over, it
 * allocates from two kinds of memory only, both of them flags of memory regions:
 *
 *  - gaps: found while walking what is preserved, known to hold nothing of it;
 *  - scratch: set aside by the last kernel for just this, known from the start.
 *
 * Then all that is preserved is reserved at once, and the restriction ends.
 */

#include <linux/kernel.h>
#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/mmzone.h>
#include <linux/numa.h>
#include <linux/sizes.h>

/*
 * Room for the reservations that still follow a merge: splits where nodes meet,
 * for which every memory region needs two, and a few of anybody's.
 */
#define MEMBLOCK_MERGE_SLACK	64

/* memblock counts regions with an int, and twice as many must not overflow. */
#define MEMBLOCK_MAX_REGIONS	((unsigned long)SZ_1G)

static bool kho_restricted __initdata_memblock;
static bool kho_exclusive __initdata_memblock;
static bool account_kernel __initdata_memblock;

/**
 * memblock_kho_restrict - allocate from gaps and scratch alone
 *
 * From here on every allocation, memblock's own arrays included, comes from
 * memory marked with memblock_mark_kho_gap(), where that fails from memory
 * marked with memblock_mark_kho_scratch(), and from nothing else.
 *
 * Call it before the first mark: a region array that must grow while marks are
 * set has then no memory to grow into that may be somebody else's.
 *
 * Context: Early boot, before memblock's first allocation.
 */
void __init memblock_kho_restrict(void)
{
	kho_restricted = true;
}

/**
 * memblock_kho_reset - end the restriction and drop all marks
 *
 * Leaves memblock as on a cold boot: for a handover that was refused, and for
 * one that is complete once everything preserved is reserved.
 *
 * Context: Early boot.
 */
void __init memblock_kho_reset(void)
{
	kho_restricted = false;
	memblock_clear_kho_scratch(0, PHYS_ADDR_MAX);
	memblock_clear_kho_gap(0, PHYS_ADDR_MAX);
}

/**
 * memblock_kho_restricted - is memory that is free perhaps preserved?
 *
 * Context: Early boot.
 * Return: true between memblock_kho_restrict() and memblock_kho_reset().
 */
bool __init_memblock memblock_kho_restricted(void)
{
	return kho_restricted;
}

/**
 * memblock_kho_exclusive - allocate for others than the kernel itself
 * @on: whether to, from now on
 *
 * Around the allocation of memory that is handed out for good, or that is to be
 * preserved, as gigantic pages and reserve_mem= are: such memory neither comes
 * from scratch, nor must the next kernel find room in scratch for it, so it is
 * not counted by memblock_kernel_allocated().
 *
 * Context: Early boot.
 * Return: whether this was on before; to be restored by the caller.
 */
bool __init memblock_kho_exclusive(bool on)
{
	bool old = kho_exclusive;

	kho_exclusive = on;
	return old;
}

/**
 * memblock_kho_fallback - where to look when there was no memory in gaps
 * @flags: the flags that were asked for; those to ask for next
 *
 * Context: memblock's own.
 * Return: true if there is something left to try.
 */
bool __init_memblock memblock_kho_fallback(enum memblock_flags *flags)
{
	if (!(*flags & MEMBLOCK_KHO_GAP) || kho_exclusive)
		return false;

	*flags = MEMBLOCK_KHO_SCRATCH;
	return true;
}

/**
 * memblock_account_kernel - start or stop to tell allocations apart
 * @on: whether to
 *
 * Off by default, since regions that are told apart cannot be merged.
 *
 * Context: Early boot, before memblock's first allocation.
 */
void __init memblock_account_kernel(bool on)
{
	account_kernel = on;
}

/**
 * memblock_kernel_flags - flags for what is allocated now
 *
 * Context: memblock's own.
 * Return: MEMBLOCK_RSRV_KERN or MEMBLOCK_NONE.
 */
enum memblock_flags __init_memblock memblock_kernel_flags(void)
{
	if (!account_kernel || kho_exclusive)
		return MEMBLOCK_NONE;
	return MEMBLOCK_RSRV_KERN;
}

static phys_addr_t __init region_end(const struct memblock_region *r)
{
	return r->base + r->size;
}

/**
 * memblock_kho_last_part - where does a region end that marks cut to pieces?
 * @r: a region of memory
 *
 * The marks are gone when the page allocator takes over. Who tells others of
 * regions of memory, as resources do, means regions without them.
 *
 * Context: Early boot.
 * Return: the last of the regions, from @r on, that would be one with @r if
 * nothing was marked.
 */
struct memblock_region *__init memblock_kho_last_part(struct memblock_region *r)
{
	struct memblock_region *last = memblock.memory.regions +
				       memblock.memory.cnt - 1;

	while (r < last && region_end(r) == r[1].base &&
	       memblock_get_region_node(r) == memblock_get_region_node(&r[1]) &&
	       !((r[0].flags ^ r[1].flags) & ~MEMBLOCK_KHO_FLAGS))
		r++;

	return r;
}

static phys_addr_t __init overlap(const struct memblock_region *a,
				  const struct memblock_region *b,
				  phys_addr_t limit)
{
	phys_addr_t start = max(a->base, b->base);
	phys_addr_t end = min(region_end(a), region_end(b));

	end = min(end, limit);
	return start < end ? end - start : 0;
}

/**
 * memblock_kernel_allocated - how much did boot allocate for the kernel?
 * @end: count what lies below this address, PHYS_ADDR_MAX for all
 * @nid: count what lies on this node, NUMA_NO_NODE for all
 *
 * What others reserved (firmware, the kernel's image, the initrd) and what was
 * allocated for others (memblock_kho_exclusive()) does not count, nor does what
 * was allocated before memblock_account_kernel().
 *
 * Context: Early boot.
 * Return: the number of bytes.
 */
phys_addr_t __init memblock_kernel_allocated(phys_addr_t end, int nid)
{
	struct memblock_region *m, *r;
	phys_addr_t sum = 0;

	for_each_mem_region(m) {
		if (numa_valid_node(nid) && memblock_get_region_node(m) != nid)
			continue;
		for_each_reserved_mem_region(r)
			if (r->flags & MEMBLOCK_RSRV_KERN)
				sum += overlap(m, r, end);
	}

	return sum;
}

/* The ranges that are to be merged, one ahead. */
struct range_source {
	memblock_next_range_t next;
	void *ctx;
	unsigned long left;
	struct memblock_region range;
	bool more;
};

/* The array that they are merged into. */
struct range_sink {
	struct memblock_region *regions;
	unsigned long cnt;
	phys_addr_t total;
};

static int __init fetch(struct range_source *source)
{
	struct memblock_region *range = &source->range;
	phys_addr_t last = region_end(range);

	source->more = source->next(source->ctx, range);
	if (!source->more)
		return 0;
	if (!source->left--)
		return -E2BIG;
	if (range->base < last || region_end(range) <= range->base)
		return -EINVAL;
	return 0;
}

static void __init append(struct range_sink *sink,
			  const struct memblock_region *r)
{
	struct memblock_region *last = NULL;

	if (sink->cnt)
		last = &sink->regions[sink->cnt - 1];

	sink->total += r->size;
	if (last && region_end(last) == r->base && last->flags == r->flags &&
	    memblock_get_region_node(last) == memblock_get_region_node(r))
		last->size += r->size;
	else
		sink->regions[sink->cnt++] = *r;
}

static int __init merge(struct range_source *source, struct range_sink *sink)
{
	struct memblock_region *r = memblock.reserved.regions;
	struct memblock_region *end = r + memblock.reserved.cnt;
	int err;

	for (err = fetch(source); source->more; err = fetch(source)) {
		if (err)
			return err;
		for (; r < end && region_end(r) <= source->range.base; r++)
			append(sink, r);
		if (r < end && r->base < region_end(&source->range))
			return -EEXIST;
		append(sink, &source->range);
	}
	for (; r < end; r++)
		append(sink, r);

	return 0;
}

/**
 * memblock_reserve_sorted - reserve many ranges at once
 * @next: yields the ranges by ascending address, each with its flags; they may
 *	touch each other, but not overlap
 * @ctx: passed to @next
 * @count: @next yields so many at most
 *
 * Merges the ranges with what is reserved, in one pass into a new array, which
 * replaces the old one: unlike as many calls of memblock_reserve(), the cost is
 * linear. The new array is allocated from memblock, in one piece.
 *
 * On failure nothing has changed, and when that is about a range, it is the one
 * that @next yielded last.
 *
 * Context: Early boot, before the page allocator is up.
 * Return: 0; -EEXIST if a range overlaps what was reserved before; -EINVAL if
 * one is empty, wraps, or lies below the end of the one before; -E2BIG if there
 * are more than @count, or this is more than memblock can count; -ENOMEM if
 * there is no memory for the array.
 */
int __init memblock_reserve_sorted(memblock_next_range_t next, void *ctx,
				   unsigned long count)
{
	struct range_source source = {
		.next = next, .ctx = ctx, .left = count,
	};
	struct range_sink sink = {};
	unsigned long max;
	phys_addr_t size;
	int err;

	max = memblock.reserved.cnt + 2 * memblock.memory.cnt +
	      MEMBLOCK_MERGE_SLACK;
	if (count > MEMBLOCK_MAX_REGIONS - max)
		return -E2BIG;
	max += count;

	memblock_set_region_node(&source.range, MAX_NUMNODES);
	size = PAGE_ALIGN(max * sizeof(*sink.regions));
	sink.regions = memblock_alloc_try_nid_raw(size, PAGE_SIZE,
						  MEMBLOCK_LOW_LIMIT,
						  MEMBLOCK_ALLOC_NOLEAKTRACE,
						  NUMA_NO_NODE);
	if (!sink.regions)
		return -ENOMEM;

	err = merge(&source, &sink);
	if (err) {
		memblock_free(sink.regions, size);
		return err;
	}

	memblock_replace_reserved(sink.regions, sink.cnt,
				  size / sizeof(*sink.regions), sink.total);
	return 0;
}
