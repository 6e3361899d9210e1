// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update: block chains of which only the length is known beforehand.
 *
 * Sessions and files come and go in any order, and what is written of them may still
 * change at the kexec, when no memory can be preserved any more. So each has room for an
 * entry as soon as it is there, and all entries are written at the kexec, in order.
 */
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>

#include "luo_internal.h"

static struct kho_block_header *luo_chain_block(struct luo_chain *chain,
						u64 entry)
{
	return xa_load(&chain->blocks,
		       entry / kho_block_capacity(chain->entry_size));
}

/**
 * luo_chain_init() - begin a chain without entries
 * @chain: the chain, anything before
 * @entry_size: bytes of an entry
 *
 * Context: Any.
 */
void luo_chain_init(struct luo_chain *chain, size_t entry_size)
{
	xa_init(&chain->blocks);
	chain->entry_size = entry_size;
	chain->nr = 0;
}

static int luo_chain_add_block(struct luo_chain *chain)
{
	unsigned long nr = chain->nr / kho_block_capacity(chain->entry_size);
	struct kho_block_header *block;
	int err;

	if (nr == KHO_BLOCK_MAX)
		return -ENOSPC;
	block = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(block))
		return PTR_ERR(block);
	err = xa_err(xa_store(&chain->blocks, nr, block, GFP_KERNEL));
	if (err) {
		kho_unpreserve_free(block);
		return err;
	}
	if (nr)
		luo_chain_block(chain, chain->nr - 1)->next = virt_to_phys(block);
	return 0;
}

/**
 * luo_chain_grow() - make room for one more entry
 * @chain: the chain
 *
 * Context: Process context, may sleep; after luo_preserve_begin().
 * Return: 0; -ENOSPC when there would be more blocks than a reader takes; or an error of
 * kho_alloc_preserve().
 */
int luo_chain_grow(struct luo_chain *chain)
{
	if (!(chain->nr % kho_block_capacity(chain->entry_size))) {
		int err = luo_chain_add_block(chain);

		if (err)
			return err;
	}
	luo_chain_block(chain, chain->nr++)->count++;
	return 0;
}

/**
 * luo_chain_shrink() - there is one entry less
 * @chain: the chain, which is not empty
 *
 * Context: Process context, may sleep.
 */
void luo_chain_shrink(struct luo_chain *chain)
{
	u64 capacity = kho_block_capacity(chain->entry_size);
	struct kho_block_header *block = luo_chain_block(chain, --chain->nr);

	if (--block->count)
		return;
	xa_erase(&chain->blocks, chain->nr / capacity);
	if (chain->nr)
		luo_chain_block(chain, chain->nr - 1)->next = 0;
	kho_unpreserve_free(block);
}

/**
 * luo_chain_entry() - where an entry is written to
 * @chain: the chain
 * @index: which, from 0 on
 *
 * Context: Any.
 * Return: The entry.
 */
void *luo_chain_entry(struct luo_chain *chain, u64 index)
{
	u64 at = index % kho_block_capacity(chain->entry_size);

	return (void *)(luo_chain_block(chain, index) + 1) +
	       at * chain->entry_size;
}

/**
 * luo_chain_phys() - what to tell the next kernel of a chain
 * @chain: the chain
 *
 * Context: Any.
 * Return: The physical address of the first block, 0 for a chain without entries.
 */
u64 luo_chain_phys(struct luo_chain *chain)
{
	return chain->nr ? virt_to_phys(luo_chain_block(chain, 0)) : 0;
}
