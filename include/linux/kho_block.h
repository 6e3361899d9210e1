/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kexec HandOver: lists of entries of one size, in a chain of preserved pages.
 *
 * For producers that hand over many small things of a kind: the entries need no
 * memory that lies together, come one by one, and are read in the next kernel
 * where they are. Their format is the producer's own.
 */
#ifndef LINUX_KHO_BLOCK_H
#define LINUX_KHO_BLOCK_H

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/types.h>

#include <linux/kho/abi/block.h>

/**
 * struct kho_block_list - a list of entries, to be handed over or that came
 *
 * Callers see to it that one of them at a time uses a list.
 */
struct kho_block_list {
	/* private: */
	struct kho_block_header *first;
	/* The last block with entries; empty ones may follow, up to @end. */
	struct kho_block_header *last;
	struct kho_block_header *end;
	size_t entry_size;
	u64 nr_entries;
	unsigned int nr_blocks;
	/* It came from the last kernel: to be read and freed. */
	bool restored;
};

/**
 * struct kho_block_iter - a place in a list
 *
 * To look at all entries in their order, while the list does not change::
 *
 *	for (entry = kho_block_first(&list, &iter); entry;
 *	     entry = kho_block_next(&iter))
 */
struct kho_block_iter {
	/* private: */
	struct kho_block_header *block;
	size_t entry_size;
	u64 index;
};

/**
 * kho_block_count() - how many entries a list has
 * @list: the list
 *
 * Context: Any.
 * Return: The number.
 */
static inline u64 kho_block_count(const struct kho_block_list *list)
{
	return list->nr_entries;
}

#ifdef CONFIG_KEXEC_HANDOVER

int kho_block_init(struct kho_block_list *list, size_t entry_size);
int kho_block_reserve(struct kho_block_list *list, u64 nr_entries);
void *kho_block_append(struct kho_block_list *list);
void kho_block_pop(struct kho_block_list *list);
phys_addr_t kho_block_phys(const struct kho_block_list *list);
int kho_block_restore(struct kho_block_list *list, phys_addr_t phys,
		      size_t entry_size);
void kho_block_destroy(struct kho_block_list *list);

void *kho_block_first(const struct kho_block_list *list,
		      struct kho_block_iter *iter);
void *kho_block_next(struct kho_block_iter *iter);

#else /* CONFIG_KEXEC_HANDOVER */

static inline int kho_block_init(struct kho_block_list *list,
				 size_t entry_size)
{
	return -EOPNOTSUPP;
}

static inline int kho_block_reserve(struct kho_block_list *list,
				    u64 nr_entries)
{
	return -EOPNOTSUPP;
}

static inline void *kho_block_append(struct kho_block_list *list)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline void kho_block_pop(struct kho_block_list *list)
{
}

static inline phys_addr_t kho_block_phys(const struct kho_block_list *list)
{
	return 0;
}

static inline int kho_block_restore(struct kho_block_list *list,
				    phys_addr_t phys, size_t entry_size)
{
	return -EOPNOTSUPP;
}

static inline void kho_block_destroy(struct kho_block_list *list)
{
}

static inline void *kho_block_first(const struct kho_block_list *list,
				    struct kho_block_iter *iter)
{
	return NULL;
}

static inline void *kho_block_next(struct kho_block_iter *iter)
{
	return NULL;
}

#endif /* CONFIG_KEXEC_HANDOVER */

#endif /* LINUX_KHO_BLOCK_H */
