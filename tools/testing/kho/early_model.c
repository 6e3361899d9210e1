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
static unsigned char cold_buddy[SIM_PAGES];

/* Pages that boot took for itself, in part or whole */
static unsigned char taken[SIM_PAGES];
/* Pages of which memblock keeps all */
static unsigned char kept[SIM_PAGES];

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

void model_cold_init(void)
{
	machine_cold();
	machine_kexec();
	machine_boot_early();
	take(&cold_early);
	machine_boot_open();
	take(&cold_open);
	machine_boot_all();
	take(&cold_all);
	memcpy(cold_buddy, sim_buddy, sizeof(cold_buddy));
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
	if (!kho_refused || strcmp(kho_refused, why))
		return kho_refused ?: "not refused";
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
	if (kho_refused && !same(&cold_early))
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
	phys_addr_t phys;

	if (sim_nr_subtrees())
		return "subtrees that came are still listed";
	if (!same(&cold_all))
		return "memblock is not as on a cold boot in the end";
	if (memcmp(sim_buddy, cold_buddy, sizeof(sim_buddy)))
		return "the page allocator has not the pages of a cold boot";
	if (kho_scratch_cnt != 2 + SIM_NODES || !kho_is_enabled())
		return "there is no fresh scratch";
	if (kho_retrieve_subtree("producer-0", &phys, NULL) != -ENOENT)
		return "a subtree can still be retrieved";
	return NULL;
}

/* Those that memblock's arrays lie in, if they had to grow, are none of KHO's. */
static bool holds_regions(phys_addr_t page)
{
	const struct memblock_type *type[] = {
		&memblock.memory, &memblock.reserved,
	};

	for (int i = 0; i < 2; i++) {
		phys_addr_t base = virt_to_phys(type[i]->regions);
		size_t size = type[i]->max * sizeof(struct memblock_region);

		if (page + PAGE_SIZE > base && page < base + size)
			return true;
	}
	return false;
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
		       holds_regions(SIM_BASE + nr * PAGE_SIZE) ?
			NULL : "a page is kept though all was refused";
	}
}

/**
 * model_check_given_up() - after a boot that had to refuse, for want of memory
 *
 * As model_check_refused() at the end, but memblock may be another than on a cold
 * boot, and where scratch finds no room KHO is off.
 */
const char *model_check_given_up(void)
{
	const char *wrong = NULL;

	if (kho_in.valid || !kho_refused)
		return "neither taken nor refused";
	if (!strstr(sim_log, kho_refused))
		return "the log does not say why";
	if (memblock_kho_restricted())
		return "memblock is still restricted";
	if (sim_nr_subtrees())
		return "subtrees that came are still listed";
	/* A node may have no room for its own */
	if (kho_is_enabled() ? kho_scratch_cnt < 2 : kho_scratch_cnt)
		return "there is half of fresh scratch";
	for (unsigned long nr = 0; nr < SIM_PAGES && !wrong; nr++)
		wrong = check_not_kept(nr);
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
	memset(taken, 0, sizeof(taken));
	if (kho_refused)
		return kho_refused;
	if (!kho_in.valid || !memblock_kho_restricted())
		return "memblock is not restricted";
	return NULL;
}

/* After the second hook, accepted: gaps are nobody's. */
const char *model_check_open(void)
{
	const struct memblock_region *r;
	const char *wrong = NULL;

	if (kho_refused)
		return kho_refused;
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
	const struct memblock_region *r;

	memset(kept, 0, sizeof(kept));
	for_each_reserved_mem_region(r) {
		unsigned long nr = sim_index(PAGE_ALIGN(r->base));
		unsigned long end = sim_index(r->base + r->size);

		if (nr < end && end <= SIM_PAGES)
			memset(kept + nr, 1, end - nr);
	}
}

/* What memblock leaves to KHO are chunks of one node each, and whole */
static bool chunks_whole(void)
{
	const struct memblock_region *r;

	for_each_reserved_mem_region(r)
		if (memblock_is_reserved_noinit(r) &&
		    !IS_ALIGNED(r->base | r->size, SZ_4M))
			return false;
	return true;
}

/* Where memblock does not do so, is a page that is kept marked as that? */
static bool page_marked(unsigned long nr)
{
	phys_addr_t page = SIM_BASE + ((phys_addr_t)nr << PAGE_SHIFT);
	struct memblock_region *r;

	for_each_reserved_mem_region(r)
		if (page >= r->base && page < r->base + r->size)
			return sim_kept[nr] == memblock_is_reserved_noinit(r);
	return false;
}

static const char *check_page(unsigned long nr)
{
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
	unsigned long cma = 0;
	phys_addr_t base;
	size_t size;

	if (kho_refused)
		return kho_refused;
	base = sim_subtrees(&size);
	take_pages(base, size);
	take_pages(virt_to_phys(memblock.reserved.regions),
		   memblock.reserved.max * sizeof(struct memblock_region));
	take_pages(virt_to_phys(memblock.memory.regions),
		   memblock.memory.max * sizeof(struct memblock_region));
	note_kept();
	for (unsigned long nr = 0; nr < SIM_PAGES && !wrong; nr++)
		wrong = check_page(nr);
	if (wrong)
		return wrong;
	if (!chunks_whole())
		return "a chunk is on two nodes";
	for (unsigned int i = 0; i < kho_scratch_cnt; i++)
		cma += kho_scratch[i].size >> PAGE_SHIFT;
	if (!cma || sim_cma_pages != cma)
		return "scratch is not CMA";
	if (memblock_kho_restricted())
		return "memblock is still restricted";
	return NULL;
}
