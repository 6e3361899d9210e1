// SPDX-License-Identifier: GPL-2.0-only
/* The machine, its power, kexec and boot, and the model; see machine.h */

#include <stdlib.h>
#include <sys/mman.h>

#include <asm/kho.h>

#include "machine_private.h"

const struct layout sim_plain = {
	.name = "plain",
	.bank = {
		{ SIM_BASE, SIM_HOLE },
		{ SIM_HOLE_END, SIM_NOMAP },
		{ SIM_NOMAP, SIM_NOMAP + SIM_NOMAP_SIZE, .nomap = true },
		{ SIM_NOMAP + SIM_NOMAP_SIZE, SIM_END },
	},
	.border = SIM_NODE1,
	.scratch = {
		{ SIM_AT(0x800000UL), SIM_SCALE(0x800000UL) },
		{ SIM_SCRATCH_1, SIM_SCALE(0x800000UL) },
		{ SIM_SCRATCH_2, SIM_SCALE(0x800000UL) },
		{ SIM_AT(0xa000000UL), SIM_SCALE(0x800000UL) },
	},
	.firmware = SIM_FIRMWARE,
	.kernel = SIM_KERNEL,
	.initrd = SIM_INITRD,
};

const struct layout *sim_layout;
phys_addr_t sim_border, sim_border_end;
struct passed passed;
unsigned char *sim_owner;

/* Is memory out of reach until the direct map is there? */
static bool guarded = true;
/* Pages that may hold something; complete from the first machine_restore() on */
static unsigned char *touched;
static bool restored;
unsigned int seed;

__noreturn void die(const char *what, u64 where)
{
	fprintf(stderr, "machine: %s (%#llx)\n", what,
		(unsigned long long)where);
	abort();
}

unsigned int sim_random(unsigned int below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % below;
}

/**
 * sim_map() - a map of all pages that there can be, and one more
 * @size: bytes for each page
 *
 * Return: the map, all zeros. It is never freed.
 */
void *sim_map(size_t size)
{
	void *map = mmap(NULL, ((SIM_SPAN >> PAGE_SHIFT) + 1) * size,
			 PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		die("no memory for a map", 0);
	return map;
}

/**
 * sim_clear() - let a map have zeros for all pages of the machine
 * @map: from sim_map()
 */
void sim_clear(unsigned char *map)
{
	sim_for_each_bank(bank)
		memset(map + sim_index(bank->start), 0,
		       sim_index(bank->end) - sim_index(bank->start));
}

/* Of what is asked for from the kexec on, what fails; and how much was asked for */
static unsigned long fail_first, fail_count, asked;
/* Pages of firmware all over, so that memblock's arrays are nearly full */
#define SIM_CROWD		110
#define SIM_CROWD_PAGE(i)	(SIM_END - SIM_SCALE(SZ_2M) + (i) * 2 * PAGE_SIZE)
static bool crowded;

/* Is this search for memory, or this mapping, one that fails? */
bool sim_fails(void)
{
	return asked++ - fail_first < fail_count;
}

/**
 * machine_fail() - make some of the next boot's allocations and mappings fail
 * @first: the first of them, from 0
 * @count: how many, one after the other
 */
void machine_fail(unsigned long first, unsigned long count)
{
	fail_first = first;
	fail_count = count;
}

/* How many there were since the kexec */
unsigned long machine_asked(void)
{
	return asked;
}

/**
 * machine_crowd() - choose a machine whose memory is in many pieces
 * @on: or the plain one, as unless this is called
 */
void machine_crowd(bool on)
{
	crowded = on;
}

/* Somebody may write there */
void sim_touch(phys_addr_t phys, unsigned long size)
{
	unsigned long nr = sim_index(phys), all = sim_index(SIM_SPAN);
	unsigned long end = sim_index(phys + size + PAGE_SIZE - 1);

	if (touched && nr < all && nr < end)
		memset(touched + nr, 1, min(end, all) - nr);
}

int walk_system_ram_range(unsigned long pfn, unsigned long nr_pages, void *arg,
			  int (*fn)(unsigned long pfn, unsigned long nr_pages,
				    void *arg))
{
	int err = 0;

	sim_for_each_bank(bank)
		if (!bank->nomap && !err)
			err = fn(bank->start >> PAGE_SHIFT,
				 (bank->end - bank->start) >> PAGE_SHIFT, arg);
	return err;
}

/* Until the direct map is there, only what early_memremap() gave may be read */
static void protect(bool mapped)
{
	sim_for_each_bank(bank)
		if (!bank->nomap &&
		    mprotect(sim_memory(bank->start), bank->end - bank->start,
			     mapped ? PROT_READ | PROT_WRITE : PROT_NONE))
			die("mprotect", bank->start);
}

/**
 * machine_guard() - choose between boots that notice more and faster ones
 * @on: who reads memory before it is mapped dies, as unless this is called
 */
void machine_guard(bool on)
{
	guarded = on;
}

/* Bytes that early_memremap() gave; there are few slots to map by */
static unsigned long remapped;

void *early_memremap(phys_addr_t phys, unsigned long size)
{
	phys_addr_t start = PAGE_ALIGN_DOWN(phys);
	phys_addr_t end = PAGE_ALIGN(phys + size);
	void *copy = malloc(size);

	if (!size || end <= start || !sim_is_ram(phys) || !sim_is_ram(end - 1))
		die("what is no RAM is mapped", phys);
	if (sim_fails()) {
		free(copy);
		return NULL;
	}
	/* As many pages as x86 and arm64 have slots for */
	if (end - start > SZ_256K) {
		free(copy);
		return NULL;
	}
	if (guarded)
		mprotect(sim_memory(start), end - start, PROT_READ);
	memcpy(copy, sim_memory(phys), size);
	if (guarded)
		mprotect(sim_memory(start), end - start, PROT_NONE);
	remapped += size;
	return copy;
}

void early_memunmap(void *addr, unsigned long size)
{
	remapped -= size;
	free(addr);
}

void own(phys_addr_t base, unsigned long size, enum owner owner)
{
	memset(sim_owner + sim_index(base), owner, size >> PAGE_SHIFT);
}

static void lay_bank(const struct bank *bank)
{
	void *want = sim_memory(bank->start), *mem;

	if (bank->nomap)
		return;
	mem = mmap(want, bank->end - bank->start, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
		   MAP_FIXED_NOREPLACE, -1, 0);
	if (mem != want)
		die("no memory at the machine's address", bank->start);
}

static void power_off(void)
{
	sim_clear(sim_owner);
	sim_clear(sim_buddy);
	sim_clear(sim_kept);
	sim_clear(sim_inited);
	sim_clear(sim_cma);
	sim_for_each_bank(bank)
		munmap(sim_memory(bank->start), bank->end - bank->start);
}

/**
 * machine_choose() - have another machine from now on
 * @layout: its memory
 */
void machine_choose(const struct layout *layout)
{
	if (!sim_layout) {
		sim_owner = sim_map(1);
		sim_buddy = sim_map(1);
		sim_kept = sim_map(1);
		sim_inited = sim_map(1);
		sim_cma = sim_map(1);
	} else {
		power_off();
	}
	sim_layout = layout;
	sim_for_each_bank(bank)
		lay_bank(bank);
}

/**
 * machine_move_border() - let the next kernel see the nodes meet elsewhere
 * @border: where node 1 begins; SIM_SPAN for no node 1
 * @end: where it ends, and node 0 goes on
 */
void machine_move_border(phys_addr_t border, phys_addr_t end)
{
	sim_border = border;
	sim_border_end = end;
}

/* Empty memory, and a model that knows nothing but what firmware says */
void machine_cold(void)
{
	if (!sim_layout)
		machine_choose(&sim_plain);
	machine_move_border(sim_layout->border, SIM_SPAN);
	protect(true);
	sim_clear(sim_owner);
	sim_for_each_bank(bank) {
		if (bank->nomap)
			continue;
		madvise(sim_memory(bank->start), bank->end - bank->start,
			MADV_DONTNEED);
		own(bank->start, bank->end - bank->start, FREE);
	}
	for (unsigned int i = 0; i < SIM_SCRATCH_AREAS; i++)
		own(sim_scratch[i].addr, sim_scratch[i].size, SCRATCH);
	own(sim_layout->firmware, SIM_FIRMWARE_SIZE, FIRMWARE);
	for (unsigned int i = 0; crowded && i < SIM_CROWD; i++)
		own(SIM_CROWD_PAGE(i), PAGE_SIZE, FIRMWARE);
	memset(&passed, 0, sizeof(passed));
}

/* Nearly as many regions as memblock's first arrays have room for */
static void crowd(void)
{
	for (unsigned int i = 0; i < 61; i++)
		memblock_mark_hotplug(SIM_NODE1 + i * SIM_SCALE(SZ_128K),
				      SIM_SCALE(SZ_64K));
	for (unsigned int i = 0; i < SIM_CROWD; i++)
		memblock_reserve(SIM_CROWD_PAGE(i), PAGE_SIZE);
}

/* The jump: nothing is left of the old kernel but its memory */
void machine_kexec(void)
{
	sim_reset_early();
	sim_reset_gaps();
	sim_reset_memblock();
	sim_reset_memory();
	sim_reset_scratch();
	sim_reset_subtrees();
	sim_clear(sim_buddy);
	sim_clear(sim_kept);
	sim_clear(sim_inited);
	sim_clear(sim_cma);
	sim_crc_bytes = 0;
	sim_steps = 0;
	sim_uncounted = 0;
	sim_reset_log();
	enabled = true;
	sim_on_demand = false;
	if (guarded)
		protect(false);

	sim_for_each_bank(bank) {
		memblock_add(bank->start, bank->end - bank->start);
		if (bank->nomap)
			memblock_mark_nomap(bank->start, bank->end - bank->start);
		max_pfn = bank->end >> PAGE_SHIFT;
	}
	memblock_allow_resize();
	memblock_reserve(sim_layout->firmware, SIM_FIRMWARE_SIZE);
	memblock_reserve(sim_layout->kernel, SIM_KERNEL_SIZE);
	memblock_reserve(sim_layout->initrd, SIM_INITRD_SIZE);
	own(sim_layout->kernel, SIM_KERNEL_SIZE, FIRMWARE);
	own(sim_layout->initrd, SIM_INITRD_SIZE, FIRMWARE);
	max_low_pfn = max_pfn;
	if (crowded)
		crowd();
	sim_param_kho_scratch_setup("4M,8M,4M");
	asked = 0;
}

void machine_boot_early(void)
{
	if (passed.record)
		kho_x86_parse_record(passed.record, passed.record_len);
	else
		kho_set_handover(passed.fdt, passed.fdt_size, passed.scratch,
				 passed.scratch_size);
	kho_early_init();
	if (remapped)
		die("boot goes on with something mapped, bytes", remapped);
}

/* As memblock says; -1 where there is no memory */
static int node_of(phys_addr_t phys)
{
	unsigned long start, end;

	return memblock_search_pfn_nid(PHYS_PFN(phys), &start, &end);
}

void machine_boot_open(void)
{
	if (guarded)
		protect(true);
	memblock_set_node(0, SIM_SPAN, &memblock.memory, 0);
	if (sim_border < sim_border_end)
		memblock_set_node(sim_border, sim_border_end - sim_border,
				  &memblock.memory, 1);
	kho_early_open();
	/* Both ends of node 1 may lie further up now */
	while (sim_border < sim_border_end && node_of(sim_border) == 0)
		sim_border += PAGE_SIZE;
	while (sim_border < sim_border_end && node_of(sim_border_end) == 1)
		sim_border_end += PAGE_SIZE;
}

/* The last hook, and what follows once all struct pages are there */
void machine_boot_all(void)
{
	memblock_free_all();
	if (sim_uncounted)
		die("of the pages that were freed are not counted", sim_uncounted);
	sim_initcall_kho_give_nodes();
}

static bool page_is_zero(phys_addr_t phys)
{
	return !memchr_inv(phys_to_virt(phys), 0, PAGE_SIZE);
}

/* Keep what the old kernel left: all pages that are not zeros */
void machine_save(struct saved *saved)
{
	saved->passed = passed;
	saved->root = kho_out_tree.root;
	saved->nr_pages = 0;
	memcpy(saved->owner, sim_owner + sim_index(SIM_BASE), SIM_PAGES);
	for (phys_addr_t phys = SIM_BASE; phys < SIM_END; phys += PAGE_SIZE) {
		if (sim_owner[sim_index(phys)] == NO_RAM ||
		    sim_owner[sim_index(phys)] == FREE || page_is_zero(phys))
			continue;
		if (saved->nr_pages == ARRAY_SIZE(saved->page))
			die("too much to be saved", phys);
		saved->page[saved->nr_pages].phys = phys;
		memcpy(saved->page[saved->nr_pages++].bytes, phys_to_virt(phys),
		       PAGE_SIZE);
	}
}

/* What boot allocated last time; what it gave back sim_touch() was told of */
static void touch_reserved(void)
{
	const struct memblock_type *types[] = {
		&memblock.memory, &memblock.reserved,
	};
	const struct memblock_region *r;

	for (int i = 0; i < 2; i++)
		sim_touch(virt_to_phys(types[i]->regions),
			  types[i]->max * sizeof(*r));
	for_each_reserved_mem_region(r)
		if (r->flags & MEMBLOCK_RSRV_KERN)
			sim_touch(r->base, r->size);
}

static void wipe_touched(void)
{
	unsigned char *p = touched + sim_index(SIM_BASE), *end = p + SIM_PAGES;

	touch_reserved();
	while ((p = memchr(p, 1, end - p))) {
		phys_addr_t phys = (phys_addr_t)(p - touched) << PAGE_SHIFT;

		if (sim_is_ram(phys))
			memset(sim_memory(phys), 0, PAGE_SIZE);
		*p++ = 0;
	}
}

/*
 * Lay what machine_save() kept. Pages that nobody has touched since the last time
 * are as they were: to begin with an empty machine would be all that most boots
 * do.
 */
void machine_restore(const struct saved *saved)
{
	if (!restored) {
		machine_cold();
		touched = sim_map(1);
	}
	restored = true;
	wipe_touched();
	seed = 1;
	passed = saved->passed;
	kho_out_tree.root = saved->root;
	memcpy(sim_owner + sim_index(SIM_BASE), saved->owner, SIM_PAGES);
	for (unsigned int i = 0; i < saved->nr_pages; i++)
		memcpy(phys_to_virt(saved->page[i].phys), saved->page[i].bytes,
		       PAGE_SIZE);
}
