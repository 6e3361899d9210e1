/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kexec HandOver: chains of page-sized blocks of entries.
 */

#ifndef _LINUX_KHO_ABI_BLOCK_H
#define _LINUX_KHO_ABI_BLOCK_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <asm/page.h>

/**
 * DOC: KHO block chain ABI
 *
 * A list of entries of one size is a chain of blocks of one page each. A block
 * begins with struct kho_block_header; so many entries as its count says follow,
 * without gaps and without alignment. An entry does not reach beyond its block.
 * A block may hold fewer entries than it could, or none.
 *
 * Each block is preserved as a single page. Where the first one lies, and what
 * the entries are, is told by the producer; 0 in place of the first one's
 * address is a list without entries.
 *
 * A reader refuses a chain that has more than KHO_BLOCK_MAX blocks, which is
 * also what ends one that leads back into itself.
 *
 * **What is a break.** Any change of the header or of where entries lie. It
 * takes another version in the formats that use block chains: there is none of
 * the chain's own.
 */

/* The most blocks in a chain that came from elsewhere */
#define KHO_BLOCK_MAX		10000

/**
 * struct kho_block_header - the start of a block
 * @next: physical address of the next block, 0 in the last one
 * @count: number of entries in this block
 */
struct kho_block_header {
	u64 next;
	u64 count;
} __packed;

static_assert(sizeof(struct kho_block_header) == 16);
static_assert(offsetof(struct kho_block_header, next) == 0);
static_assert(offsetof(struct kho_block_header, count) == 8);

/**
 * kho_block_capacity - how many entries a block can hold
 * @entry_size: bytes of an entry, at least 1
 *
 * Context: Any.
 * Return: The number; 0 when not even one fits.
 */
static inline u64 kho_block_capacity(size_t entry_size)
{
	return (PAGE_SIZE - sizeof(struct kho_block_header)) / entry_size;
}

#endif /* _LINUX_KHO_ABI_BLOCK_H */
