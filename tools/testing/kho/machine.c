// SPDX-License-Identifier: GPL-2.0-only
/* The machine, its old kernel, and the model; see machine.h */

#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <linux/crc32.h>
#include <linux/page-flags.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include <asm/kho.h>

#include "machine.h"

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
unsigned char sim_owner[SIM_PAGES];
unsigned char sim_buddy[SIM_PAGES];
unsigned char sim_kept[SIM_PAGES];
unsigned long sim_steps, sim_crc_bytes, sim_cma_pages;
char sim_log[4096];
bool sim_kdump, movable_node_enabled;
static size_t log_len;

/* Is memory out of reach until the direct map is there? */
static bool guarded = true;
/* Pages that may hold something; complete from the first machine_restore() on */
static unsigned char touched[SIM_PAGES];
static bool restored;

static struct page pages[SIM_PAGES];
static struct {
	phys_addr_t base;
	unsigned int order;
} blocks[8192];
static unsigned int nr_blocks;
static struct kho_subtree *blobs[64];
static unsigned int seed;
static bool enabled;

/* The old kernel's */
struct kho_radix_tree kho_out_tree;
static size_t dt_max;

/* What the real files call */
char _text[1], _end[1];
unsigned long initrd_start, initrd_end, totalcma_pages;

static __noreturn void die(const char *what, u64 where)
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

/* What pr_err() and the like call */
int sim_printk(const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(sim_log + log_len, sizeof(sim_log) - log_len, fmt, args);
	va_end(args);
	log_len = min_t(size_t, log_len + len, sizeof(sim_log) - 1);
	return len;
}

void sim_strscpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size - 1);

	memcpy(dst, src, len);
	dst[len] = '\0';
}

int kstrtoull(const char *s, unsigned int base, u64 *res)
{
	char *end;

	*res = strtoull(s, &end, base);
	return *s && !*end ? 0 : -EINVAL;
}

unsigned long long memparse(const char *ptr, char **end)
{
	return strtoull(ptr, end, 0);
}

/* Nodes that the old kernel gives back are all zeros when it asks */
void *memchr_inv(const void *start, int c, size_t bytes)
{
	const unsigned char *p = start;

	for (; bytes--; p++)
		if (*p != (unsigned char)c)
			return (void *)p;
	return NULL;
}

unsigned long __sw_hweight64(__u64 word)
{
	return __builtin_popcountl(word);
}

void *kmalloc(size_t size, gfp_t gfp)
{
	return calloc(1, size);
}

void kfree(void *p)
{
	free(p);
}

bool slab_is_available(void)
{
	return false;
}

void sort(void *base, size_t num, size_t size,
	  int (*cmp)(const void *a, const void *b), void *swap)
{
	qsort(base, num, size, cmp);
}

/* Castagnoli's, reflected: table[n] is for a byte with n bytes behind it */
static u32 crc_table[8][256];

static void crc_init(void)
{
	for (u32 i = 0; i < 256; i++) {
		crc_table[0][i] = i;
		for (int bit = 0; bit < 8; bit++)
			crc_table[0][i] = crc_table[0][i] >> 1 ^
					  (crc_table[0][i] & 1 ? 0x82f63b78 : 0);
	}
	for (int n = 1; n < 8; n++)
		for (int i = 0; i < 256; i++)
			crc_table[n][i] = crc_table[n - 1][i] >> 8 ^
				crc_table[0][crc_table[n - 1][i] & 0xff];
}

u32 __crc32c_le(u32 crc, const void *buf, size_t size)
{
	const unsigned char *p = buf;

	if (!crc_table[0][1])
		crc_init();
	sim_crc_bytes += size;
	for (; size >= 8; size -= 8, p += 8) {
		u64 word, next = 0;

		memcpy(&word, p, 8);
		word ^= crc;
		for (int n = 0; n < 8; n++)
			next ^= crc_table[7 - n][word >> 8 * n & 0xff];
		crc = next;
	}
	while (size--)
		crc = crc >> 8 ^ crc_table[0][(crc ^ *p++) & 0xff];
	return crc;
}

struct page *sim_page(unsigned long pfn)
{
	unsigned long nr = pfn - (SIM_BASE >> PAGE_SHIFT);

	/* memblock asks for the page behind the last, too */
	return &pages[min(nr, SIM_PAGES - 1)];
}

struct page *virt_to_page(const void *virt)
{
	return sim_page(virt_to_phys(virt) >> PAGE_SHIFT);
}

void *page_address(const struct page *page)
{
	return (void *)(SIM_BASE + (page - pages) * PAGE_SIZE);
}

struct page *alloc_page(gfp_t gfp)
{
	phys_addr_t phys = machine_take(0, NODE);

	memset(phys_to_virt(phys), 0, PAGE_SIZE);
	return virt_to_page(phys_to_virt(phys));
}

void __free_page(struct page *page)
{
	sim_owner[page - pages] = FREE;
}

struct sim_zone *page_zone(const struct page *page)
{
	static struct sim_zone zone;

	return &zone;
}

int early_pfn_to_nid(unsigned long pfn)
{
	return PFN_PHYS(pfn) >= SIM_NODE1;
}

unsigned long get_num_physpages(void)
{
	return SIM_PAGES;
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

void reserve_bootmem_region(phys_addr_t start, phys_addr_t end, int nid)
{
}

struct pglist_data *first_online_pgdat(void)
{
	return NULL;
}

struct pglist_data *next_online_pgdat(struct pglist_data *pgdat)
{
	return NULL;
}

void atomic_long_set(atomic_long_t *v, long i)
{
}

void memblock_init_cma_pageblocks(phys_addr_t base, phys_addr_t size)
{
	sim_cma_pages += size >> PAGE_SHIFT;
}

phys_addr_t reserve_mem_kho_alloc(const char *name, phys_addr_t size,
				  phys_addr_t align)
{
	return 0;
}

void memblock_free_pages(struct page *page, unsigned long pfn,
			 unsigned int order)
{
	static const unsigned char none[1024];
	unsigned long nr = pfn - (SIM_BASE >> PAGE_SHIFT);
	unsigned long count = 1UL << order;

	if (count > sizeof(none) || nr + count > SIM_PAGES)
		die("pages freed that are none", pfn);
	if (memcmp(sim_buddy + nr, none, count))
		die("page freed twice", pfn);
	memset(sim_buddy + nr, 1, count);
}

struct sim_pgdat *sim_node_data(int nid)
{
	static struct sim_pgdat nodes[2] = { { { 0 } }, { { 1 } } };

	return &nodes[nid];
}

bool zone_spans_pfn(const int *zone, unsigned long pfn)
{
	return *zone == early_pfn_to_nid(pfn);
}

void __SetPageReserved(struct page *page)
{
	if (sim_kept[page - pages]++)
		die("page kept twice", page - pages);
}

void __free_pages_core(struct page *page, unsigned int order, int context)
{
	memblock_free_pages(page, (SIM_BASE >> PAGE_SHIFT) + (page - pages),
			    order);
}

unsigned long free_reserved_area(void *start, void *end, int poison,
				 const char *name)
{
	unsigned long pfn = virt_to_phys(start) >> PAGE_SHIFT;
	unsigned long nr = (end - start) >> PAGE_SHIFT;

	for (unsigned long i = 0; i < nr; i++)
		memblock_free_pages(NULL, pfn + i, 0);
	return nr;
}

bool is_kdump_kernel(void)
{
	return sim_kdump;
}

bool kho_is_enabled(void)
{
	return enabled;
}

void kho_disable(void)
{
	enabled = false;
}

int kho_change_begin(void)
{
	return 0;
}

void kho_change_end(void)
{
}

size_t kho_dt_max(void)
{
	return dt_max;
}

u64 kho_unclaimed_bytes(void)
{
	return 0;
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

static void own(phys_addr_t base, unsigned long size, enum owner owner)
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
	for (unsigned int i = 0; crowded && i < SIM_CROWD; i++)
		own(SIM_CROWD_PAGE(i), PAGE_SIZE, FIRMWARE);
	memset(&passed, 0, sizeof(passed));
	nr_blocks = 0;
}

static bool block_free(phys_addr_t base, unsigned int order)
{
	phys_addr_t size = PAGE_SIZE << order;

	if (base < SIM_BASE || base + size > SIM_END ||
	    (base < SIM_NODE1 && base + size > SIM_NODE1))
		return false;
	for (unsigned long i = 0; i < 1UL << order; i++)
		if (sim_owner[sim_index(base) + i] != FREE)
			return false;
	return true;
}

/* A block that was free becomes @owner's */
phys_addr_t machine_take(unsigned int order, enum owner owner)
{
	unsigned int tries = 100000;
	phys_addr_t base;

	do {
		base = SIM_BASE + ((u64)sim_random(SIM_PAGES >> order) <<
				   (PAGE_SHIFT + order));
		if (!--tries)
			die("the machine is full", order);
	} while (!block_free(base, order));
	own(base, PAGE_SIZE << order, owner);
	return base;
}

void machine_add_key(u64 key)
{
	if (kho_radix_add_key(&kho_out_tree, key))
		die("key cannot be added", key);
}

static void preserve(phys_addr_t base, unsigned int order)
{
	own(base, PAGE_SIZE << order, KEPT);
	machine_add_key(kho_radix_encode_key(base, order));
}

static void note_block(phys_addr_t base, unsigned int order)
{
	preserve(base, order);
	blocks[nr_blocks].base = base;
	blocks[nr_blocks++].order = order;
}

phys_addr_t machine_block(unsigned int nr, unsigned int *order)
{
	*order = blocks[nr].order;
	return blocks[nr].base;
}

phys_addr_t machine_free_page(void)
{
	return machine_take(0, FREE);
}

static void preserve_blocks(const struct shape *shape)
{
	phys_addr_t next = 0;

	if (shape->node_border) {
		note_block(SIM_NODE1 - (PAGE_SIZE << 3), 3);
		note_block(SIM_NODE1, 3);
	}
	while (nr_blocks < shape->blocks) {
		unsigned int order = sim_random(shape->max_order + 1);

		next = ALIGN(next, PAGE_SIZE << order);
		if (!shape->touching || !next || !block_free(next, order))
			next = machine_take(order, FREE);
		note_block(next, order);
		next += PAGE_SIZE << order;
	}
}

static void add_blob(unsigned int nr)
{
	unsigned int order = nr % 3;
	phys_addr_t base = machine_take(order, KEPT);
	char *blob = phys_to_virt(base);
	size_t size = (PAGE_SIZE << order) - sim_random(PAGE_SIZE);
	char name[32];

	preserve(base, order);
	for (size_t i = 0; i < size; i++)
		blob[i] = sim_random(256);
	snprintf(name, sizeof(name), "producer-%u", nr);
	if (kho_add_subtree(name, blob, size))
		die("subtree cannot be added", nr);
}

static int sum_node(phys_addr_t node, unsigned int level, void *data)
{
	static unsigned int nodes;
	u32 *crc = data;

	nodes = level == KHO_TREE_TABLES ? 0 : nodes + 1;
	if (!PAGE_ALIGNED(node) || !sim_is_ram(node) || nodes > 2000)
		return -EINVAL;
	*crc = kho_crc32c(*crc, phys_to_virt(node), PAGE_SIZE);
	return 0;
}

static void *mainline_fdt;

static void mainline_subtree(struct kho_subtree *subtree)
{
	u64 phys = virt_to_phys(subtree->blob), size = subtree->size;

	fdt_begin_node(mainline_fdt, subtree->name);
	fdt_property(mainline_fdt, KHO_SUB_TREE_PROP_NAME, &phys, sizeof(phys));
	fdt_property(mainline_fdt, KHO_SUB_TREE_SIZE_PROP_NAME, &size,
		     sizeof(size));
	fdt_end_node(mainline_fdt);
}

/* As a writer that knows nothing of this project's additions */
static void write_mainline_fdt(void *fdt, size_t size)
{
	u64 map = virt_to_phys(kho_out_tree.root);

	mainline_fdt = fdt;
	fdt_create(fdt, size);
	fdt_finish_reservemap(fdt);
	fdt_begin_node(fdt, "");
	fdt_property_string(fdt, "compatible", KHO_FDT_COMPATIBLE_V3);
	fdt_property(fdt, KHO_FDT_MEMORY_MAP_PROP_NAME, &map, sizeof(map));
	kho_visit_subtrees(false, mainline_subtree);
	fdt_end_node(fdt);
	if (fdt_finish(fdt))
		die("FDT cannot be written", size);
}

static void write_fdt(const struct shape *shape, void *fdt, size_t size)
{
	u32 crc = ~0U;

	if (!shape->checksums) {
		write_mainline_fdt(fdt, size);
		return;
	}
	kho_radix_walk_nodes(virt_to_phys(kho_out_tree.root), sum_node, &crc);
	if (kho_write_fdt(fdt, size, ~crc))
		die("FDT cannot be written", size);
}

static void note_blob(struct kho_subtree *subtree)
{
	unsigned int i = 0;

	while (blobs[i])
		i++;
	blobs[i] = subtree;
}

/* The old kernel is gone; so are its lists, which were not in the RAM */
static void forget_subtrees(void)
{
	memset(blobs, 0, sizeof(blobs));
	kho_visit_subtrees(false, note_blob);
	for (unsigned int i = 0; blobs[i]; i++)
		kho_remove_subtree(blobs[i]->blob);
	memset(blobs, 0, sizeof(blobs));
}

/* All that an old kernel does, from its cold boot to the jump */
void machine_hand_over(const struct shape *shape)
{
	unsigned int order = ilog2(shape->fdt_pages);

	seed = shape->seed;
	machine_cold();
	if (kho_radix_init_tree(&kho_out_tree, NULL))
		die("no tree", 0);
	preserve_blocks(shape);
	dt_max = (size_t)shape->fdt_pages << PAGE_SHIFT;
	for (unsigned int i = 0; i < shape->subtrees; i++)
		add_blob(i);

	memcpy(kho_scratch, sim_scratch, sizeof(sim_scratch));
	kho_scratch_cnt = SIM_SCRATCH_AREAS;
	passed.fdt = machine_take(order, KEPT);
	passed.fdt_size = dt_max;
	preserve(passed.fdt, order);
	write_fdt(shape, machine_fdt(), dt_max);
	forget_subtrees();

	/* A segment of the image: in scratch */
	passed.scratch = sim_scratch[1].addr + 0x400000;
	passed.scratch_size = sizeof(sim_scratch);
	memcpy(phys_to_virt(passed.scratch), sim_scratch, sizeof(sim_scratch));
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
	memblock_set_node(0, SIM_NODE1, &memblock.memory, 0);
	memblock_set_node(SIM_NODE1, SIM_END - SIM_NODE1, &memblock.memory, 1);
	kho_early_open();
}

/* The last hook, and what follows once all struct pages are there */
void machine_boot_all(void)
{
	memblock_free_all();
	sim_initcall_kho_give_nodes();
}

void *machine_fdt(void)
{
	sim_touch(passed.fdt, SZ_8K);
	return phys_to_virt(passed.fdt);
}

struct kho_radix_node *machine_root(void)
{
	return kho_out_tree.root;
}

/* The leaf of a key; made where there is none */
struct kho_radix_leaf *machine_leaf(u64 key, bool create)
{
	struct kho_radix_node *node = kho_out_tree.root;

	for (unsigned int level = KHO_TREE_TABLES; level; level--) {
		u64 *slot = &node->table[kho_key_index(key, level)];

		if (!*slot && !create)
			return NULL;
		if (!*slot)
			*slot = virt_to_phys(page_address(alloc_page(GFP_KERNEL)));
		node = phys_to_virt(*slot);
	}
	return (struct kho_radix_leaf *)node;
}

static bool blob_in_ram(const struct kho_fdt_subtree *subtree)
{
	return subtree->size < SIM_END && sim_is_ram(subtree->phys) &&
	       sim_is_ram(subtree->phys + subtree->size - 1) &&
	       (subtree->phys < SIM_HOLE) ==
	       (subtree->phys + subtree->size - 1 < SIM_HOLE);
}

static void sum_blobs(void *fdt)
{
	struct kho_fdt_subtree subtree;
	int node = 0;
	void *prop;
	u32 crc;

	for (;;) {
		node = kho_fdt_next_subtree(fdt, node, &subtree);
		if (node < 0)
			return;
		if (!subtree.has_crc || !blob_in_ram(&subtree))
			continue;
		prop = fdt_getprop_w(fdt, node, KHO_SUB_TREE_CRC_PROP_NAME, NULL);
		crc = ~kho_crc32c(~0U, phys_to_virt(subtree.phys), subtree.size);
		memcpy(prop, &crc, sizeof(crc));
	}
}

/* As far as libfdt needs it */
static bool fdt_readable(const void *fdt)
{
	return PAGE_ALIGNED(passed.fdt) && passed.fdt_size &&
	       passed.fdt_size <= SZ_256K && sim_is_ram(passed.fdt) &&
	       sim_is_ram(passed.fdt + passed.fdt_size - 1) &&
	       !fdt_check_header(fdt) && fdt_version(fdt) >= 17 &&
	       !(fdt_off_dt_struct(fdt) % 4) && !(fdt_off_mem_rsvmap(fdt) % 8) &&
	       fdt_totalsize(fdt) <= passed.fdt_size;
}

static bool list_readable(void)
{
	u64 end = passed.scratch + passed.scratch_size;

	return passed.scratch_size && passed.scratch_size <= PAGE_SIZE &&
	       end > passed.scratch && !(passed.scratch % sizeof(u64)) &&
	       sim_is_ram(passed.scratch) && sim_is_ram(end - 1);
}

static void sum_scratch(void *fdt)
{
	int len;
	void *prop = fdt_getprop_w(fdt, 0, KHO_FDT_CRC_SCRATCH_PROP_NAME, &len);
	u32 crc;

	if (!prop || len != sizeof(crc) || !list_readable())
		return;
	crc = kho_scratch_crc32c(phys_to_virt(passed.scratch),
				 passed.scratch_size / sizeof(struct kho_scratch));
	memcpy(prop, &crc, sizeof(crc));
}

/* Where there are checksums, make them right again after damage */
void machine_sum(void)
{
	void *prop, *fdt = machine_fdt();
	u32 crc = ~0U;
	u64 map;
	int len;

	if (!fdt_readable(fdt))
		return;
	sum_blobs(fdt);
	sum_scratch(fdt);
	prop = fdt_getprop_w(fdt, 0, KHO_FDT_MEMORY_MAP_PROP_NAME, &len);
	if (prop && len == sizeof(map)) {
		memcpy(&map, prop, sizeof(map));
		prop = fdt_getprop_w(fdt, 0, KHO_FDT_CRC_TREE_PROP_NAME, &len);
		if (prop && len == sizeof(crc) &&
		    !kho_radix_walk_nodes(map, sum_node, &crc)) {
			crc = ~crc;
			memcpy(prop, &crc, sizeof(crc));
		}
	}
	prop = fdt_getprop_w(fdt, 0, KHO_FDT_CRC_FDT_PROP_NAME, &len);
	if (prop && len == sizeof(crc)) {
		crc = kho_fdt_crc32c(fdt, prop - fdt);
		memcpy(prop, &crc, sizeof(crc));
	}
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
