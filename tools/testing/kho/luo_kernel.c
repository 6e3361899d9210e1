// SPDX-License-Identifier: GPL-2.0-only
/* As much of the kernel as live update needs, see luo_kernel.h. */
#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdio.h>

#include "luo_kernel.h"

#include <linux/kexec_handover.h>

#include "../../../kernel/liveupdate/kho_claim.h"
#include "../../../kernel/liveupdate/kho_state.h"

enum kho_state kho_state;
struct percpu_rw_semaphore kho_changes;

void sim_die(const char *what)
{
	fprintf(stderr, "# %s\n", what);
	abort();
}

unsigned int sim_lines;

void sim_printk(const char *fmt, ...)
{
	char line[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	sim_lines++;
}

void sim_strscpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size - 1);

	memcpy(dst, src, len);
	memset(dst + len, 0, size - len);
}

int kstrtobool(const char *text, bool *res)
{
	*res = !strcmp(text, "on");
	return *res ? 0 : -EINVAL;
}

unsigned int sim_fail_nth;

void *sim_zalloc(size_t size)
{
	if (sim_fail_nth && !--sim_fail_nth)
		return NULL;
	return calloc(1, size ?: 1);
}

/* Tables */

int rhashtable_init(struct rhashtable *ht, const struct rhashtable_params *params)
{
	(void)params;
	INIT_LIST_HEAD(&ht->list);
	return 0;
}

void *rhashtable_lookup(struct rhashtable *ht, const void *key,
			struct rhashtable_params params)
{
	struct rhash_head *head;

	list_for_each_entry(head, &ht->list, list) {
		char *object = (char *)head - params.head_offset;

		if (!memcmp(object + params.key_offset, key, params.key_len))
			return object;
	}
	return NULL;
}

int rhashtable_lookup_insert_fast(struct rhashtable *ht, struct rhash_head *head,
				  struct rhashtable_params params)
{
	char *object = (char *)head - params.head_offset;

	if (rhashtable_lookup(ht, object + params.key_offset, params))
		return -EEXIST;
	if (sim_fail_nth && !--sim_fail_nth)
		return -ENOMEM;
	list_add_tail(&head->list, &ht->list);
	return 0;
}

int rhashtable_remove_fast(struct rhashtable *ht, struct rhash_head *head,
			   struct rhashtable_params params)
{
	(void)ht;
	(void)params;
	list_del(&head->list);
	return 0;
}

/* Locks */

struct sim_guard sim_guard_mutex(struct mutex *mutex)
{
	if (mutex->locked)
		sim_die("locked twice");
	mutex->locked = true;
	return (struct sim_guard) { mutex };
}

struct sim_guard sim_guard_rcu(void)
{
	return (struct sim_guard) { NULL };
}

void sim_unguard(struct sim_guard *guard)
{
	if (guard->mutex)
		guard->mutex->locked = false;
}

void percpu_down_read(struct percpu_rw_semaphore *sem)
{
	sem->readers++;
}

void percpu_up_read(struct percpu_rw_semaphore *sem)
{
	if (!sem->readers--)
		sim_die("nobody has the semaphore");
}

void percpu_down_write(struct percpu_rw_semaphore *sem)
{
	if (sem->readers)
		sim_die("a reader has the semaphore");
}

void percpu_up_write(struct percpu_rw_semaphore *sem)
{
	(void)sem;
}

/* Files */

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	char line[512];
	va_list args;

	(void)m;
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
}

void seq_escape(struct seq_file *m, const char *text, const char *which)
{
	seq_printf(m, "%s%s", text, which);
}

void seq_putc(struct seq_file *m, char c)
{
	seq_printf(m, "%c", c);
}

struct file *sim_file(void *data)
{
	struct file *file = sim_zalloc(sizeof(*file));

	if (!file)
		return ERR_PTR(-ENOMEM);
	file->private_data = data;
	file->refs = 1;
	return file;
}

struct file *get_file(struct file *file)
{
	file->refs++;
	return file;
}

void fput(struct file *file)
{
	if (!--file->refs)
		free(file);
}

/* Memory */

enum sim_page sim_pages[SIM_PAGES];
char *sim_memory;

void sim_set_page(unsigned int nr, enum sim_page state)
{
	sim_pages[nr] = state;
	if (state == SIM_OURS || state == SIM_CLAIMED)
		ASAN_UNPOISON_MEMORY_REGION(sim_memory + nr * PAGE_SIZE, PAGE_SIZE);
	else
		ASAN_POISON_MEMORY_REGION(sim_memory + nr * PAGE_SIZE, PAGE_SIZE);
}

void sim_kexec(void)
{
	for (unsigned int i = 0; i < SIM_PAGES; i++)
		if (sim_pages[i] == SIM_OURS)
			sim_set_page(i, SIM_PRESERVED);
}

unsigned int sim_count(enum sim_page state)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < SIM_PAGES; i++)
		nr += sim_pages[i] == state;
	return nr;
}

static int page_of(u64 phys)
{
	if (!PAGE_ALIGNED(phys))
		return -EINVAL;
	if (phys < SIM_BASE || phys - SIM_BASE >= SIM_PAGES * PAGE_SIZE)
		return -ENOENT;
	return (phys - SIM_BASE) / PAGE_SIZE;
}

/* From one state to another, of which it has to be in the first */
static int turn(u64 phys, enum sim_page from, enum sim_page to)
{
	int nr = page_of(phys);

	if (nr < 0)
		return nr;
	if (sim_pages[nr] != from)
		return -ENOENT;
	sim_set_page(nr, to);
	return 0;
}

static void free_phys(u64 phys)
{
	if (turn(phys, SIM_OURS, SIM_FREE))
		sim_die("what is freed is not ours");
}

void folio_put(struct folio *folio)
{
	free_phys(virt_to_phys(folio));
}

void free_page(unsigned long addr)
{
	free_phys(virt_to_phys(addr));
}

/* KHO */

u64 sim_subtree;

bool kho_is_enabled(void)
{
	return true;
}

void kho_settle(void)
{
}

int register_kho_notifier(struct kho_notifier *kn)
{
	return kn->freeze ? 0 : -EINVAL;
}

int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size)
{
	*phys = sim_subtree;
	*size = 32;
	return strcmp(name, "LUO") || !sim_subtree ? -ENOENT : 0;
}

int kho_add_subtree(const char *name, void *blob, size_t size)
{
	(void)name;
	(void)size;
	sim_subtree = virt_to_phys(blob);
	return 0;
}

void kho_remove_subtree(void *blob)
{
	(void)blob;
}

void *kho_alloc_preserve(size_t size)
{
	unsigned int i = 0;

	if (size > PAGE_SIZE)
		return ERR_PTR(-EINVAL);
	while (sim_pages[i] != SIM_FREE)
		if (++i == SIM_PAGES)
			return ERR_PTR(-ENOMEM);
	sim_set_page(i, SIM_OURS);
	return memset(sim_memory + i * PAGE_SIZE, 0, PAGE_SIZE);
}

void kho_unpreserve_free(void *mem)
{
	free_phys(virt_to_phys(mem));
}

struct folio *kho_restore_folio(phys_addr_t phys)
{
	return turn(phys, SIM_PRESERVED, SIM_OURS) ? NULL : phys_to_virt(phys);
}

/* One claim at a time: what is claimed is claimed by it. */
static void end_claim(enum sim_page state)
{
	for (unsigned int i = 0; i < SIM_PAGES; i++)
		if (sim_pages[i] == SIM_CLAIMED)
			sim_set_page(i, state);
}

void kho_claim_begin(struct kho_claim *claim)
{
	INIT_LIST_HEAD(&claim->blocks);
}

int kho_claim_run(struct kho_claim *claim, u64 phys, unsigned long nr_pages)
{
	(void)claim;
	if (nr_pages != 1)
		sim_die("a claim of more than a page");
	return turn(phys, SIM_PRESERVED, SIM_CLAIMED);
}

void kho_claim_commit(struct kho_claim *claim)
{
	(void)claim;
	end_claim(SIM_OURS);
}

void kho_claim_cancel(struct kho_claim *claim)
{
	(void)claim;
	end_claim(SIM_PRESERVED);
}
