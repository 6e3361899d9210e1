// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: lists of entries in chains of page-sized blocks.
 *
 * A list to be handed over consists of blocks from kho_alloc_preserve(). Entries
 * fill them one after the other; blocks behind the last entry are empty, and
 * there so that entries can be appended when nothing may fail. A list that came
 * is checked block by block, and claimed as a whole.
 */
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho_block.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "kho_claim.h"

static struct kho_block_header *
kho_block_after(const struct kho_block_header *block)
{
	return block->next ? phys_to_virt(block->next) : NULL;
}

static void *kho_block_entry(struct kho_block_header *block, size_t entry_size,
			     u64 index)
{
	return (void *)(block + 1) + index * entry_size;
}

/**
 * kho_block_init() - begin a list to be handed over
 * @list: the list, anything before
 * @entry_size: bytes of an entry
 *
 * An empty list has no memory.
 *
 * Context: Any.
 * Return: 0; -EINVAL when an entry is nothing or does not fit into a block;
 * -EOPNOTSUPP without CONFIG_KEXEC_HANDOVER.
 */
int kho_block_init(struct kho_block_list *list, size_t entry_size)
{
	if (!entry_size || !kho_block_capacity(entry_size))
		return -EINVAL;
	*list = (struct kho_block_list) { .entry_size = entry_size };
	return 0;
}
EXPORT_SYMBOL_GPL(kho_block_init);

/* One more block at the end of the chain, which may be behind the last entry. */
static int kho_block_grow(struct kho_block_list *list)
{
	struct kho_block_header *block;

	if (list->nr_blocks == KHO_BLOCK_MAX)
		return -ENOSPC;
	block = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(block))
		return PTR_ERR(block);

	if (list->end) {
		list->end->next = virt_to_phys(block);
	} else {
		list->first = block;
		list->last = block;
	}
	list->end = block;
	list->nr_blocks++;
	return 0;
}

/**
 * kho_block_reserve() - see to it that entries can be appended
 * @list: a list to be handed over
 * @nr_entries: how many
 *
 * So many calls of kho_block_append() will not fail, nor will they ask for the
 * state.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL when the list came from the last kernel; -ENOSPC when there
 * would be more blocks than a reader takes; or an error of kho_alloc_preserve().
 * After an error there may be more room than before, but not enough.
 */
int kho_block_reserve(struct kho_block_list *list, u64 nr_entries)
{
	u64 capacity = kho_block_capacity(list->entry_size);

	if (list->restored)
		return -EINVAL;
	/* First what cannot overflow. */
	if (nr_entries > KHO_BLOCK_MAX * capacity)
		return -ENOSPC;
	while (list->nr_blocks * capacity < list->nr_entries + nr_entries) {
		int err = kho_block_grow(list);

		if (err)
			return err;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(kho_block_reserve);

/**
 * kho_block_append() - one more entry at the end
 * @list: a list to be handed over
 *
 * The entry stays where it is until kho_block_pop() or kho_block_destroy(), and
 * may be written to until the kexec.
 *
 * Context: Process context, may sleep; any where kho_block_reserve() made room.
 * Return: The entry, all zero; or ERR_PTR() of an error of kho_block_reserve().
 */
void *kho_block_append(struct kho_block_list *list)
{
	int err = kho_block_reserve(list, 1);
	struct kho_block_header *block;
	void *entry;

	if (err)
		return ERR_PTR(err);

	block = list->last;
	if (block->count == kho_block_capacity(list->entry_size)) {
		block = kho_block_after(block);
		list->last = block;
	}
	entry = kho_block_entry(block, list->entry_size, block->count);
	memset(entry, 0, list->entry_size);
	block->count++;
	list->nr_entries++;
	return entry;
}
EXPORT_SYMBOL_GPL(kho_block_append);

/**
 * kho_block_pop() - drop the last entry
 * @list: a list to be handed over; nothing happens when it is empty
 *
 * Its room stays, for the next one.
 *
 * Context: Any.
 */
void kho_block_pop(struct kho_block_list *list)
{
	struct kho_block_header *block;

	if (!list->nr_entries || list->restored)
		return;

	list->nr_entries--;
	if (--list->last->count || list->last == list->first)
		return;
	for (block = list->first; kho_block_after(block) != list->last;)
		block = kho_block_after(block);
	list->last = block;
}
EXPORT_SYMBOL_GPL(kho_block_pop);

/**
 * kho_block_phys() - what to tell the next kernel of a list
 * @list: a list to be handed over
 *
 * Context: Any.
 * Return: The physical address of the first block, 0 for a list without any. It
 * stays as long as the list has entries.
 */
phys_addr_t kho_block_phys(const struct kho_block_list *list)
{
	return list->first ? virt_to_phys(list->first) : 0;
}
EXPORT_SYMBOL_GPL(kho_block_phys);

/* Afterwards the chain may be read like one of our own. */
static int kho_block_gather(struct kho_claim *claim,
			    struct kho_block_list *list, u64 phys)
{
	u64 capacity = kho_block_capacity(list->entry_size);

	while (phys) {
		const struct kho_block_header *block;
		int err;

		if (list->nr_blocks++ == KHO_BLOCK_MAX)
			return -EINVAL;
		err = kho_claim_run(claim, phys, 1);
		if (err)
			return err;
		block = phys_to_virt(phys);
		if (block->count > capacity)
			return -EINVAL;
		list->nr_entries += block->count;
		phys = block->next;
	}
	return 0;
}

/**
 * kho_block_restore() - take a list back that the last kernel handed over
 * @list: the list, anything before; usable only after success
 * @phys: where its first block lies, as it came; 0 for a list without entries
 * @entry_size: bytes of an entry
 *
 * The chain is not trusted: a damaged one is refused. The entries are as the last
 * kernel left them; what is in them the caller has to check. The list can be read
 * and destroyed, but not appended to.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL when the chain or @entry_size is wrong; -ENOENT when a block
 * was not preserved, was taken back before, or is in the chain twice; -EOPNOTSUPP
 * without CONFIG_KEXEC_HANDOVER. After an error nothing changed.
 */
int kho_block_restore(struct kho_block_list *list, phys_addr_t phys,
		      size_t entry_size)
{
	struct kho_claim claim;
	int err;

	err = kho_block_init(list, entry_size);
	if (err || !phys)
		return err;
	kho_claim_begin(&claim);
	err = kho_block_gather(&claim, list, phys);
	if (err) {
		kho_claim_cancel(&claim);
		return err;
	}
	kho_claim_commit(&claim);
	list->first = phys_to_virt(phys);
	list->restored = true;
	return 0;
}
EXPORT_SYMBOL_GPL(kho_block_restore);

/**
 * kho_block_destroy() - give back all memory of a list
 * @list: any list; empty afterwards, and to be handed over when it is used again
 *
 * A list to be handed over is so no more, as by kho_unpreserve_free().
 *
 * Context: Process context, may sleep.
 */
void kho_block_destroy(struct kho_block_list *list)
{
	struct kho_block_header *block = list->first;

	while (block) {
		struct kho_block_header *next = kho_block_after(block);

		if (list->restored)
			free_page((unsigned long)block);
		else
			kho_unpreserve_free(block);
		block = next;
	}
	*list = (struct kho_block_list) { .entry_size = list->entry_size };
}
EXPORT_SYMBOL_GPL(kho_block_destroy);

/**
 * kho_block_next() - the next entry of a list
 * @iter: from kho_block_first()
 *
 * Context: Any.
 * Return: The entry, NULL at the end.
 */
void *kho_block_next(struct kho_block_iter *iter)
{
	while (iter->block && iter->index == iter->block->count) {
		iter->block = kho_block_after(iter->block);
		iter->index = 0;
	}
	if (!iter->block)
		return NULL;
	return kho_block_entry(iter->block, iter->entry_size, iter->index++);
}
EXPORT_SYMBOL_GPL(kho_block_next);

/**
 * kho_block_first() - the first entry of a list
 * @list: the list
 * @iter: the place in it, for kho_block_next()
 *
 * Context: Any.
 * Return: The entry, NULL when there is none.
 */
void *kho_block_first(const struct kho_block_list *list,
		      struct kho_block_iter *iter)
{
	*iter = (struct kho_block_iter) {
		.block = list->first,
		.entry_size = list->entry_size,
	};
	return kho_block_next(iter);
}
EXPORT_SYMBOL_GPL(kho_block_first);
