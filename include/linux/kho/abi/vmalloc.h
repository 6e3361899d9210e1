/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kexec HandOver: how a vmalloc area is described to the next kernel.
 */

#ifndef _LINUX_KHO_ABI_VMALLOC_H
#define _LINUX_KHO_ABI_VMALLOC_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <asm/page.h>

/**
 * DOC: KHO vmalloc ABI
 *
 * A vmalloc area travels as struct kho_vmalloc, 16 bytes, which the producer
 * keeps in a blob of its own. The area is not at the same virtual address in the
 * next kernel, but has the same pages in the same order.
 *
 * An entry is the physical address of 2^order pages that lie together. The
 * entries stand in chunks of one page each, struct kho_vmalloc_chunk. Every
 * chunk but the last is full; the entries of a chunk that is not are followed by
 * one that is 0. What comes after that means nothing. A last chunk without any
 * entry may follow one that is full: some writers begin it before they know that
 * nothing is left.
 *
 * The chunks are preserved as single pages. The pages of each entry are
 * preserved as one run of pages, and together they are all pages of the area;
 * the number of pages is a multiple of 2^order.
 *
 * **What is a break.** Flags that a reader does not know are refused, so that
 * another kind of area takes another bit and no new version. Any other change is
 * a break, and takes another version in the root of the handover: that of the
 * root covers this format, and a producer's own does not.
 */

/* The area was made by vmalloc(), and ends in vfree(); always set */
#define KHO_VMALLOC_ALLOC	BIT(0)
/* It may be mapped by huge pages */
#define KHO_VMALLOC_HUGE_VMAP	BIT(1)

#define KHO_VMALLOC_FLAGS	(KHO_VMALLOC_ALLOC | KHO_VMALLOC_HUGE_VMAP)

/**
 * struct kho_vmalloc - a vmalloc area
 * @first: physical address of the first chunk
 * @total_pages: number of pages in the area
 * @flags: KHO_VMALLOC_ALLOC, KHO_VMALLOC_HUGE_VMAP
 * @order: each entry is 2^@order pages
 */
struct kho_vmalloc {
	u64 first;
	u32 total_pages;
	u16 flags;
	u16 order;
};

static_assert(sizeof(struct kho_vmalloc) == 16);
static_assert(offsetof(struct kho_vmalloc, first) == 0);
static_assert(offsetof(struct kho_vmalloc, total_pages) == 8);
static_assert(offsetof(struct kho_vmalloc, flags) == 12);
static_assert(offsetof(struct kho_vmalloc, order) == 14);

/* Entries in a chunk: 511 with pages of 4K */
#define KHO_VMALLOC_CHUNK_ENTRIES	(PAGE_SIZE / sizeof(u64) - 1)

/**
 * struct kho_vmalloc_chunk - a page of entries
 * @next: physical address of the next chunk, 0 in the last one
 * @phys: the entries
 */
struct kho_vmalloc_chunk {
	u64 next;
	u64 phys[KHO_VMALLOC_CHUNK_ENTRIES];
};

static_assert(sizeof(struct kho_vmalloc_chunk) == PAGE_SIZE);
static_assert(offsetof(struct kho_vmalloc_chunk, next) == 0);
static_assert(offsetof(struct kho_vmalloc_chunk, phys) == 8);

#endif /* _LINUX_KHO_ABI_VMALLOC_H */
