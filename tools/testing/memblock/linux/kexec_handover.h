/* SPDX-License-Identifier: GPL-2.0-only */
/* What mm/ calls of KHO; played by tests/kho_reserve_mem.c */
#ifndef _MEMBLOCK_LINUX_KEXEC_HANDOVER_H
#define _MEMBLOCK_LINUX_KEXEC_HANDOVER_H

#include <linux/err.h>
#include <linux/types.h>

static inline void kho_memory_init(void)
{
}

static inline unsigned long kho_memory_free(void)
{
	return 0;
}

bool is_kho_boot(void);
bool kho_is_enabled(void);
int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size);
int kho_early_claim(phys_addr_t phys, size_t size);
int kho_preserve_pages(void *page, unsigned long nr_pages);
void kho_unpreserve_pages(void *page, unsigned long nr_pages);
void *kho_alloc_preserve(size_t size);
void kho_unpreserve_free(void *mem);
void kho_restore_free(void *mem);
int kho_add_subtree(const char *name, void *blob, size_t size);

/* An initcall becomes a pointer that the test calls it through. */
#define late_initcall(fn)	int (*sim_late_initcall)(void) = fn

extern int (*sim_late_initcall)(void);

#endif
