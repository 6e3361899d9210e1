// SPDX-License-Identifier: GPL-2.0-only
/*
 * reserve_mem= over several kernels.
 *
 * Each kernel is a process of its own, so that it starts with memblock and the
 * table of regions as they are at build time. What they have in common is the
 * memory, and what was preserved: as much of KHO as mm/reserve_mem_kho.c sees
 * is played by the functions below.
 */
#include "kho_reserve_mem.h"
#include "kho_common.h"
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/memblock.h>
#include <linux/libfdt.h>
#include <linux/pfn.h>

/* <linux/mm.h> of the kernel has it */
int reserve_mem_find_by_name(const char *name, phys_addr_t *start,
			     phys_addr_t *size);

#define MEM_PAGES	2048
#define MEM_BYTES	(MEM_PAGES * PAGE_SIZE)
/* What is not scratch. */
#define OUTSIDE		(MEM_BYTES - SZ_1M)
#define NR_REGIONS	8

/* What goes from one kernel to the next, and what the tests look at. */
struct handover {
	bool preserved[MEM_PAGES];
	phys_addr_t blob;
	size_t size;
};

static struct shared {
	struct handover in, out;
	phys_addr_t start[NR_REGIONS];
	phys_addr_t freed_blob;
	/* The call that fails, counted down; failing from then on. */
	int fail_preserve, fail_alloc, fail_add;
	bool off;
	/* What came is refused after the regions were taken from it. */
	bool refused;
} *shared;

static char *memory;

static unsigned long page_index(phys_addr_t phys)
{
	ASSERT_TRUE(kho_within(phys, PAGE_SIZE, (phys_addr_t)memory, MEM_BYTES));
	return (phys - (phys_addr_t)memory) / PAGE_SIZE;
}

bool kho_is_enabled(void)
{
	return !shared->off;
}

bool is_kho_boot(void)
{
	return shared->in.blob && !shared->off && !shared->refused;
}

int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size)
{
	if (!shared->in.blob || shared->off || strcmp(name, "memblock"))
		return -ENOENT;
	*phys = shared->in.blob;
	*size = shared->in.size;
	return 0;
}

int kho_early_claim(phys_addr_t phys, size_t size)
{
	bool *page = shared->in.preserved;
	unsigned long first, nr = size / PAGE_SIZE;

	ASSERT_EQ(0, phys % PAGE_SIZE);
	ASSERT_EQ(0, size % PAGE_SIZE);
	if (!kho_within(phys, size, (phys_addr_t)memory, MEM_BYTES) ||
	    phys + size < phys)
		return -ENOENT;

	first = page_index(phys);
	for (unsigned long i = first; i < first + nr; i++)
		if (!page[i])
			return -ENOENT;
	memset(page + first, 0, nr);
	return 0;
}

int kho_preserve_pages(void *page, unsigned long nr_pages)
{
	unsigned long first = page_index((phys_addr_t)page);

	if (shared->fail_preserve && !--shared->fail_preserve)
		return -ENOMEM;
	for (unsigned long i = first; i < first + nr_pages; i++) {
		ASSERT_FALSE(shared->out.preserved[i]);
		shared->out.preserved[i] = true;
	}
	return 0;
}

void kho_unpreserve_pages(void *page, unsigned long nr_pages)
{
	unsigned long first = page_index((phys_addr_t)page);

	for (unsigned long i = first; i < first + nr_pages; i++) {
		ASSERT_TRUE(shared->out.preserved[i]);
		shared->out.preserved[i] = false;
	}
}

void *kho_alloc_preserve(size_t size)
{
	void *mem;

	if (shared->fail_alloc)
		return ERR_PTR(-ENOMEM);
	mem = memblock_alloc(size, PAGE_SIZE);
	ASSERT_NE(NULL, mem);
	kho_preserve_pages(mem, size / PAGE_SIZE);
	shared->out.size = size;
	return mem;
}

void kho_unpreserve_free(void *mem)
{
	kho_unpreserve_pages(mem, shared->out.size / PAGE_SIZE);
}

void kho_restore_free(void *mem)
{
	shared->freed_blob = (phys_addr_t)mem;
}

int kho_add_subtree(const char *name, void *blob, size_t size)
{
	ASSERT_EQ(0, strcmp(name, "memblock"));
	ASSERT_LE(size, shared->out.size);
	ASSERT_EQ(fdt_totalsize(blob), size);
	if (shared->fail_add)
		return -ENOSPC;
	shared->out.blob = (phys_addr_t)blob;
	return 0;
}

static unsigned long nr_preserved(const struct handover *handover)
{
	unsigned long nr = 0;

	for (int i = 0; i < MEM_PAGES; i++)
		nr += handover->preserved[i];
	return nr;
}

/*
 * The last MiB is scratch, from the first kernel on. What is preserved gets
 * reserved late: until then gaps are all that is known to be free.
 */
static void early_boot(void)
{
	memblock_allow_resize();
	reset_memblock_attributes();
	reset_memblock_regions();
	memblock_add((phys_addr_t)memory, MEM_BYTES);
	if (!shared->in.blob) {
		memblock_reserve((phys_addr_t)memory + OUTSIDE, SZ_1M);
		return;
	}

	memblock_kho_restrict();
	memblock_mark_kho_scratch((phys_addr_t)memory + OUTSIDE, SZ_1M);
	for (unsigned long i = 0, j; i < OUTSIDE / PAGE_SIZE; i = j + 1) {
		for (j = i; j < OUTSIDE / PAGE_SIZE && !shared->in.preserved[j]; j++)
			;
		if (j > i)
			memblock_mark_kho_gap((phys_addr_t)memory + i * PAGE_SIZE,
					      (j - i) * PAGE_SIZE);
	}
}

static void boot(const char *const *params)
{
	struct shared *s = shared;
	phys_addr_t size, reserved;
	char param[64], *name;

	memset(&s->out, 0, sizeof(s->out));
	s->freed_blob = 0;
	early_boot();
	for (int i = 0; i < NR_REGIONS && params[i]; i++) {
		snprintf(param, sizeof(param), "%s", params[i]);
		reserved = memblock_reserved_size();
		ASSERT_EQ(1, sim_setup_reserve_mem(param));
		name = strrchr(param, ':') + 1;
		ASSERT_EQ(1, reserve_mem_find_by_name(name, &s->start[i], &size));
		ASSERT_TRUE(memblock_is_region_reserved(s->start[i], size));
		ASSERT_EQ(reserved + PAGE_ALIGN(size), memblock_reserved_size());
		ASSERT_TRUE(kho_within(s->start[i], size, (phys_addr_t)memory,
				       OUTSIDE));
	}
	sim_late_initcall();
}

/* Boots a kernel in a process of its own and waits for what becomes of it. */
static void kernel(const char *const *params)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		boot(params);
		fflush(stdout);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
}

#define kernel(...)	kernel((const char *const[NR_REGIONS]) { __VA_ARGS__ })

static void kexec(void)
{
	shared->in = shared->out;
	shared->in.size = fdt_totalsize((void *)shared->in.blob);
}

static void cold_boot(void)
{
	memset(shared, 0, sizeof(*shared));
}

static char *region(int i)
{
	return (char *)shared->start[i];
}

static int same_address_check(void)
{
	phys_addr_t start[3];

	PREFIX_PUSH();
	cold_boot();
	kernel("64K:4K:first", "5000:0:odd", "1M:1M:aligned");
	ASSERT_EQ(16 + 2 + 256 + 1, nr_preserved(&shared->out));
	ASSERT_EQ(0, shared->start[1] % PAGE_SIZE);
	ASSERT_EQ(0, shared->start[2] % SZ_1M);
	memcpy(start, shared->start, sizeof(start));
	memset(region(0), 0x11, SZ_64K);
	memset(region(1), 0x22, 5000);
	memset(region(2), 0x33, SZ_1M);

	for (int generation = 1; generation < 5; generation++) {
		phys_addr_t blob = shared->out.blob;

		kexec();
		kernel("1M:1M:aligned", "5000:0:odd", "64K:4K:first");
		ASSERT_EQ(start[2], shared->start[0]);
		ASSERT_EQ(start[1], shared->start[1]);
		ASSERT_EQ(start[0], shared->start[2]);
		ASSERT_EQ(16 + 2 + 256 + 1, nr_preserved(&shared->out));
		/* its description is all that nobody claimed early on */
		ASSERT_EQ(1, nr_preserved(&shared->in));
		ASSERT_EQ(shared->refused ? 0 : blob, shared->freed_blob);
		shared->refused = generation == 3;
	}
	shared->refused = false;
	ASSERT_MEM_EQ(region(2), 0x11, SZ_64K);
	ASSERT_MEM_EQ(region(1), 0x22, 5000);
	ASSERT_MEM_EQ(region(0), 0x33, SZ_1M);

	test_pass_pop();
	return 0;
}

static int changed_check(void)
{
	phys_addr_t start[3], b;

	PREFIX_PUSH();
	cold_boot();
	kernel("64K:4K:a", "64K:64K:b", "32K:4K:c");
	memcpy(start, shared->start, sizeof(start));

	/* a has grown, b lies by chance or not on 2M, c is as it was, d is new */
	b = start[1] % SZ_2M;
	kexec();
	kernel("128K:4K:a", "64K:2M:b", "32K:4K:c", "4K:4K:d");
	ASSERT_NE(start[0], shared->start[0]);
	ASSERT_EQ(!b, start[1] == shared->start[1]);
	ASSERT_EQ(start[2], shared->start[2]);
	/* the old ones are still there, for whoever asks */
	ASSERT_EQ(16 + (b ? 16 : 0) + 1, nr_preserved(&shared->in));
	ASSERT_EQ(32 + 16 + 8 + 1 + 1, nr_preserved(&shared->out));

	/* what was new comes back next time, and fewer are no harm */
	memcpy(start, shared->start, sizeof(start));
	b = shared->start[3];
	kexec();
	kernel("4K:4K:d", "128K:4K:a");
	ASSERT_EQ(b, shared->start[0]);
	ASSERT_EQ(start[0], shared->start[1]);

	/* nobody asks: the description stays as unclaimed as the regions */
	kexec();
	kernel(NULL);
	ASSERT_EQ(0, shared->freed_blob);
	ASSERT_EQ(0, shared->out.blob);
	ASSERT_EQ(32 + 1 + 1, nr_preserved(&shared->in));

	test_pass_pop();
	return 0;
}

static int names_check(void)
{
	phys_addr_t start[3];

	PREFIX_PUSH();
	cold_boot();
	kernel("4K:4K:a@1", "8K:4K:a b", "4K:4K:a");
	memcpy(start, shared->start, sizeof(start));
	kexec();
	kernel("4K:4K:a", "4K:4K:a@1", "8K:4K:a b");
	ASSERT_EQ(start[2], shared->start[0]);
	ASSERT_EQ(start[0], shared->start[1]);
	ASSERT_EQ(start[1], shared->start[2]);

	kexec();
	kernel("4K:4K:A", "4K:4K:a@", "8K:4K:a ");
	ASSERT_EQ(4 + 1, nr_preserved(&shared->in));

	test_pass_pop();
	return 0;
}

static int off_check(void)
{
	PREFIX_PUSH();
	cold_boot();
	shared->off = true;
	kernel("64K:4K:a");
	ASSERT_EQ(0, nr_preserved(&shared->out));
	ASSERT_EQ(0, shared->out.blob);

	test_pass_pop();
	return 0;
}

static int failures_check(void)
{
	phys_addr_t b;

	PREFIX_PUSH();
	/* no memory for the description, or no room for it: nothing is left */
	cold_boot();
	shared->fail_alloc = 1;
	kernel("64K:4K:a", "32K:4K:b");
	ASSERT_EQ(0, nr_preserved(&shared->out));
	cold_boot();
	shared->fail_add = 1;
	kernel("64K:4K:a", "32K:4K:b");
	ASSERT_EQ(0, nr_preserved(&shared->out));

	/* one region cannot be preserved: the other is */
	cold_boot();
	shared->fail_preserve = 2;
	kernel("64K:4K:a", "32K:4K:b");
	ASSERT_EQ(8 + 1, nr_preserved(&shared->out));
	b = shared->start[1];
	kexec();
	kernel("64K:4K:a", "32K:4K:b");
	ASSERT_EQ(b, shared->start[1]);
	ASSERT_EQ(16 + 8 + 1, nr_preserved(&shared->out));

	/* and both fail: what was preserved is given back, the other never was */
	cold_boot();
	shared->fail_preserve = 2;
	shared->fail_add = 1;
	kernel("64K:4K:a", "32K:4K:b", "16K:4K:c");
	ASSERT_EQ(0, nr_preserved(&shared->out));

	test_pass_pop();
	return 0;
}

/* Builds what the last kernel could have left, one thing of it wrong. */
struct wrong {
	const char *compatible, *region;
	u64 start, size;
	int start_len;
};

static void leave(const struct wrong *wrong)
{
	void *fdt = memory + SZ_2M;
	u64 start = (phys_addr_t)memory + wrong->start;

	cold_boot();
	fdt_create(fdt, PAGE_SIZE);
	fdt_finish_reservemap(fdt);
	fdt_begin_node(fdt, "");
	fdt_property_string(fdt, "compatible", wrong->compatible);
	fdt_begin_node(fdt, "a");
	fdt_property_string(fdt, "compatible", wrong->region);
	fdt_property(fdt, "start", &start, wrong->start_len);
	fdt_property(fdt, "size", &wrong->size, 8);
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	fdt_finish(fdt);
	shared->in.blob = (phys_addr_t)fdt;
	shared->in.size = fdt_totalsize(fdt);
	memset(shared->in.preserved + SZ_1M / PAGE_SIZE, true, 4);
	shared->in.preserved[SZ_2M / PAGE_SIZE] = true;
}

static int wrong_check(void)
{
	static const struct wrong good = {
		"memblock-v1", "reserve-mem-v1", SZ_1M, SZ_16K, 8,
	};
	static const struct wrong wrongs[] = {
		{ "memblock-v2", "reserve-mem-v1", SZ_1M, SZ_16K, 8 },
		{ "memblock-v1", "reserve-mem-v2", SZ_1M, SZ_16K, 8 },
		{ "memblock-v1", "reserve-mem-v1", SZ_1M, SZ_16K, 4 },
		{ "memblock-v1", "reserve-mem-v1", SZ_1M, SZ_16K, 0 },
		{ "memblock-v1", "reserve-mem-v1", SZ_1M + 64, SZ_16K, 8 },
		{ "memblock-v1", "reserve-mem-v1", SZ_1M, 0, 8 },
		{ "memblock-v1", "reserve-mem-v1", SZ_1M, -SZ_4K, 8 },
		{ "memblock-v1", "reserve-mem-v1", SZ_1M, SZ_8K, 8 },
		{ "memblock-v1", "reserve-mem-v1", -(u64)SZ_4K * 2, SZ_16K, 8 },
		{ "memblock-v1", "reserve-mem-v1", SZ_1M - SZ_4K, SZ_16K, 8 },
		{ "memblock-v1", "reserve-mem-v1", SZ_1M + SZ_4K, SZ_16K, 8 },
		{ "memblock-v1", "reserve-mem-v1", MEM_BYTES, SZ_16K, 8 },
	};

	PREFIX_PUSH();
	leave(&good);
	kernel("16K:4K:a");
	ASSERT_EQ((phys_addr_t)memory + SZ_1M, shared->start[0]);
	ASSERT_EQ(1, nr_preserved(&shared->in));

	for (int i = 0; i < ARRAY_SIZE(wrongs); i++) {
		leave(&wrongs[i]);
		kernel("16K:4K:a");
		ASSERT_NE((phys_addr_t)memory + SZ_1M, shared->start[0]);
		ASSERT_EQ(5, nr_preserved(&shared->in));
	}

	/* shorter than it says, or shorter than anything */
	for (size_t size = 0; size < fdt_totalsize(memory + SZ_2M); size += 7) {
		leave(&good);
		shared->in.size = size;
		kernel("16K:4K:a");
		ASSERT_EQ(5, nr_preserved(&shared->in));
		ASSERT_EQ(0, shared->freed_blob);
	}

	test_pass_pop();
	return 0;
}

/* Whatever lies there: the region is the one that came, or a new one. */
static int damaged_check(void)
{
	static const struct wrong good = {
		"memblock-v1", "reserve-mem-v1", SZ_1M, SZ_16K, 8,
	};
	int back = 0;

	PREFIX_PUSH();
	for (int round = 0; round < 250; round++) {
		leave(&good);
		for (int i = 1 + kho_random(2); i > 0; i--)
			memory[SZ_2M + kho_random(shared->in.size)] ^=
				1 << kho_random(8);
		kernel("16K:4K:a");
		if (shared->start[0] == (phys_addr_t)memory + SZ_1M) {
			ASSERT_EQ(1, nr_preserved(&shared->in));
			back++;
		} else {
			ASSERT_EQ(5, nr_preserved(&shared->in));
		}
	}
	ASSERT_LT(10, back);
	ASSERT_LT(back, 240);

	test_pass_pop();
	return 0;
}

int reserve_mem_kho_checks(void)
{
	struct memblock_region *regions = memblock.memory.regions;

	prefix_reset();
	prefix_push("reserve_mem over kexec");
	test_print("Running reserve_mem KHO tests...\n");

	memory = mmap((void *)SZ_1G, MEM_BYTES, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, memory);
	ASSERT_NE(MAP_FAILED, shared);
	ASSERT_EQ(0, (phys_addr_t)memory % SZ_2M);

	same_address_check();
	changed_check();
	names_check();
	off_check();
	failures_check();
	wrong_check();
	damaged_check();

	munmap(memory, MEM_BYTES);
	munmap(shared, sizeof(*shared));
	ASSERT_EQ(regions, memblock.memory.regions);
	prefix_pop();
	return 0;
}
