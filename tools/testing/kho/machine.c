// SPDX-License-Identifier: GPL-2.0-only
/* The machine, its power, kexec and boot, and the model; see machine.h */

#include <stdlib.h>
#include <sys/mman.h>

#include <asm/kho.h>

#include "machine_private.h"

const struct kho_scratch sim_scratch[SIM_SCRATCH_AREAS] = {
	{ 0x10800000, 0x800000 },
	{ 0x15000000, 0x800000 },
	{ 0x17000000, 0x800000 },
	{ 0x1a000000, 0x800000 },
};

static const struct {
	unsigned long start, end;
} ram[] = {
	{ SIM_BASE, SIM_HOLE },
	{ SIM_HOLE_END, SIM_END },
};

struct passed passed;
phys_addr_t sim_node1 = SIM_NODE1, sim_node1_end = SIM_END;
unsigned char sim_owner[SIM_PAGES];

/* Is memory out of reach until the direct map is there? */
static bool guarded = true;
/* Pages that may hold something; complete from the first machine_restore() on */
static unsigned char touched[SIM_PAGES];
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

/* Of what is asked for from the kexec on, what fails; and how much was asked for */
static unsigned long fail_first, fail_count, asked;
/* Pages of firmware all over, so that memblock's arrays are nearly full */
#define SIM_CROWD		110
#define SIM_CROWD_PAGE(i)	(SIM_END - SZ_2M + (i) * SZ_8K)
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
	unsigned long nr = sim_index(phys);
	unsigned long end = sim_index(phys + size + PAGE_SIZE - 1);

	if (nr < SIM_PAGES && nr < end)
		memset(touched + nr, 1, min(end, SIM_PAGES) - nr);
}

int walk_system_ram_range(unsigned long pfn, unsigned long nr_pages, void *arg,
			  int (*fn)(unsigned long pfn, unsigned long nr_pages,
				    void *arg))
{
	int err = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(ram) && !err; i++)
		err = fn(ram[i].start >> PAGE_SHIFT,
			 (ram[i].end - ram[i].start) >> PAGE_SHIFT, arg);
	return err;
}

/* Until the direct map is there, only what early_memremap() gave may be read */
static void protect(bool mapped)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ram); i++)
		if (mprotect((void *)ram[i].start, ram[i].end - ram[i].start,
			     mapped ? PROT_READ | PROT_WRITE : PROT_NONE))
			die("mprotect", ram[i].start);
}

/**
 * machine_guard() - choose between boots that notice more and faster ones
 * @on: who reads memory before it is mapped dies, as unless this is called
 */
void machine_guard(bool on)
{
	guarded = on;
}

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
		mprotect((void *)start, end - start, PROT_READ);
	memcpy(copy, (void *)phys, size);
	if (guarded)
		mprotect((void *)start, end - start, PROT_NONE);
	return copy;
}

void early_memunmap(void *addr, unsigned long size)
{
	free(addr);
}

void own(phys_addr_t base, unsigned long size, enum owner owner)
{
	memset(sim_owner + sim_index(base), owner, size >> PAGE_SHIFT);
}

static void power_on(void)
{
	void *mem = mmap((void *)SIM_BASE, SIM_END - SIM_BASE, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
			 MAP_FIXED_NOREPLACE, -1, 0);

	if (mem != (void *)SIM_BASE)
		die("no memory at the machine's address", SIM_BASE);
}

/* Empty memory, and a model that knows nothing but what firmware says */
void machine_cold(void)
{
	static bool powered;

	if (!powered)
		power_on();
	powered = true;
	madvise((void *)SIM_BASE, SIM_END - SIM_BASE, MADV_DONTNEED);
	protect(true);

	memset(sim_owner, NO_RAM, sizeof(sim_owner));
	for (unsigned int i = 0; i < ARRAY_SIZE(ram); i++)
		own(ram[i].start, ram[i].end - ram[i].start, FREE);
	for (unsigned int i = 0; i < SIM_SCRATCH_AREAS; i++)
		own(sim_scratch[i].addr, sim_scratch[i].size, SCRATCH);
	own(SIM_FIRMWARE, SIM_FIRMWARE_SIZE, FIRMWARE);
	own(SIM_NOMAP, SIM_NOMAP_SIZE, NO_RAM);
	for (unsigned int i = 0; crowded && i < SIM_CROWD; i++)
		own(SIM_CROWD_PAGE(i), PAGE_SIZE, FIRMWARE);
	memset(&passed, 0, sizeof(passed));
}

/* Nearly as many regions as memblock's first arrays have room for */
static void crowd(void)
{
	for (unsigned int i = 0; i < 61; i++)
		memblock_mark_hotplug(SIM_NODE1 + i * SZ_128K, SZ_64K);
	for (unsigned int i = 0; i < SIM_CROWD; i++)
		memblock_reserve(SIM_CROWD_PAGE(i), PAGE_SIZE);
}

/* The jump: nothing is left of the old kernel but its memory */
void machine_kexec(void)
{
	sim_reset_early();
	sim_reset_gaps();
	sim_reset_memblock();
	sim_reset_scratch();
	sim_reset_subtrees();
	memset(sim_buddy, 0, sizeof(sim_buddy));
	memset(sim_kept, 0, sizeof(sim_kept));
	sim_cma_pages = 0;
	sim_crc_bytes = 0;
	sim_steps = 0;
	log_len = 0;
	sim_log[0] = '\0';
	enabled = true;
	if (guarded)
		protect(false);

	for (unsigned int i = 0; i < ARRAY_SIZE(ram); i++)
		memblock_add(ram[i].start, ram[i].end - ram[i].start);
	memblock_allow_resize();
	memblock_mark_nomap(SIM_NOMAP, SIM_NOMAP_SIZE);
	memblock_reserve(SIM_FIRMWARE, SIM_FIRMWARE_SIZE);
	memblock_reserve(SIM_KERNEL, SIM_KERNEL_SIZE);
	memblock_reserve(SIM_INITRD, SIM_INITRD_SIZE);
	own(SIM_KERNEL, SIM_KERNEL_SIZE, FIRMWARE);
	own(SIM_INITRD, SIM_INITRD_SIZE, FIRMWARE);
	max_pfn = SIM_END >> PAGE_SHIFT;
	max_low_pfn = max_pfn;
	if (crowded)
		crowd();
	sim_param_kho_scratch_setup("4M,8M,4M");
	log_len = 0;
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
}

void machine_boot_open(void)
{
	if (guarded)
		protect(true);
	memblock_set_node(0, SIM_END, &memblock.memory, 0);
	if (sim_node1)
		memblock_set_node(sim_node1, sim_node1_end - sim_node1,
				  &memblock.memory, 1);
	kho_early_open();
}

/* The last hook, and what follows once all struct pages are there */
void machine_boot_all(void)
{
	memblock_free_all();
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
	memcpy(saved->owner, sim_owner, sizeof(sim_owner));
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
	unsigned char *end = touched + SIM_PAGES, *p = touched;

	touch_reserved();
	while ((p = memchr(p, 1, end - p))) {
		phys_addr_t phys = SIM_BASE + ((p - touched) << PAGE_SHIFT);

		if (sim_is_ram(phys))
			memset((void *)phys, 0, PAGE_SIZE);
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
	if (!restored)
		machine_cold();
	restored = true;
	wipe_touched();
	seed = 1;
	passed = saved->passed;
	kho_out_tree.root = saved->root;
	memcpy(sim_owner, saved->owner, sizeof(sim_owner));
	for (unsigned int i = 0; i < saved->nr_pages; i++)
		memcpy(phys_to_virt(saved->page[i].phys), saved->page[i].bytes,
		       PAGE_SIZE);
}
