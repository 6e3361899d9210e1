/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kexec HandOver: the memory map of kho-v1, which kernels 6.16 to 7.0 write and
 * read.
 */

#ifndef _LINUX_KHO_ABI_BITMAPS_H
#define _LINUX_KHO_ABI_BITMAPS_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <linux/kho/abi/kexec_handover.h>

/**
 * DOC: KHO version 1
 *
 * Kernels 6.16 to 7.0 have another memory map and describe subtrees in another
 * way. How a handover travels and the scratch list are the same.
 *
 * The root FDT's ``compatible`` is "kho-v1" alone: a reader of the later versions
 * would take the first chunk for a tree's root.
 *
 * ====================  ======  ==============================================
 * property              type    value
 * ====================  ======  ==============================================
 * preserved-memory-map  u64     physical address of the first chunk
 * ====================  ======  ==============================================
 *
 * A producer's sub-node:
 *
 * ====================  ======  ==============================================
 * property              type    value
 * ====================  ======  ==============================================
 * fdt                   u64     physical address of an FDT of its own, whose
 *                               header tells its size
 * ====================  ======  ==============================================
 *
 * This project writes a blob that is no FDT as the later versions do, which readers of
 * kho-v1 pass over, and adds "blob-size" and "kho,crc32c" to those that are.
 *
 * The memory map is a list of chunks, each a page that names the next. A chunk
 * has the bitmaps of one order: the orders ascend along the list, an order may
 * have several chunks, and within an order the bitmaps ascend by address. A chunk
 * may have no bitmap, and a bitmap no bit.
 *
 * A bitmap is a page. Bit b says whether the block of 2^order pages at the
 * bitmap's start plus b times the block's size is preserved. The start is a
 * multiple of what a bitmap covers, so that the bitmap is bit by bit a leaf of the
 * later versions' tree.
 *
 * Chunks and bitmaps are not preserved themselves, and lie outside scratch.
 *
 * Kernels 6.16 to 6.17.8 have bitmaps of 512 bytes instead of a page, under the
 * same version string. They are told by starts or addresses that no page-sized
 * bitmap has.
 */

/* The version's string, and a sub-node's property */
#define KHO_FDT_COMPATIBLE_V1	"kho-v1"
#define KHO_V1_SUB_TREE_PROP_NAME	"fdt"

/**
 * struct kho_v1_bitmap - what a chunk says of a bitmap
 * @start: physical address of the block of bit 0
 * @bitmap: physical address of the bitmap
 */
struct kho_v1_bitmap {
	u64 start;
	u64 bitmap;
};

/**
 * struct kho_v1_chunk - a list of bitmaps, one page
 * @next: physical address of the next chunk, 0 after the last
 * @order: of the blocks
 * @count: how many bitmaps there are
 * @map: the bitmaps
 */
struct kho_v1_chunk {
	u64 next;
	u32 order;
	u32 count;
	struct kho_v1_bitmap map[];
};

#define KHO_V1_CHUNK_MAX						\
	((PAGE_SIZE - offsetof(struct kho_v1_chunk, map)) /		\
	 sizeof(struct kho_v1_bitmap))

static_assert(sizeof(struct kho_v1_bitmap) == 16);
static_assert(offsetof(struct kho_v1_bitmap, start) == 0);
static_assert(offsetof(struct kho_v1_bitmap, bitmap) == 8);
static_assert(offsetof(struct kho_v1_chunk, next) == 0);
static_assert(offsetof(struct kho_v1_chunk, order) == 8);
static_assert(offsetof(struct kho_v1_chunk, count) == 12);
static_assert(offsetof(struct kho_v1_chunk, map) == 16);
static_assert(PAGE_SHIFT != 12 || KHO_V1_CHUNK_MAX == 255);
static_assert(PAGE_SHIFT != 14 || KHO_V1_CHUNK_MAX == 1023);
static_assert(PAGE_SHIFT != 16 || KHO_V1_CHUNK_MAX == 4095);

/**
 * kho_v1_span - the memory that a bitmap covers
 * @order: of the blocks, at most MAX_PAGE_ORDER
 *
 * Context: Any.
 * Return: bytes.
 */
static inline u64 kho_v1_span(unsigned int order)
{
	return 1ULL << (KHO_LEAF_BITS + order + PAGE_SHIFT);
}

#endif /* _LINUX_KHO_ABI_BITMAPS_H */
