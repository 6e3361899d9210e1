// SPDX-License-Identifier: GPL-2.0-only
/* The kernel and the rest of KHO around the life of a handover; see state_kernel.h */

#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "state_kernel.h"
#include "../../../kernel/liveupdate/kho_internal.h"
#include "../../../kernel/liveupdate/kho_gaps.h"
#include "../../../kernel/liveupdate/kho_validate.h"
#include <linux/kho/abi/kexec_metadata.h>

#define NR_PAGES	512
/* So that a physical address that is used as a pointer does not work */
#define PHYS_OFFSET	0x5a0000000000ULL

struct sim sim;
struct kho_incoming kho_in;

static char memory[NR_PAGES][PAGE_SIZE] __aligned(SZ_256K);
static struct page pages[NR_PAGES];
static unsigned long next_page = 1;

void sim_die(const char *what)
{
	fprintf(stderr, "simulation: %s\n", what);
	abort();
}

/* Nobody else is there to run meanwhile */
void sim_perturb(void)
{
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
struct page *alloc_pages(int gfp, unsigned int order)
{
	unsigned long nr = 1UL << order, first = (next_page + nr - 1) & ~(nr - 1);

	if (fails())
		return NULL;
	if (first + nr >= NR_PAGES)
		sim_die("too little memory");
	next_page = first + nr + 1;
	ASAN_UNPOISON_MEMORY_REGION(memory[first], nr * PAGE_SIZE);
	memset(memory[first], gfp & __GFP_ZERO ? 0 : 0xa5, nr * PAGE_SIZE);
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

int kho_preserve_own(struct page *page, unsigned long nr_pages)
{
	if (fails())
		return -ENOMEM;
	own_change(page, nr_pages, true);
	sim.own += nr_pages;
	return 0;
}

void kho_unpreserve_own(struct page *page, unsigned long nr_pages)
{
	own_change(page, nr_pages, false);
	sim.own -= nr_pages;
}

bool sim_preserved(const void *mem)
{
	return virt_to_page(mem)->reserved;
}

/* Strings */
void sim_strscpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size - 1);

	memcpy(dst, src, len);
	dst[len] = '\0';
}

int kstrtobool(const char *s, bool *res)
{
	bool on = strchr("yYtT1", s[0]) || !strncasecmp(s, "on", 2);
	bool off = strchr("nNfF0", s[0]) || !strncasecmp(s, "of", 2);

	/* strchr() also finds the end of the string */
	if (!s[0] || !(on || off))
		return -EINVAL;
	*res = on;
	return 0;
}

struct new_utsname *init_utsname(void)
{
	static struct new_utsname uts = { .release = "6.12.0-sim" };

	return &uts;
}

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
	const char *line = sim.log;
	unsigned int nr = 0;

	for (; *line; line = strchr(line, '\n') + 1)
		nr += *line == level;
	return nr;
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

/* Who saw it open before the wait is done after it, but who sees it then is not */
void synchronize_rcu(void)
{
	if (kho_may_change())
		sim_die("a grace period while changes may still begin");
	sim.rcu++;
}

int blocking_notifier_chain_register(struct blocking_notifier_head *chain,
				     struct notifier_block *nb)
{
	struct notifier_block **at = &chain->head;

	guard(rwsem_write)(&chain->rwsem);
	for (; *at; at = &(*at)->next)
		if (*at == nb)
			return -EEXIST;
	nb->next = NULL;
	*at = nb;
	return 0;
}

int blocking_notifier_chain_unregister(struct blocking_notifier_head *chain,
				       struct notifier_block *nb)
{
	struct notifier_block **at = &chain->head;

	guard(rwsem_write)(&chain->rwsem);
	for (; *at; at = &(*at)->next) {
		if (*at != nb)
			continue;
		*at = nb->next;
		return 0;
	}
	return -ENOENT;
}

/* The other files of KHO */
static void need_frozen(void)
{
	if (kho_may_change() || kho_change_begin() != -EBUSY)
		sim_die("looked at while it may change");
	if (kho_finalized())
		sim_die("said to be final before it is");
}

int kho_radix_init_tree(struct kho_radix_tree *tree, struct kho_radix_node *root)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);

	if (root)
		sim_die("a tree of one's own begins empty");
	if (!page)
		return -ENOMEM;
	tree->root = page_address(page);
	return 0;
}

int kho_radix_walk_nodes(phys_addr_t root, kho_radix_node_fn cb, void *data)
{
	int err = cb(root, KHO_TREE_TABLES, data);

	if (!err && sim.node)
		err = cb(virt_to_phys(sim.node), 0, data);
	return err;
}

/* A checksum in which the order counts, and every byte */
u32 kho_crc32c(u32 crc, const void *buf, size_t size)
{
	for (const u8 *byte = buf; size--; byte++)
		crc = (crc ^ *byte) * 0x01000193;
	return crc;
}

int kho_write_fdt(void *fdt, size_t size, u32 crc_tree)
{
	need_frozen();
	memset(fdt, 0xfd, size);
	sim.crc = crc_tree;
	if (sim.write_err)
		return sim.write_err;
	*(u32 *)fdt = sim.fdt_need;
	return 0;
}

int kho_audit(void)
{
	need_frozen();
	sim.audits++;
	return sim.audit_err;
}

void kho_report_unclaimed(void)
{
	sim.reports++;
}

void kho_forecast_gaps(void)
{
	sim.forecasts++;
}

u64 kho_preserved_bytes(void)
{
	return sim.preserved;
}

u64 kho_unclaimed_bytes(void)
{
	if (kho_may_change())
		sim_die("looked at while it may change");
	return sim.unclaimed;
}

size_t kho_fdt_need(void)
{
	return sim.fdt_need;
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
	if (!sim.came || strcmp(name, "kexec-metadata"))
		return -ENOENT;
	*phys = virt_to_phys(sim.came);
	*size = sim.came_size;
	return 0;
}

struct folio *kho_restore_folio(phys_addr_t phys)
{
	struct page *page = virt_to_page(phys_to_virt(phys));

	sim.restored.phys = phys;
	sim.restored.count++;
	return (struct folio *)page;
}

void kho_restore_free(void *mem)
{
	if (mem != sim.came)
		sim_die("freed what did not come");
	__free_pages(virt_to_page(mem), 0);
}

void kho_debugfs_init(void)
{
	sim.files.made++;
}

int kho_sysfs_init(void)
{
	sim.files.made++;
	return fails() ? -ENOMEM : 0;
}

void kho_debugfs_state(bool finalized)
{
	if (kho_finalized() != finalized)
		sim_die("a file of another state than there is");
	sim.files.debugfs_final = finalized;
}

void kho_sysfs_state(bool finalized)
{
	if (kho_finalized() != finalized)
		sim_die("a file of another state than there is");
	sim.files.sysfs_final = finalized;
}
