// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must hold after each step of a boot: page by page, by the plainest of
 * means. What is wrong is told as a sentence; NULL is that all is well.
 */

#include <stdlib.h>

#include "early_model.h"
#include "machine.h"

struct snapshot {
	unsigned long cnt[2];
	phys_addr_t total[2];
	struct memblock_region regions[2][128];
};

/* As a boot that nobody handed anything over to leaves it */
static struct snapshot cold_early, cold_open, cold_all;
static unsigned char *cold_buddy;

/* Pages that boot took for itself, in part or whole */
static unsigned char *taken;
/* Pages of which memblock keeps all */
static unsigned char *kept;
/* Pages of chunks that it leaves to KHO */
static unsigned char *in_chunk;

static void take(struct snapshot *s)
{
	const struct memblock_type *type[] = {
		&memblock.memory, &memblock.reserved,
	};

	memset(s, 0, sizeof(*s));
	for (int i = 0; i < 2; i++) {
		s->cnt[i] = type[i]->cnt;
		s->total[i] = type[i]->total_size;
		if (type[i]->cnt <= 128)
			memcpy(s->regions[i], type[i]->regions,
			       type[i]->cnt * sizeof(s->regions[i][0]));
	}
}

static bool same(const struct snapshot *cold)
{
	struct snapshot now;

	take(&now);
	return !memcmp(&now, cold, sizeof(now));
}

static bool in_range(phys_addr_t page, phys_addr_t base, size_t size)
{
	return page + PAGE_SIZE > base && page < base + size;
}

/*
 * Those that memblock's arrays lie in, if they had to grow, are none of KHO's; and
 * what it notes of the memory it keeps whatever came.
 */
static bool holds_regions(phys_addr_t page)
{
	const struct memblock_type *type[] = {
		&memblock.memory, &memblock.reserved,
	};
	phys_addr_t base;
	size_t size;

	for (int i = 0; i < 2; i++)
		if (in_range(page, virt_to_phys(type[i]->regions),
			     type[i]->max * sizeof(struct memblock_region)))
			return true;
	for (unsigned int i = 0; (base = sim_remembered(i, &size)); i++)
		if (size && in_range(page, base, size))
			return true;
	return false;
}

/* What machine_kexec() asks for: low memory, anywhere, one node, the other */
static const u64 fresh_sizes[] = { SZ_4M, SZ_8M, SZ_4M, SZ_4M };

static const char *check_fresh_area(unsigned int nr)
{
	const struct kho_scratch *area = &kho_scratch[nr];
	phys_addr_t phys, end = area->addr + area->size;

	if (area->size != fresh_sizes[nr] || area->addr % SZ_4M)
		return "fresh scratch has not the size that was asked for";
	if (!nr && end > 1ULL << 32)
		return "scratch in low memory is none";
	for (phys = area->addr; phys < end; phys += PAGE_SIZE) {
		if (!sim_is_ram(phys) ||
		    sim_owner[sim_index(phys)] == FIRMWARE)
			return "scratch is not in free memory";
		if (nr >= 2 && sim_nid(phys) != (int)nr - 2)
			return "a node's scratch is on another";
	}
	return NULL;
}

static const char *check_fresh_scratch(void)
{
	const char *wrong = NULL;
	unsigned long cma = 0;
	u64 size = 0;

	if (kho_scratch_cnt != ARRAY_SIZE(fresh_sizes) || !kho_is_enabled())
		return "there is no fresh scratch";
	for (unsigned int i = 0; i < kho_scratch_cnt && !wrong; i++) {
		wrong = check_fresh_area(i);
		size += fresh_sizes[i];
	}
	sim_for_each_page(nr)
		cma += sim_cma[nr];
	/* A page in two areas would be missing here */
	return wrong ?: cma != size >> PAGE_SHIFT ? "scratch is not CMA" : NULL;
}

/**
 * model_check_born() - after a boot that nobody handed anything over to
 *
 * What all that is refused is compared with.
 */
const char *model_check_born(void)
{
	sim_for_each_page(nr) {
		bool free = sim_owner[nr] != NO_RAM && sim_owner[nr] != FIRMWARE;

		if (sim_buddy[nr] != (free && !holds_regions(nr << PAGE_SHIFT)))
			return "the page allocator has not all free memory";
		if (sim_kept[nr])
			return "a page is kept though nothing came";
	}
	return check_fresh_scratch();
}

void model_cold_init(void)
{
	if (!taken) {
		cold_buddy = sim_map(1);
		taken = sim_map(1);
		kept = sim_map(1);
		in_chunk = sim_map(1);
	}
	machine_cold();
	machine_kexec();
	machine_boot_early();
	take(&cold_early);
	machine_boot_open();
	take(&cold_open);
	machine_boot_all();
	take(&cold_all);
	sim_for_each_page(nr)
		cold_buddy[nr] = sim_buddy[nr];
}

/* Is memblock, after a refusal, as it would be had nothing come? */
bool model_same_early(void)
{
	return same(&cold_early);
}

bool model_same_open(void)
{
	return same(&cold_open);
}

static const char *check_given_up(const char *why)
{
	if (kho_in.valid)
		return "a handover that was refused counts as one";
	if (!kho_in.refused || strcmp(kho_in.refused, why))
		return kho_in.refused ?: "not refused";
	if (!strstr(sim_log, why))
		return "the log does not say why";
	if (kho_scratch_cnt)
		return "scratch areas that came are still in use";
	if (memblock_kho_restricted())
		return "memblock is still restricted";
	return NULL;
}

/**
 * model_check_refused() - boot on, with a handover that must be refused
 * @why: the sentence
 */
const char *model_check_refused(const char *why)
{
	const char *wrong;

	machine_boot_early();
	if (kho_in.refused && !same(&cold_early))
		return "memblock is not as on a cold boot after the first hook";
	machine_boot_open();
	wrong = check_given_up(why);
	if (wrong)
		return wrong;
	if (!same(&cold_open))
		return "memblock is not as on a cold boot after the second hook";
	machine_boot_all();
	return model_check_cold();
}

/* All memory is there, and KHO has scratch of its own. */
const char *model_check_cold(void)
{
	const char *wrong;
	phys_addr_t phys;

	if (sim_nr_subtrees())
		return "subtrees that came are still listed";
	if (!same(&cold_all))
		return "memblock is not as on a cold boot in the end";
	sim_for_each_page(nr)
		if (sim_buddy[nr] != cold_buddy[nr])
			return "the page allocator has not the pages of a cold boot";
	wrong = check_fresh_scratch();
	if (wrong)
		return wrong;
	if (kho_retrieve_subtree("producer-0", &phys, NULL) != -ENOENT)
		return "a subtree can still be retrieved";
	return NULL;
}

static const char *check_not_kept(unsigned long nr)
{
	switch (sim_owner[nr]) {
	case NO_RAM:
		return sim_buddy[nr] ? "a hole is in use" : NULL;
	case FIRMWARE:
		return sim_buddy[nr] ? "a page of firmware is in use" : NULL;
	default:
		return sim_buddy[nr] ||
		       holds_regions((phys_addr_t)nr << PAGE_SHIFT) ?
			NULL : "a page is kept though all was refused";
	}
}

/**
 * model_check_given_up() - after a boot that had to refuse, for want of memory
 *
 * As model_check_refused() at the end, but memblock may be another than on a cold
 * boot, and where scratch finds no room it is on demand.
 */
const char *model_check_given_up(void)
{
	const char *wrong = NULL;

	if (kho_in.valid || !kho_in.refused)
		return "neither taken nor refused";
	if (!strstr(sim_log, kho_in.refused))
		return "the log does not say why";
	if (memblock_kho_restricted())
		return "memblock is still restricted";
	if (sim_nr_subtrees())
		return "subtrees that came are still listed";
	/* A node may have no room for its own */
	if (kho_has_reserve() ? kho_scratch_cnt < 2 : kho_scratch_cnt)
		return "there is half of fresh scratch";
	sim_for_each_page(nr)
		wrong = wrong ?: check_not_kept(nr);
	return wrong;
}

static void take_pages(phys_addr_t base, phys_addr_t size)
{
	if (!size || !sim_is_ram(base))
		return;
	for (phys_addr_t page = PAGE_ALIGN_DOWN(base); page < base + size;
	     page += PAGE_SIZE)
		taken[sim_index(page)] = 1;
}

static const char *check_range_owner(phys_addr_t base, phys_addr_t size,
				     bool only_scratch)
{
	phys_addr_t page;

	for (page = PAGE_ALIGN_DOWN(base); page < base + size;
	     page += PAGE_SIZE) {
		unsigned char owner;

		if (!sim_is_ram(page))
			return "memory that is none was given out";
		owner = sim_owner[sim_index(page)];
		if (owner != SCRATCH && (only_scratch || owner != FREE))
			return "memory that is somebody's was given out";
	}
	return NULL;
}

/**
 * model_alloc() - boot allocates memory and writes to it
 * @size: bytes
 * @nid: node, or NUMA_NO_NODE
 * @only_scratch: nothing else may be given
 */
const char *model_alloc(unsigned long size, int nid, bool only_scratch)
{
	void *p = memblock_alloc_try_nid_raw(size, 64, 0,
					     MEMBLOCK_ALLOC_ACCESSIBLE, nid);
	const char *wrong;

	if (!p)
		return "there is no memory to boot in";
	take_pages(virt_to_phys(p), size);
	wrong = check_range_owner(virt_to_phys(p), size, only_scratch);
	/* Before the second hook it is not mapped */
	if (!wrong && !only_scratch)
		memset(p, 0xee, size);
	return wrong;
}

/* After the first hook, accepted. */
const char *model_check_early(void)
{
	sim_clear(taken);
	if (kho_in.refused)
		return kho_in.refused;
	if (!kho_in.valid || !memblock_kho_restricted())
		return "memblock is not restricted";
	return NULL;
}

/* After the second hook, accepted: gaps are nobody's. */
const char *model_check_open(void)
{
	const struct memblock_region *r;
	const char *wrong = NULL;

	if (kho_in.refused)
		return kho_in.refused;
	if (kho_in.fdt_size != fdt_totalsize(kho_in.fdt))
		return "the FDT's size is another one";
	for_each_mem_region(r) {
		unsigned long nr;

		if (!memblock_is_kho_gap(r) || wrong)
			continue;
		for (nr = sim_index(r->base);
		     nr < sim_index(r->base + r->size); nr++)
			if (sim_owner[nr] != FREE)
				wrong = "a gap is not free";
	}
	return wrong;
}

static void note_kept(void)
{
	struct memblock_region *r;

	sim_clear(kept);
	sim_clear(in_chunk);
	for_each_reserved_mem_region(r) {
		unsigned long nr = sim_index(PAGE_ALIGN(r->base));
		unsigned long end = sim_index(r->base + r->size);

		if (nr < end && end <= SIM_SPAN >> PAGE_SHIFT)
			memset(kept + nr, 1, end - nr);
		if (memblock_is_reserved_noinit(r))
			memset(in_chunk + nr, 1, end - nr);
	}
}

/* What memblock leaves to KHO are chunks of one node each, and whole */
static bool chunks_whole(void)
{
	struct memblock_region *r;

	for_each_reserved_mem_region(r)
		if (memblock_is_reserved_noinit(r) &&
		    !IS_ALIGNED(PHYS_PFN(r->base | r->size), MAX_ORDER_NR_PAGES))
			return false;
	return true;
}

/* Has nobody else anything of a chunk in which something is kept, but not all? */
static bool is_ours_alone(unsigned long nr)
{
	unsigned long end = nr + MAX_ORDER_NR_PAGES, nr_kept = 0;
	const struct sim_zone *zone = page_zone(sim_page(nr));

	for (; nr < end; nr++) {
		if (page_zone(sim_page(nr)) != zone || taken[nr])
			return false;
		if (sim_owner[nr] != FREE && sim_owner[nr] < KEPT)
			return false;
		nr_kept += sim_owner[nr] >= KEPT;
	}
	return nr_kept && nr_kept < MAX_ORDER_NR_PAGES;
}

/* Then memblock is told of the chunk alone; for all else it would be told of much */
static bool chunks_told(void)
{
	sim_for_each_bank(bank) {
		unsigned long nr = ALIGN(sim_index(bank->start), MAX_ORDER_NR_PAGES);

		for (; nr + MAX_ORDER_NR_PAGES <= sim_index(bank->end);
		     nr += MAX_ORDER_NR_PAGES)
			if (is_ours_alone(nr) && !in_chunk[nr])
				return false;
	}
	return true;
}

/* Where memblock does not do so, is a page that is kept marked as that? */
static bool page_marked(unsigned long nr)
{
	phys_addr_t page = (phys_addr_t)nr << PAGE_SHIFT;
	struct memblock_region *r;

	for_each_reserved_mem_region(r)
		if (page >= r->base && page < r->base + r->size)
			return sim_kept[nr] == memblock_is_reserved_noinit(r);
	return false;
}

/* The last entries of the list, if the FDT says so: who reserves none frees these */
static bool came_on_demand(unsigned long nr)
{
	const struct kho_scratch *list = phys_to_virt(passed.scratch);
	unsigned int count = passed.scratch_size / sizeof(*list);
	const void *prop = fdt_getprop(machine_fdt(), 0,
				       KHO_FDT_ON_DEMAND_PROP_NAME, NULL);
	u64 phys = PFN_PHYS(nr);
	u32 on_demand;

	if (!prop)
		return false;
	memcpy(&on_demand, prop, sizeof(on_demand));
	for (unsigned int i = count - on_demand; i < count; i++)
		if (phys >= list[i].addr && phys - list[i].addr < list[i].size)
			return true;
	return false;
}

static const char *check_page(unsigned long nr)
{
	/*
	 * The image may lie in scratch, which is CMA there, too. Where there is no
	 * memory to hand over once more scratch is memory like any other.
	 */
	if (sim_owner[nr] != FIRMWARE &&
	    sim_cma[nr] != (sim_owner[nr] == SCRATCH && kho_is_enabled() &&
			    !came_on_demand(nr)))
		return "what is CMA is not what is scratch";
	if (sim_inited[nr] != in_chunk[nr])
		return "struct pages are not initialised, or twice";
	switch (sim_owner[nr]) {
	case NO_RAM:
		return sim_buddy[nr] ? "a hole is in use" : NULL;
	case FREE:
	case SCRATCH:
		if (taken[nr])
			return sim_buddy[nr] ?
				"a page that boot took is free" : NULL;
		return sim_buddy[nr] ? NULL : "a free page is lost";
	default:
		if (sim_buddy[nr] || !kept[nr])
			return "a page that is somebody's is not kept";
		if (sim_owner[nr] >= KEPT && !page_marked(nr))
			return "a page that is kept is not marked as that";
		return taken[nr] ? "boot took a page that is somebody's" : NULL;
	}
}

/* At the end: kept is what was preserved and what boot took, to the page. */
const char *model_check_all(void)
{
	const char *wrong = NULL;
	phys_addr_t base;
	size_t size;

	if (kho_in.refused)
		return kho_in.refused;
	if (!kho_is_enabled())
		return "the handover was taken, and KHO is off";
	if (!sim_remembered_whole())
		return "memory is remembered in pieces";
	base = sim_subtrees(&size);
	take_pages(base, size);
	base = sim_tables(&size);
	take_pages(base, size);
	for (unsigned int i = 0; (base = sim_remembered(i, &size)); i++)
		take_pages(base, size);
	take_pages(virt_to_phys(memblock.reserved.regions),
		   memblock.reserved.max * sizeof(struct memblock_region));
	take_pages(virt_to_phys(memblock.memory.regions),
		   memblock.memory.max * sizeof(struct memblock_region));
	note_kept();
	sim_for_each_page(nr)
		wrong = wrong ?: check_page(nr);
	if (wrong)
		return wrong;
	if (!chunks_whole())
		return "a chunk is on two nodes";
	if (!chunks_told())
		return "memblock is told of each range of a chunk";
	if (memblock_kho_restricted())
		return "memblock is still restricted";
	return NULL;
}
