/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: the memory of this kernel, and what of it may be preserved.
 */
#ifndef _KHO_MEMORY_H
#define _KHO_MEMORY_H

#include <linux/bitops.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include <asm/page.h>

struct page;
struct kho_memory;

/* Memory is known to be good in pieces of this size. */
#define KHO_PIECE_ORDER		(const_ilog2(SZ_4M) - PAGE_SHIFT)

extern unsigned long *kho_good_pieces;
extern unsigned long kho_nr_pieces;

/* What this kernel took from memblock to boot. */
extern u64 kho_boot_bytes;

/**
 * kho_surely_preservable() - may a block be preserved, as can be told at a glance?
 * @pfn: its first page
 * @order: it has 2^@order pages and is naturally aligned
 *
 * Context: Any.
 * Return: false when kho_check_pages() has to be asked.
 */
static __always_inline bool kho_surely_preservable(unsigned long pfn,
						   unsigned int order)
{
	unsigned long piece = pfn >> KHO_PIECE_ORDER;

	return order <= KHO_PIECE_ORDER && piece < kho_nr_pieces &&
	       test_bit(piece, kho_good_pieces);
}

bool kho_was_added(unsigned long pfn);
const struct kho_memory *kho_memory_at_boot(void);
const char *kho_check_pages(unsigned long pfn, unsigned long nr_pages);
struct page *kho_alloc_pages(unsigned int order);

bool kho_is_poisoned(phys_addr_t phys, u64 size);
void kho_memory_forget(unsigned long pfn, unsigned long end);
void kho_memory_recall(unsigned long pfn, unsigned long end);

/* Memory as early boot knows it; see kho_rules.h. */
extern const struct kho_memory kho_memory_early;

int kho_memory_look(void);
int kho_memory_remember(void);

#endif /* _KHO_MEMORY_H */
