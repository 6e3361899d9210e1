// SPDX-License-Identifier: GPL-2.0-only
/* The machine, its boot and its kexec; see pages.h */

#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <sys/mman.h>

#include "pages.h"

/* Where the process has the machine's memory; the sanitizer leaves room there */
#define SIM_OFFSET	0x200000000000UL

struct sim sim;
struct page sim_pages[SIM_PAGES];
bool sim_allowed[SIM_PAGES];
int (*sim_memory_event)(struct notifier_block *nb, unsigned long event, void *data);

struct kho_scratch kho_scratch[KHO_SCRATCH_MAX];
unsigned int kho_scratch_cnt;
unsigned int kho_scratch_on_demand;
struct memblock memblock;

/* Pages from one to another */
struct range {
	unsigned long from, to;
	enum memblock_flags flags;
};

static const struct range ram[] = {
	{ BANK_A, BANK_A_END },
	{ BANK_B, NOMAP },
	{ NOMAP, MANAGED, MEMBLOCK_NOMAP },
	{ MANAGED, BANK_C, MEMBLOCK_DRIVER_MANAGED },
	{ BANK_C, LATE },
};

static const struct range used[] = {
	{ FIRMWARE, FIRMWARE_END },
	{ OWN, OWN_END, MEMBLOCK_RSRV_KERN },
	{ TABLE, TABLE_END },
	{ INITRD, INITRD_END },
	{ LENT, LENT_END },
};

/* The next kernel's image takes some scratch; the initrd went with its kernel */
static const struct range used_next[] = {
	{ FIRMWARE, FIRMWARE_END },
	{ SCRATCH_A + 3, SCRATCH_A + 77 },
	{ TABLE, TABLE_END },
	{ LENT, LENT_END },
};

static const struct range scratch[] = {
	{ SCRATCH_B, SCRATCH_B_END },
	{ SCRATCH_A, SCRATCH_A_END },
	{ SCRATCH_C, SCRATCH_C_END },
};

/* Addresses */
struct page *pfn_to_page(unsigned long pfn)
{
	if (pfn >= SIM_PAGES || !pfn_valid(pfn))
		sim_die("there is no such page");
	return &sim_pages[pfn];
}

unsigned long page_to_pfn(const struct page *page)
{
	return page - sim_pages;
}

void *phys_to_virt(phys_addr_t phys)
{
	if (phys >= PFN_PHYS(SIM_PAGES))
		sim_die("an address that is none is used");
	return (void *)(uintptr_t)(phys + SIM_OFFSET);
}

bool virt_addr_valid(const void *virt)
{
	return (uintptr_t)virt - SIM_OFFSET < PFN_PHYS(SIM_PAGES);
}

phys_addr_t virt_to_phys(const void *virt)
{
	phys_addr_t phys = (uintptr_t)virt - SIM_OFFSET;

	if (phys >= PFN_PHYS(SIM_PAGES))
		sim_die("no address of memory");
	return phys;
}

/* Sections: what is in one has struct pages, memory or not */
bool pfn_valid(unsigned long pfn)
{
	return (pfn >= BANK_A && pfn < BANK_A_END) ||
	       (pfn >= BANK_B && pfn < OFFLINE_END);
}

bool early_section(unsigned long section)
{
	return section * PAGES_PER_SECTION < LATE;
}

struct page *pfn_to_online_page(unsigned long pfn)
{
	return pfn_valid(pfn) && pfn < OFFLINE ? &sim_pages[pfn] : NULL;
}

bool is_migrate_cma_page(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	return (pfn >= LENT && pfn < LENT_END) || kho_scratch_overlap(PFN_PHYS(pfn), 1);
}

/* Who is told of memory that comes and goes, and 0 */
int hotplug_memory_notifier(int (*fn)(struct notifier_block *nb,
				      unsigned long event, void *data), int pri)
{
	sim_memory_event = fn;
	return pri;
}

/* Nodes and zones */
static struct zone zones[4];

int pfn_to_nid(unsigned long pfn)
{
	if (!pfn_valid(pfn))
		sim_die("on which node is a page that is none");
	return pfn >= sim.border;
}

struct zone *page_zone(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	return &zones[pfn < BANK_A_END ? 0 : pfn < sim.border ? 1 :
		      pfn < sim.zone ? 2 : 3];
}

void adjust_managed_page_count(struct page *page, long count)
{
	page_zone(page)->managed += count;
}

/* How many pages were counted, all zones together */
long sim_managed(void)
{
	long managed = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(zones); i++) {
		if (zones[i].managed != zones[i].taken)
			sim_die("pages are counted for a zone that they are not in");
		managed += zones[i].managed;
	}
	return managed;
}

unsigned long get_num_physpages(void)
{
	return SIM_PAGES;
}

unsigned int num_possible_nodes(void)
{
	return 2;
}

/* memblock, scratch, gaps */
phys_addr_t memblock_end_of_DRAM(void)
{
	return PFN_PHYS(LATE);
}

u64 memblock_kernel_allocated(phys_addr_t end, int nid)
{
	return PFN_PHYS(OWN_END - OWN);
}

bool kho_scratch_overlap(phys_addr_t phys, size_t size)
{
	for (unsigned int i = 0; i < kho_scratch_cnt; i++)
		if (phys < PFN_PHYS(scratch[i].to) &&
		    phys + size > PFN_PHYS(scratch[i].from))
			return true;
	return false;
}

int kho_check_gaps(struct kho_map_walk *blocks)
{
	if (!blocks->root)
		sim_die("the forecast is of no map");
	return sim.gaps_err;
}

static void add_region(struct memblock_type *type, unsigned long from,
		       unsigned long to, const struct range *range)
{
	if (from < to)
		type->regions[type->cnt++] = (struct memblock_region){
			.base = PFN_PHYS(from),
			.size = PFN_PHYS(to - from),
			.flags = range->flags,
			.nid = from >= sim.border,
		};
}

/* Each region is on one node */
static void fill(struct memblock_type *type, const struct range *ranges,
		 unsigned int nr)
{
	type->cnt = 0;
	for (; nr--; ranges++) {
		add_region(type, ranges->from, min(ranges->to, sim.border), ranges);
		add_region(type, max(ranges->from, sim.border), ranges->to, ranges);
	}
}

static void fill_memblock(bool next)
{
	static struct memblock_region memory[16], reserved[16];

	memblock.memory.regions = memory;
	memblock.reserved.regions = reserved;
	fill(&memblock.memory, ram, ARRAY_SIZE(ram));
	if (next)
		fill(&memblock.reserved, used_next, ARRAY_SIZE(used_next));
	else
		fill(&memblock.reserved, used, ARRAY_SIZE(used));
}

/* The plain way to know what may be preserved */
static void note_allowed(void)
{
	for (unsigned long pfn = 0; pfn < SIM_PAGES; pfn++)
		sim_allowed[pfn] =
			((pfn >= BANK_A && pfn < BANK_A_END) ||
			 (pfn >= BANK_B && pfn < NOMAP) ||
			 (pfn >= BANK_C && pfn < LATE)) &&
			!(pfn >= SCRATCH_A && pfn < SCRATCH_A_END) &&
			!(pfn >= SCRATCH_B && pfn < SCRATCH_B_END) &&
			!(pfn >= SCRATCH_C && pfn < SCRATCH_C_END) &&
			!(pfn >= FIRMWARE && pfn < FIRMWARE_END) &&
			!(pfn >= TABLE && pfn < TABLE_END) &&
			!(pfn >= LENT && pfn < LENT_END);
}

static void map_memory(void)
{
	void *want = (void *)SIM_OFFSET;

	if (sim_allowed[BANK_A + 200])
		return;
	if (mmap(want, SIM_PAGES << PAGE_SHIFT, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
		 -1, 0) != want)
		sim_die("no memory at the machine's address");
	note_allowed();
}

/* Struct pages as boot leaves them, each in use by somebody or free already */
static void init_pages(void)
{
	for (unsigned long pfn = 0; pfn < SIM_PAGES; pfn++) {
		if (sim_pages[pfn].buddy && sim_is_home(pfn))
			continue;
		if (sim_pages[pfn].buddy)
			ASAN_UNPOISON_MEMORY_REGION(phys_to_virt(PFN_PHYS(pfn)),
						    PAGE_SIZE);
		sim_pages[pfn] = (struct page){ .count = 1, .private = 0xbad };
	}
	for (unsigned long pfn = FIRMWARE; pfn < FIRMWARE_END; pfn++)
		sim_pages[pfn].reserved = true;
	for (unsigned long pfn = TABLE; pfn < TABLE_END; pfn++)
		sim_pages[pfn].reserved = true;
	for (unsigned long pfn = NOMAP; pfn < MANAGED; pfn++)
		sim_pages[pfn].reserved = true;
}

/* What early boot notes of memory, with scratch in its place */
static void note_memory(void)
{
	kho_scratch_cnt = ARRAY_SIZE(scratch);
	for (unsigned int i = 0; i < kho_scratch_cnt; i++) {
		kho_scratch[i].addr = PFN_PHYS(scratch[i].from);
		kho_scratch[i].size = PFN_PHYS(scratch[i].to - scratch[i].from);
	}
	if (kho_memory_look() || kho_memory_remember())
		sim_die("no memory to remember what there is");
}

/* A machine that was switched on, at the point where KHO starts */
void sim_power_on(void)
{
	map_memory();
	sim_forget_out();
	sim_forget_in();
	memset(&sim, 0, sizeof(sim));
	memset(zones, 0, sizeof(zones));
	sim_warnings = 0;
	num_poisoned_pages.counter = 0;
	sim.border = BORDER;
	sim.zone = ZONE;
	sim.late_left = OFFLINE - LATE;
	init_pages();
	sim_page_allocator_reset();
	fill_memblock(false);
	sim_switch(true);
	note_memory();
}

/* A machine that was switched on, and has KHO */
void sim_cold(void)
{
	sim_power_on();
	if (sim_initcall_kho_init())
		sim_die("KHO does not start");
	sim_quiet();
}

/* Keys and nodes, by the plainest of means */
static void visit(const u64 *node, unsigned int level, u64 prefix,
		  sim_key_fn key_fn, void (*node_fn)(const void *node))
{
	if (node_fn)
		node_fn(node);
	if (!level) {
		const unsigned long *bits = (const unsigned long *)node;

		for (u64 i = 0; key_fn && i < PAGE_SIZE * 8; i++) {
			u64 key = prefix * PAGE_SIZE * 8 + i, n = key >> 1;
			unsigned int order = 64 - PAGE_SHIFT;

			if (!bits[i / 64])
				i |= 63;
			if (!(bits[i / 64] >> i % 64 & 1))
				continue;
			for (; n; n >>= 1)
				order--;
			key_fn((key << order) & ((1UL << (64 - PAGE_SHIFT)) - 1), order);
		}
		return;
	}
	for (unsigned int i = 0; i < PAGE_SIZE / 8; i++)
		if (node[i])
			visit(phys_to_virt(node[i]), level - 1,
			      prefix * (PAGE_SIZE / 8) + i, key_fn, node_fn);
}

void sim_visit_keys(const struct kho_radix_node *root, sim_key_fn fn)
{
	/* Bits of a key, of a leaf, of a table */
	unsigned int key = 65 - PAGE_SHIFT, leaf = PAGE_SHIFT + 3, table = PAGE_SHIFT - 3;

	visit((const u64 *)root, (key - leaf + table - 1) / table, 0, fn, NULL);
}

static struct sim_count counted;

static void count_key(unsigned long pfn, unsigned int order)
{
	counted.keys++;
	counted.pages += 1UL << order;
}

/* How many keys a tree has, and pages are in their blocks; it may be no tree */
struct sim_count sim_count(const struct kho_radix_node *root)
{
	counted = (struct sim_count){};
	if (root)
		sim_visit_keys(root, count_key);
	return counted;
}

static phys_addr_t nodes[4096];
static unsigned int nr_nodes;

static void note_node(const void *node)
{
	if (nr_nodes == ARRAY_SIZE(nodes))
		sim_die("too many nodes");
	nodes[nr_nodes++] = virt_to_phys(node);
}

unsigned int sim_nr_nodes(void)
{
	nr_nodes = 0;
	visit((const u64 *)kho_out_tree.root, KHO_TREE_TABLES, 0, NULL, note_node);
	return nr_nodes;
}

static int cmp_phys(const void *a, const void *b)
{
	phys_addr_t x = *(const phys_addr_t *)a, y = *(const phys_addr_t *)b;

	return x < y ? -1 : x > y;
}

static void reserve(unsigned long pfn, unsigned int order)
{
	for (unsigned long i = 0; i < 1UL << order; i++) {
		struct page *page = &sim_pages[pfn + i];

		if (page->reserved)
			sim_die("handed over is what is somebody's");
		*page = (struct page){ .reserved = true, .count = 1, .private = 0xbad };
	}
}

/* What came is kept, as the next kernel's boot does it */
static void keep(const struct kho_radix_node *root)
{
	init_pages();
	sim_visit_keys(root, reserve);
	for (unsigned int i = 0; i < nr_nodes; i++)
		reserve(nodes[i] >> PAGE_SHIFT, 0);
	sim_page_allocator_reset();
}

static bool first_wrong(const char *why, phys_addr_t where, void *data)
{
	*(const char **)data = why;
	return false;
}

/* The next kernel looks at what came; what is wrong, or NULL and it is kept */
static const char *look(phys_addr_t fdt, struct kho_radix_node *tree)
{
	const struct kho_memory memory = { &memblock.memory, &memblock.reserved };
	struct kho_scratch listed[KHO_SCRATCH_MAX] = {};
	static struct kho_map_walk walk;
	struct kho_fdt_root root;
	const char *wrong;

	kho_in.fdt_phys = fdt;
	kho_in.fdt = phys_to_virt(fdt);
	kho_in.fdt_size = KHO_DT_MAX;
	wrong = kho_check_fdt(kho_in.fdt, kho_in.fdt_size, &root);
	if (wrong)
		return wrong;
	memcpy(listed, kho_scratch, kho_scratch_cnt * sizeof(*listed));
	if (root.map != virt_to_phys(tree) ||
	    root.crc_tree != kho_map_crc32c(&(struct kho_radix_tree){ tree }) ||
	    root.crc_scratch != kho_scratch_crc32c(listed, KHO_LISTED))
		return "the FDT tells of something else";
	kho_in.tree.root = tree;
	kho_map_walk_init(&walk, tree, nodes, nr_nodes);
	kho_in.orders = kho_map_orders(&walk);
	kho_check_map(&memory, &kho_in.tree, &walk, first_wrong, &wrong);
	if (wrong)
		return wrong;
	kho_in.valid = true;
	return kho_incoming_init(root.nr_subtrees, kho_unclaimed_bytes());
}

/**
 * sim_takeover() - the jump, and what boot does with what came
 *
 * Return: what is wrong with it, or NULL. The next kernel has no KHO of its own yet.
 */
const char *sim_takeover(void)
{
	struct kho_radix_node *tree = kho_out_tree.root;
	phys_addr_t fdt = kho_out_fdt_phys();
	unsigned int nr = sim_nr_nodes();
	const char *wrong;

	qsort(nodes, nr, sizeof(*nodes), cmp_phys);
	sim_forget_out();
	sim_forget_in();
	memset(zones, 0, sizeof(zones));
	sim.pages = 0;
	sim.objects = 0;
	num_poisoned_pages.counter = 0;
	sim_quiet();
	fill_memblock(true);
	wrong = look(fdt, tree);
	if (!wrong)
		keep(tree);
	return wrong;
}

/* A handover, all of it, up to a kernel that may hand over in its turn */
void sim_kexec(void)
{
	const char *wrong;

	CHECK(!kho_commit(NULL));
	wrong = sim_takeover();
	if (!CHECK(!wrong))
		printf("# %s\n", wrong);
	note_memory();
}

/* Pages of a producer become a folio, or one again that is no more */
struct folio *sim_folio(unsigned long pfn, unsigned int order)
{
	struct page *page = pfn_to_page(pfn);

	for (unsigned long i = 0; i < 1UL << order; i++) {
		page[i].head = i ? page : NULL;
		page[i].order = 0;
		page[i].count = !i;
	}
	page->order = order;
	page->is_head = order;
	return page_folio(page);
}

/* Nodes that are empty are worth nothing, and stay */
struct sim_state sim_state(void)
{
	return (struct sim_state){
		.pages = sim.pages - (kho_out_tree.root ? sim_nr_nodes() : 0),
		.objects = sim.objects,
		.out = sim_count(kho_out_tree.root),
		.in = sim_count(kho_in.tree.root),
		.preserved = kho_preserved_bytes(),
	};
}

bool sim_same(const struct sim_state *before)
{
	struct sim_state now = sim_state();

	return !memcmp(&now, before, sizeof(now));
}

/* What the next kernel would say of the map as it is */
const char *sim_next_says(void)
{
	const struct kho_memory memory = { &memblock.memory, &memblock.reserved };
	static struct kho_map_walk walk;
	const char *wrong = NULL;

	fill_memblock(true);
	qsort(nodes, sim_nr_nodes(), sizeof(*nodes), cmp_phys);
	kho_map_walk_init(&walk, kho_out_tree.root, nodes, nr_nodes);
	kho_check_map(&memory, &kho_out_tree, &walk, first_wrong, &wrong);
	fill_memblock(false);
	return wrong;
}
