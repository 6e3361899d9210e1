// SPDX-License-Identifier: GPL-2.0-only
/* The kernel and the rest of KHO around the life of a handover; see state_kernel.h */

#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "state_kernel.h"
#include "../../../kernel/liveupdate/kho_audit.h"
#include "../../../kernel/liveupdate/kho_claim.h"
#include "../../../kernel/liveupdate/kho_fdt.h"
#include "../../../kernel/liveupdate/kho_finalize.h"
#include "../../../kernel/liveupdate/kho_gaps.h"
#include "../../../kernel/liveupdate/kho_map.h"
#include "../../../kernel/liveupdate/kho_memory.h"
#include "../../../kernel/liveupdate/kho_poison.h"
#include "../../../kernel/liveupdate/kho_preserve.h"
#include "../../../kernel/liveupdate/kho_scratch.h"
#include "../../../kernel/liveupdate/kho_state.h"
#include "../../../kernel/liveupdate/kho_subtree.h"
#include <linux/kho/abi/kexec_metadata.h>

#define NR_PAGES	512
/* So that a physical address that is used as a pointer does not work */
#define PHYS_OFFSET	0x5a0000000000ULL

struct sim sim;
struct kho_incoming kho_in;
struct kho_radix_tree kho_out_tree;
struct kho_scratch kho_scratch[KHO_SCRATCH_MAX];
unsigned int kho_scratch_cnt = 3;

static char memory[NR_PAGES][PAGE_SIZE] __aligned(SZ_256K);
static struct page pages[NR_PAGES];
static unsigned long next_page = 1;

void sim_die(const char *what)
{
	fprintf(stderr, "simulation: %s\n", what);
	abort();
}

/* Called by WRITE_ONCE(), which is for the state alone here */
void sim_perturb(void)
{
	if (!kho_changes.writer)
		sim_die("the state changes while producers may look at it");
}

static bool fails(void)
{
	return sim.fail_at && !--sim.fail_at;
}

/* Memory */
void *page_address(const struct page *page)
{
	return memory[page - pages];
}

struct page *virt_to_page(const void *virt)
{
	unsigned long nr = ((const char *)virt - memory[0]) / PAGE_SIZE;

	if (nr >= NR_PAGES)
		sim_die("no page has this address");
	return &pages[nr];
}

void *phys_to_virt(phys_addr_t phys)
{
	void *virt = (void *)(uintptr_t)(phys - PHYS_OFFSET);

	virt_to_page(virt);
	return virt;
}

phys_addr_t virt_to_phys(const void *virt)
{
	virt_to_page(virt);
	return (uintptr_t)virt + PHYS_OFFSET;
}

/* The page behind what is allocated is nobody's, and poisoned as all that is free */
struct page *kho_alloc_pages(unsigned int order)
{
	unsigned long nr = 1UL << order, first = (next_page + nr - 1) & ~(nr - 1);

	if (fails())
		return NULL;
	if (first + nr >= NR_PAGES)
		sim_die("too little memory");
	next_page = first + nr + 1;
	ASAN_UNPOISON_MEMORY_REGION(memory[first], nr * PAGE_SIZE);
	memset(memory[first], 0, nr * PAGE_SIZE);
	pages[first].used = true;
	pages[first].private = order;
	sim.pages += nr;
	return &pages[first];
}

void __free_pages(struct page *page, unsigned int order)
{
	unsigned long nr = 1UL << order;

	if (!page->used || page->private != order)
		sim_die("freed what was not allocated so");
	if (page->reserved)
		sim_die("freed while it is preserved");
	page->used = false;
	sim.pages -= nr;
	ASAN_POISON_MEMORY_REGION(page_address(page), nr * PAGE_SIZE);
}

void __free_page(struct page *page)
{
	__free_pages(page, 0);
}

__attribute__((constructor)) static void memory_init(void)
{
	ASAN_POISON_MEMORY_REGION(memory, sizeof(memory));
}

/* Pages that are preserved are marked as reserved are elsewhere */
static void own_change(struct page *page, unsigned long nr_pages, bool preserve)
{
	if (!page->used || nr_pages != 1UL << page->private)
		sim_die("not a block that was allocated");
	if (page->reserved == preserve)
		sim_die("preserved twice, or not at all");
	page->reserved = preserve;
}

void *kho_alloc_preserve(size_t size)
{
	unsigned int order = 0;
	struct page *page;

	while (PAGE_SIZE << order < size)
		order++;
	if (kho_change_begin())
		sim_die("preserved while that is not allowed");
	kho_change_end();
	page = kho_alloc_pages(order);
	if (!page)
		return ERR_PTR(-ENOMEM);
	own_change(page, 1UL << order, true);
	sim.own += 1UL << order;
	return page_address(page);
}

void kho_unpreserve_free(void *mem)
{
	struct page *page = virt_to_page(mem);
	unsigned long nr_pages = 1UL << page->private;

	if (!kho_return_begin(0))
		sim_die("given back while that has no effect");
	kho_change_end();
	own_change(page, nr_pages, false);
	sim.own -= nr_pages;
	__free_pages(page, page->private);
}

void kho_count_own(void)
{
	sim.counted = sim.own;
}

bool sim_preserved(const void *mem)
{
	return virt_to_page(mem)->reserved;
}

/* The log */
void sim_printk(char level, const char *fmt, ...)
{
	size_t len = strlen(sim.log);
	va_list args;

	va_start(args, fmt);
	sim.log[len++] = level;
	vsnprintf(sim.log + len, sizeof(sim.log) - len, fmt, args);
	va_end(args);
}

unsigned int sim_printed(char level)
{
	return sim_count_lines(sim.log, level);
}

/* Locks */
void percpu_down_read(struct percpu_rw_semaphore *sem)
{
	if (sem->writer)
		sim_die("a producer would wait for ever");
	sem->readers++;
}

void percpu_up_read(struct percpu_rw_semaphore *sem)
{
	if (!sem->readers--)
		sim_die("no producer was there");
}

void percpu_down_write(struct percpu_rw_semaphore *sem)
{
	void (*meanwhile)(void) = sim.meanwhile;

	if (meanwhile && sim.meanwhile_at) {
		sim.meanwhile_at--;
	} else if (meanwhile) {
		sim.meanwhile = NULL;
		meanwhile();
	}
	if (sem->writer || sem->readers)
		sim_die("would wait for itself for ever");
	sem->writer = true;
}

void percpu_up_write(struct percpu_rw_semaphore *sem)
{
	if (!sem->writer)
		sim_die("nobody kept producers away");
	sem->writer = false;
}

/* Work */
static struct work_struct *work;

void schedule_work(struct work_struct *new)
{
	if (kho_changes.readers || kho_changes.writer)
		sim_die("work is given while others are kept away");
	work = new;
}

bool sim_do_work(void)
{
	struct work_struct *now = work;

	work = NULL;
	if (now)
		now->fn(now);
	return now;
}

void sim_need_locked(void)
{
	if (!sim_locked())
		sim_die("not locked against other steps");
}

/* The other files of KHO */
static void step(char what)
{
	size_t nr = strlen(sim.steps);

	sim_need_locked();
	if (!kho_changes.writer)
		sim_die("looked at while it may change");
	if (nr < sizeof(sim.steps) - 1)
		sim.steps[nr] = what;
}

int kho_radix_init_tree(struct kho_radix_tree *tree, struct kho_radix_node *root)
{
	struct page *page = kho_alloc_pages(0);

	if (tree->root || root)
		sim_die("a tree of one's own begins empty, and once");
	if (!page)
		return -ENOMEM;
	tree->root = page_address(page);
	return 0;
}

void kho_radix_destroy_tree(struct kho_radix_tree *tree)
{
	if (sim.own)
		sim_die("what is preserved is forgotten");
	__free_page(virt_to_page(tree->root));
	tree->root = NULL;
}

u32 kho_map_crc32c(const struct kho_radix_tree *tree)
{
	return tree == &kho_out_tree ? SIM_CRC_TREE : 0;
}

u32 kho_scratch_crc32c(const struct kho_scratch *areas, unsigned int count)
{
	u32 crc = count;

	while (count--)
		crc = crc * 31 + areas[count].size;
	return crc;
}

void kho_preserve_prune(void)
{
	step('p');
}

struct kho_poison kho_poison_out;

int kho_update_poison(struct kho_map_walk *walk, phys_addr_t fdt, bool *changed)
{
	return 0;
}

static const struct kho_map_walk *audited;

int kho_audit(struct kho_map_walk *walk)
{
	step('a');
	audited = walk;
	return sim.audit_err;
}

int kho_find_poison(struct kho_map_walk *walk, phys_addr_t fdt)
{
	step('h');
	if (walk != audited || fdt != kho_out_fdt_phys())
		sim_die("looks for hardware errors elsewhere");
	return sim.poison_err;
}

int kho_check_gaps(struct kho_map_walk *walk)
{
	step('g');
	if (walk != audited)
		sim_die("goes through a map that nobody looked at");
	return sim.gaps_err;
}

enum kho_version kho_version_out(void)
{
	return sim.version ?: KHO_VERSION_4;
}

int kho_bitmaps_write(const struct kho_radix_tree *tree, phys_addr_t *first,
		      u32 *crc)
{
	step('b');
	if (tree != &kho_out_tree)
		sim_die("bitmaps of something else");
	if (sim.bitmaps_err)
		return sim.bitmaps_err;
	sim.lists++;
	*first = SIM_CHUNK;
	*crc = SIM_CRC_BITMAPS;
	return 0;
}

void kho_bitmaps_free(phys_addr_t chunk)
{
	if (!chunk)
		return;
	if (chunk != SIM_CHUNK || !sim.lists--)
		sim_die("there is no such list of bitmaps");
}

static bool map_is_right(const struct kho_fdt_root *root)
{
	if (root->bitmaps != (kho_version_out() == KHO_VERSION_1))
		return false;
	return root->bitmaps ?
		root->map == SIM_CHUNK && root->crc_tree == SIM_CRC_BITMAPS :
		root->map == virt_to_phys(kho_out_tree.root) &&
		root->crc_tree == SIM_CRC_TREE;
}

/* With an image that takes nothing on demand there is the reserve alone */
static u32 crc_scratch(void)
{
	struct kho_scratch listed[KHO_SCRATCH_MAX] = {};

	memcpy(listed, kho_scratch, kho_scratch_cnt * sizeof(*listed));
	if (sim.on_demand)
		listed[kho_scratch_cnt].size = sim.on_demand;
	return kho_scratch_crc32c(listed, KHO_LISTED);
}

int kho_write_subtrees(void *fdt, size_t size, struct kho_fdt_root *root)
{
	step('w');
	root->newest_only = sim.sessions;
	if (!map_is_right(root) ||
	    root->crc_scratch != crc_scratch() ||
	    root->on_demand != KHO_DEMAND_MAX || root->poison != &kho_poison_out)
		sim_die("the FDT is of something else");
	memset(fdt, 0xfd, size);
	if (sim.write_err)
		return sim.write_err;
	*(u32 *)fdt = sim.fdt_size;
	return 0;
}

void kho_report_unclaimed(void)
{
	sim.reports++;
}

u64 kho_preserved_bytes(void)
{
	return (sim.own - sim.counted + sim.theirs) * PAGE_SIZE;
}

int kho_add_subtree(const char *name, void *blob, size_t size)
{
	int err = kho_change_begin();

	if (err)
		return err;
	if (fails()) {
		err = -ENOMEM;
	} else {
		sim.added.name = name;
		sim.added.blob = blob;
		sim.added.size = size;
	}
	kho_change_end();
	return err;
}

int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size)
{
	if (!sim.came || strcmp(name, KHO_KEXEC_METADATA_NAME))
		return -ENOENT;
	*phys = virt_to_phys(sim.came);
	*size = sim.came_size;
	return 0;
}

struct folio *kho_restore_folio(phys_addr_t phys)
{
	struct page *page = virt_to_page(phys_to_virt(phys));

	if (sim.came && phys == virt_to_phys(sim.came))
		return sim.came_inside ? NULL : (struct folio *)page;
	sim.restored.phys = phys;
	sim.restored.count++;
	return (struct folio *)page;
}

void folio_put(struct folio *folio)
{
	if (folio != (struct folio *)virt_to_page(sim.came))
		sim_die("freed what did not come");
	__free_page((struct page *)folio);
}
