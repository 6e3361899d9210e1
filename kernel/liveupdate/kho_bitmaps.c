// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: the memory map as kernels 6.16 to 7.0 know it
 * (<linux/kho/abi/bitmaps.h>).
 *
 * Their bitmaps are the leaves of our tree, bit by bit. So a map that came is read
 * where it is: tables are built above its bitmaps, and from there on nobody needs
 * to know in which form it came. And what is written is a list of the leaves.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <linux/kho/abi/bitmaps.h>

#include "kho_bitmaps.h"
#include "kho_map.h"
#include "kho_memory.h"

/**
 * kho_bitmaps_walk() - visit the chunks and bitmaps of a map that is not trusted
 * @chunk: physical address of the first chunk, or what claims to be one
 * @cb: called for each page, a chunk (level 1) before its bitmaps (level 0)
 * @data: for @cb
 *
 * As kho_radix_walk_nodes(): @cb is told an address before anything is read from
 * there, it checks that it is memory, and bounds the number of chunks, which may
 * lead to one another in any way. The bitmaps are not read.
 *
 * Context: Any. Allocates nothing; the direct map has to be there.
 * Return: 0, or what @cb returned to stop the walk; -EINVAL when the map is
 * damaged; -EPROTO when its bitmaps are not those of a page.
 */
int kho_bitmaps_walk(phys_addr_t chunk, kho_radix_node_fn cb, void *data)
{
	const struct kho_v1_bitmap *map, *last = NULL;
	const struct kho_v1_chunk *list;
	unsigned int order = 0;
	int err;

	for (; chunk; chunk = list->next) {
		err = cb(chunk, 1, data);
		if (err)
			return err;
		list = phys_to_virt(chunk);
		if (list->order < order || list->order > MAX_PAGE_ORDER ||
		    list->count > KHO_V1_CHUNK_MAX)
			return -EINVAL;
		if (list->order > order)
			last = NULL;
		order = list->order;
		for (map = list->map; map < list->map + list->count; map++) {
			if (!IS_ALIGNED(map->start, kho_v1_span(order)) ||
			    !PAGE_ALIGNED(map->bitmap))
				return -EPROTO;
			if (last && map->start <= last->start)
				return -EINVAL;
			last = map;
			err = cb(map->bitmap, 0, data);
			if (err)
				return err;
		}
	}
	return 0;
}

/* A place in a map that was found to be sound. */
struct kho_bitmaps_iter {
	const struct kho_v1_chunk *list;
	unsigned int next;
};

static const struct kho_v1_chunk *__init kho_bitmaps_list(phys_addr_t chunk)
{
	return chunk ? phys_to_virt(chunk) : NULL;
}

/* Returns false at the end; else @key is that of the bitmap's first block. */
static bool __init kho_bitmaps_next(struct kho_bitmaps_iter *iter, u64 *key,
				    u64 *bitmap)
{
	const struct kho_v1_bitmap *map;

	while (iter->list && iter->next == iter->list->count)
		*iter = (struct kho_bitmaps_iter){
			.list = kho_bitmaps_list(iter->list->next),
		};
	if (!iter->list)
		return false;
	map = &iter->list->map[iter->next++];
	*key = kho_radix_encode_key(map->start, iter->list->order);
	*bitmap = map->bitmap;
	return true;
}

/**
 * kho_bitmaps_tables() - how many tables a tree above the bitmaps needs
 * @chunk: physical address of the first chunk of a map that is sound
 *
 * Context: Early boot, with the direct map.
 * Return: The number; a few too many where orders share tables.
 */
unsigned long __init kho_bitmaps_tables(phys_addr_t chunk)
{
	struct kho_bitmaps_iter iter = { .list = kho_bitmaps_list(chunk) };
	u64 key, bitmap, prefix, last[KHO_TREE_TABLES];
	unsigned long count = 1;
	unsigned int level;

	memset(last, 0xff, sizeof(last));
	while (kho_bitmaps_next(&iter, &key, &bitmap)) {
		for (level = 1; level < KHO_TREE_TABLES; level++) {
			prefix = key >> kho_key_shift(level + 1);
			count += prefix != last[level];
			last[level] = prefix;
		}
	}
	return count;
}

/**
 * kho_bitmaps_tree() - build the tables above the bitmaps
 * @chunk: physical address of the first chunk of a map that is sound
 * @tables: zeroed, as many as kho_bitmaps_tables() says; the first becomes the
 *	root
 *
 * Context: Early boot, with the direct map.
 */
void __init kho_bitmaps_tree(phys_addr_t chunk, struct kho_radix_node *tables)
{
	struct kho_bitmaps_iter iter = { .list = kho_bitmaps_list(chunk) };
	struct kho_radix_node *node, *free = tables + 1;
	unsigned int level;
	u64 key, bitmap;

	while (kho_bitmaps_next(&iter, &key, &bitmap)) {
		node = tables;
		for (level = KHO_TREE_TABLES; level > 1; level--) {
			u64 *slot = &node->table[kho_key_index(key, level)];

			if (!*slot)
				*slot = virt_to_phys(free++);
			node = phys_to_virt(*slot);
		}
		node->table[kho_key_index(key, 1)] = bitmap;
	}
}

/**
 * kho_bitmaps_free() - give the chunks of a list back
 * @chunk: physical address of the first, as kho_bitmaps_write() put it; 0 for none
 *
 * Context: Any.
 */
void kho_bitmaps_free(phys_addr_t chunk)
{
	struct kho_v1_chunk *list;

	while (chunk) {
		list = phys_to_virt(chunk);
		chunk = list->next;
		free_page((unsigned long)list);
	}
}

/* A list that is being written. */
struct kho_bitmaps_writer {
	phys_addr_t first;
	struct kho_v1_chunk *list;
};

static int kho_bitmaps_add_chunk(struct kho_bitmaps_writer *writer,
				 unsigned int order)
{
	struct page *page = kho_alloc_pages(0);

	if (!page)
		return -ENOMEM;
	if (writer->list)
		writer->list->next = page_to_phys(page);
	else
		writer->first = page_to_phys(page);
	writer->list = page_address(page);
	writer->list->order = order;
	return 0;
}

/* @key: of the leaf's first block */
static int kho_bitmaps_add(struct kho_bitmaps_writer *writer, u64 key,
			   struct kho_radix_leaf *leaf)
{
	struct kho_v1_chunk *list = writer->list;
	unsigned int order;
	phys_addr_t start = kho_radix_decode_key(key, &order);
	int err;

	if (!list || list->order != order || list->count == KHO_V1_CHUNK_MAX) {
		err = kho_bitmaps_add_chunk(writer, order);
		if (err)
			return err;
		list = writer->list;
	}
	list->map[list->count++] = (struct kho_v1_bitmap){
		.start = start,
		.bitmap = virt_to_phys(leaf),
	};
	return 0;
}

static int kho_bitmaps_add_order(struct kho_bitmaps_writer *writer,
				 const struct kho_radix_tree *tree,
				 unsigned int order)
{
	u64 first = kho_key_first(order), last = kho_key_last(order), key;
	struct kho_radix_iter iter;
	int err;

	for (; first <= last; first += BIT(KHO_LEAF_BITS)) {
		kho_radix_iter_init(&iter, tree->root, first, last);
		if (!kho_radix_iter_next(&iter, &key))
			return 0;
		first = ALIGN_DOWN(key, BIT(KHO_LEAF_BITS));
		err = kho_bitmaps_add(writer, first,
				      kho_radix_find_leaf(tree, key));
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

/* Orders that share leaves with others are larger still. */
static_assert(KHO_ORDER_0_BIT - MAX_PAGE_ORDER >= KHO_LEAF_BITS);

static bool kho_has_larger(const struct kho_radix_tree *tree)
{
	struct kho_radix_iter iter;
	u64 key;

	kho_radix_iter_init(&iter, tree->root, KHO_KEY_MIN,
			    kho_key_first(MAX_PAGE_ORDER) - 1);
	return kho_radix_iter_next(&iter, &key);
}

/**
 * kho_bitmaps_write() - write a memory map as kho-v1 has it
 * @tree: the memory map, which stands still
 * @first: where to put the physical address of the first chunk
 * @crc: where to put the checksum of all chunks and bitmaps
 *
 * The bitmaps are the tree's leaves.
 *
 * Context: Process context, may sleep. One at a time.
 * Return: 0; -ENOMEM; -EOPNOTSUPP when a block is larger than that version can
 * tell, and then the log says so.
 */
int kho_bitmaps_write(const struct kho_radix_tree *tree, phys_addr_t *first,
		      u32 *crc)
{
	struct kho_bitmaps_writer writer = {};
	unsigned int order;
	int err = 0;

	if (kho_has_larger(tree)) {
		pr_err("the next kernel reads kho-v1, which has no blocks above order %u\n",
		       MAX_PAGE_ORDER);
		return -EOPNOTSUPP;
	}
	for (order = 0; order <= MAX_PAGE_ORDER && !err; order++)
		err = kho_bitmaps_add_order(&writer, tree, order);
	if (err) {
		kho_bitmaps_free(writer.first);
		return err;
	}
	*first = writer.first;
	*crc = ~0U;
	kho_bitmaps_walk(writer.first, kho_sum_node, crc);
	*crc = ~*crc;
	return 0;
}
