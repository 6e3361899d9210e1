// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: the scratch areas, in which nothing preserved ever lies.
 *
 * The next kernel is loaded into them and takes its first pages from them.
 * While this kernel runs they are the page allocator's, as MIGRATE_CMA: only
 * movable pages are placed there, so nothing that could be preserved.
 *
 * The next kernel opens the large gaps between preserved blocks soon after it
 * starts (kho_early.c), so the areas need hold little more than the image, the
 * initrd and the first page tables. A next kernel that does not do so boots in
 * scratch alone; it wants kho_scratch=N%.
 *
 * These are the reserve. With kho=demand there is none, see kho_demand.c.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/cma.h>
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/initrd.h>
#include <linux/kstrtox.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <asm/sections.h>
#include <kunit/visibility.h>

#include "kho_memory.h"
#include "kho_scratch.h"
#include "kho_state.h"

/* Default sizes; global grows with the machine, nodes share theirs. */
#define KHO_SCRATCH_LOW		SZ_32M
#define KHO_SCRATCH_GLOBAL	(SZ_128M + SZ_16M)
#define KHO_SCRATCH_NODES	SZ_64M
#define KHO_SCRATCH_NODE_MIN	SZ_8M

/*
 * Page tables of the direct map, which the next kernel allocates before it can
 * read the memory map: one eight-byte entry for each page at the worst.
 */
#define KHO_PAGE_TABLE_SHARE	(PAGE_SIZE / sizeof(u64))

struct kho_scratch kho_scratch[KHO_SCRATCH_MAX];
unsigned int kho_scratch_cnt;
unsigned int kho_scratch_on_demand;

static struct kho_scratch_sizes scratch_param __initdata;

/* One number with an optional K, M, G or T, and nothing else. */
static int kho_parse_size(const char *arg, size_t len, u64 *size)
{
	static const char units[] = "kmgt";
	unsigned int shift = 0;
	const char *unit;
	char buf[24];
	int err;

	if (!len || len >= sizeof(buf) || !isdigit(*arg))
		return -EINVAL;
	memcpy(buf, arg, len);
	buf[len] = '\0';
	unit = strchr(units, tolower(buf[len - 1]));
	if (unit) {
		shift = 10 * (unit - units + 1);
		buf[len - 1] = '\0';
	}
	err = kstrtoull(buf, 0, size);
	if (err)
		return err;
	/* Sums and rounding up must not overflow. */
	if (!*size || *size > (PHYS_ADDR_MAX >> 8) >> shift)
		return -ERANGE;
	*size <<= shift;
	return 0;
}

/**
 * kho_scratch_parse() - read a value of kho_scratch=
 * @arg: LOW,GLOBAL,NODE or GLOBAL,NODE or N%
 * @sizes: where to put it, untouched after an error
 *
 * Context: Any.
 * Return: 0, -EINVAL when it is none of these, -ERANGE for a size of 0 or above
 * what can be an address, or a percentage of 0 or above 10000.
 */
VISIBLE_IF_KUNIT int kho_scratch_parse(const char *arg,
				       struct kho_scratch_sizes *sizes)
{
	size_t len = strlen(arg);
	unsigned int n;
	u64 val[3];
	int err;

	if (len && arg[len - 1] == '%') {
		err = kho_parse_size(arg, len - 1, &val[0]);
		if (err)
			return err;
		if (!isdigit(arg[len - 2]))
			return -EINVAL;
		if (val[0] > 10000)
			return -ERANGE;
		*sizes = (struct kho_scratch_sizes){ .percent = val[0] };
		return 0;
	}

	for (n = 0; n < ARRAY_SIZE(val); n++) {
		len = strcspn(arg, ",");
		err = kho_parse_size(arg, len, &val[n]);
		if (err)
			return err;
		arg += len;
		if (!*arg++)
			break;
	}
	switch (n) {
	case 1:
		*sizes = (struct kho_scratch_sizes){ .global = val[0],
						     .node = val[1] };
		return 0;
	case 2:
		*sizes = (struct kho_scratch_sizes){ .low = val[0],
						     .global = val[1],
						     .node = val[2] };
		return 0;
	default:
		return -EINVAL;
	}
}
EXPORT_SYMBOL_IF_KUNIT(kho_scratch_parse);

/* Did the command line say how large the areas are? */
static bool __init kho_scratch_given(void)
{
	return scratch_param.global || scratch_param.percent;
}

static int __init kho_scratch_read_param(const char *name, const char *arg)
{
	int err = kho_scratch_parse(arg, &scratch_param);

	if (err)
		pr_warn("%s=%s %s; %s is used\n", name, arg,
			err == -ERANGE ? "is out of range" :
					 "is not LOW,GLOBAL,NODE or N%",
			kho_scratch_given() ? "what was given before" :
					      "the default");
	return 0;
}

static int __init kho_scratch_setup(char *arg)
{
	return kho_scratch_read_param("kho_scratch", arg ?: "");
}
early_param("kho_scratch", kho_scratch_setup);

/* What mainline calls it from 7.4 on */
static int __init kho_bootmem_setup(char *arg)
{
	return kho_scratch_read_param("kho_bootmem", arg ?: "");
}
early_param("kho_bootmem", kho_bootmem_setup);

/**
 * kho_scratch_overlap() - does a range touch a scratch area?
 * @phys: physical address
 * @size: bytes
 *
 * Context: Any. Of an area on demand the answer is right for whoever has memory of
 * his own there, or none.
 * Return: true when it does.
 */
bool kho_scratch_overlap(phys_addr_t phys, size_t size)
{
	for (unsigned int i = 0; i < kho_scratch_cnt + kho_scratch_on_demand; i++) {
		const struct kho_scratch *area = &kho_scratch[i];

		if (area->size && phys < area->addr + area->size &&
		    area->addr < phys + size)
			return true;
	}
	return false;
}

static u64 __init kho_scratch_align(u64 size)
{
	return ALIGN(size, KHO_SCRATCH_GRAIN);
}

/*
 * What the next kernel is loaded as, twice over, as far as the machine has the
 * room: later images and initrds are larger.
 */
static u64 __init kho_scratch_segments(u64 ram)
{
	u64 image = _end - _text;

	if (IS_ENABLED(CONFIG_BLK_DEV_INITRD))
		image += initrd_end - initrd_start;
	return max_t(u64, KHO_SCRATCH_GLOBAL, min(2 * image, ram / 8));
}

static void __init kho_scratch_defaults(struct kho_scratch_sizes *sizes)
{
	u64 ram = memblock_phys_mem_size();
	unsigned int nodes = num_node_state(N_MEMORY);

	if (!sizes->low)
		sizes->low = KHO_SCRATCH_LOW;
	if (!sizes->global)
		sizes->global = kho_scratch_segments(ram) +
				ram / KHO_PAGE_TABLE_SHARE;
	if (!sizes->node)
		sizes->node = max_t(u64, KHO_SCRATCH_NODES / nodes,
				    KHO_SCRATCH_NODE_MIN);
}

static u64 __init kho_percent(u64 bytes)
{
	return kho_scratch_align(bytes / 100 * scratch_param.percent);
}

/* The size of the area on @nid, or of the global one for NUMA_NO_NODE. */
static u64 __init kho_scratch_node_size(const struct kho_scratch_sizes *sizes,
					int nid)
{
	u64 low;

	if (!sizes->percent)
		return nid == NUMA_NO_NODE ? sizes->global : sizes->node;
	if (nid != NUMA_NO_NODE)
		return kho_percent(memblock_kernel_allocated(PHYS_ADDR_MAX, nid));
	low = memblock_kernel_allocated(ARCH_LOW_ADDRESS_LIMIT, nid);
	return kho_percent(memblock_kernel_allocated(PHYS_ADDR_MAX, nid) - low);
}

/* Areas have one grain at least. */
static u64 __init kho_scratch_size(u64 size)
{
	return max(kho_scratch_align(size), kho_scratch_align(1));
}

static int __init kho_scratch_find(u64 size, phys_addr_t end, int nid)
{
	struct kho_scratch *area = &kho_scratch[kho_scratch_cnt];
	phys_addr_t align = kho_scratch_align(1);

	area->addr = memblock_alloc_range_nid(size, align, align, end, nid,
					      nid != NUMA_NO_NODE);
	if (!area->addr)
		return -ENOMEM;
	area->size = size;
	kho_scratch_cnt++;
	return 0;
}

/* The areas in low memory and anywhere, which no next kernel can do without */
static int __init kho_scratch_find_common(const struct kho_scratch_sizes *sizes)
{
	u64 low = sizes->low, size;

	if (sizes->percent)
		low = kho_percent(memblock_kernel_allocated(ARCH_LOW_ADDRESS_LIMIT,
							    NUMA_NO_NODE));
	size = kho_scratch_size(low);
	if (kho_scratch_find(size, ARCH_LOW_ADDRESS_LIMIT, NUMA_NO_NODE)) {
		pr_err("no %llu MiB of contiguous memory for scratch in low memory; it is taken on demand\n",
		       size >> 20);
		return -ENOMEM;
	}

	size = kho_scratch_size(kho_scratch_node_size(sizes, NUMA_NO_NODE));
	if (kho_scratch_find(size, MEMBLOCK_ALLOC_ANYWHERE, NUMA_NO_NODE)) {
		pr_err("no %llu MiB of contiguous memory for scratch; it is taken on demand\n",
		       size >> 20);
		return -ENOMEM;
	}
	return 0;
}

/*
 * A node may be full, or set apart for movable pages (movable_node). What the next
 * kernel wants there before it opens the gaps it finds elsewhere.
 */
static void __init kho_scratch_find_nodes(const struct kho_scratch_sizes *sizes)
{
	u64 size;
	int nid;

	for_each_node_state(nid, N_MEMORY) {
		size = kho_scratch_size(kho_scratch_node_size(sizes, nid));
		if (kho_scratch_find(size, MEMBLOCK_ALLOC_ANYWHERE, nid))
			pr_warn("no %llu MiB of contiguous memory for scratch on node %d; it gets none\n",
				size >> 20, nid);
	}
}

static void __init kho_scratch_free(void)
{
	for (unsigned int i = 0; i < kho_scratch_cnt; i++)
		memblock_phys_free(kho_scratch[i].addr, kho_scratch[i].size);
}

/* One line that says how much is missing, before anything is taken. */
static int __init kho_scratch_check_room(const struct kho_scratch_sizes *sizes)
{
	u64 have = memblock_phys_mem_size() - memblock_reserved_size();
	u64 need;

	if (sizes->percent)
		return 0;
	need = sizes->low + sizes->global +
	       num_node_state(N_MEMORY) * sizes->node;
	/* A default must leave the machine usable. */
	if (!kho_scratch_given())
		have /= 2;
	if (need <= have)
		return 0;
	pr_err("scratch of %llu MiB does not fit in the %llu MiB that may be used: %llu MiB are missing; it is taken on demand\n",
	       need >> 20, have >> 20, DIV_ROUND_UP(need - have, SZ_1M));
	return -ENOMEM;
}

/* Is the pageblock at @pfn one of an area before the @nr-th, too? */
static bool __init kho_scratch_shared(unsigned long pfn, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		const struct kho_scratch *area = &kho_scratch[i];

		if (pfn >= pageblock_start_pfn(PHYS_PFN(area->addr)) &&
		    pfn < PHYS_PFN(area->addr + area->size))
			return true;
	}
	return false;
}

/* Calls @fn once for each pageblock that scratch touches, with a page of it. */
static void __init kho_scratch_each_block(void (*fn)(unsigned long pfn))
{
	for (unsigned int i = 0; i < kho_scratch_cnt; i++) {
		unsigned long pfn = PHYS_PFN(kho_scratch[i].addr);
		unsigned long end = pfn + PHYS_PFN(kho_scratch[i].size);

		for (; pfn < end; pfn = pageblock_end_pfn(pfn))
			if (!kho_scratch_shared(pageblock_start_pfn(pfn), i))
				fn(pfn);
	}
}

static unsigned long kho_scratch_taken __initdata;

static void __init kho_scratch_take_block(unsigned long pfn)
{
	kho_scratch_taken += pageblock_nr_pages;
}

/*
 * All of a pageblock that scratch touches is for movable pages alone, and it may be
 * larger than scratch: 512 MiB with pages of 64K. The kernel needs memory, too.
 */
static int __init kho_scratch_check_rest(void)
{
	u64 ram = memblock_phys_mem_size(), taken;

	kho_scratch_each_block(kho_scratch_take_block);
	taken = PFN_PHYS(kho_scratch_taken);
	if (taken <= ram - ram / (kho_scratch_given() ? 8 : 2))
		return 0;
	pr_err("scratch would leave too little: of %llu MiB it needs %llu, in blocks of %lu; it is taken on demand\n",
	       ram >> 20, taken >> 20,
	       pageblock_nr_pages >> (20 - PAGE_SHIFT));
	return -ENOMEM;
}

/**
 * kho_scratch_reserve() - find areas for the reserve
 *
 * At a cold boot, and after a handover that brought none. After everything that boot
 * allocates for itself, so that a percentage of it can be taken and nothing of it
 * lies in the areas.
 *
 * Context: Early boot, from kho_memory_init().
 * Return: 0, or -ENOMEM when the machine is too small, which was told.
 */
int __init kho_scratch_reserve(void)
{
	struct kho_scratch_sizes sizes = scratch_param;
	bool was_exclusive;
	int err;

	kho_scratch_defaults(&sizes);
	err = kho_scratch_check_room(&sizes);
	if (err)
		return err;

	/* An area is nothing that the next one's percentage is taken of. */
	was_exclusive = memblock_kho_exclusive(true);
	err = kho_scratch_find_common(&sizes);
	if (!err)
		kho_scratch_find_nodes(&sizes);
	memblock_kho_exclusive(was_exclusive);
	err = err ?: kho_scratch_check_rest();

	/* They were only held so that they do not overlap. */
	kho_scratch_free();
	if (err)
		kho_scratch_cnt = 0;
	return err;
}

/**
 * kho_scratch_keep() - let go of areas that came, when they have done their work
 * @reserved: how many of them, from the first on, are this kernel's reserve
 *
 * Context: Early boot, from kho_memory_init().
 */
void __init kho_scratch_keep(unsigned int reserved)
{
	memset(kho_scratch + reserved, 0,
	       (kho_scratch_cnt - reserved) * sizeof(*kho_scratch));
	kho_scratch_cnt = reserved;
}

/**
 * kho_scratch_open() - give the areas to the page allocator, for movable pages
 *
 * What boot left in them stays where it is; all the rest is freed by
 * memblock_free_all() as it frees everything else, and lands on the lists of
 * its pageblock's type.
 *
 * Context: Early boot, from kho_memory_init(), before memblock_free_all().
 */
void __init kho_scratch_open(void)
{
	for (unsigned int i = 0; i < kho_scratch_cnt; i++) {
		const struct kho_scratch *area = &kho_scratch[i];

		memblock_init_cma_pageblocks(area->addr, area->size);
		kho_memory_forget(PHYS_PFN(area->addr),
				  PHYS_PFN(area->addr + area->size));
		pr_info("scratch [mem %#018llx-%#018llx], %llu MiB\n",
			area->addr, area->addr + area->size - 1,
			area->size >> 20);
	}
	if (kho_scratch_cnt && page_group_by_mobility_disabled)
		pr_info("too little memory to tell movable pages apart; nobody else uses scratch\n");
}

static void __init kho_scratch_count_block(unsigned long pfn)
{
	totalcma_pages += pageblock_nr_pages;
	page_zone(pfn_to_page(pfn))->cma_pages += pageblock_nr_pages;
}

/*
 * Counted as CMA when boot's own sums are done: unlike the pages of other CMA
 * areas, these were with the page allocator from the start.
 */
static int __init kho_scratch_count(void)
{
	kho_scratch_each_block(kho_scratch_count_block);
	return 0;
}
core_initcall(kho_scratch_count);
