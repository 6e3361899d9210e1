/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kexec HandOver: what one kernel leaves in memory for the next.
 *
 * Both kernels were built apart and agree on nothing but this file. It holds
 * formats and numbers, no behaviour.
 */

#ifndef _LINUX_KHO_ABI_KEXEC_HANDOVER_H
#define _LINUX_KHO_ABI_KEXEC_HANDOVER_H

#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/math.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <linux/kho/abi/vmalloc.h>

#include <asm/page.h>

/**
 * DOC: KHO root FDT
 *
 * The root of a handover is a flattened device tree in memory that the old
 * kernel preserved. The architecture carries its address and size over the
 * kexec, together with those of the scratch list.
 *
 * ====================  ======  ==============================================
 * property              type    value
 * ====================  ======  ==============================================
 * compatible            list    all versions that can read this tree
 * preserved-memory-map  u64     physical address of the root of the memory map
 * kho,crc32c-tree       u32     checksum of the nodes of the memory map
 * kho,crc32c-fdt        u32     checksum of this FDT
 * kho,crc32c-scratch    u32     checksum of the scratch list
 * kho,on-demand         u32     how many entries at the end of the scratch list
 *                               are areas on demand, or places for such
 * kho,page-size         u32     bytes in a page
 * kho,poison            u64...  physical addresses of the pages among those
 *                               preserved that have hardware errors
 * ====================  ======  ==============================================
 *
 * Each producer has a sub-node, named by itself (1 to 31 bytes, no slash):
 *
 * ====================  ======  ==============================================
 * property              type    value
 * ====================  ======  ==============================================
 * preserved-data        u64     physical address of the producer's blob
 * blob-size             u64     bytes in the blob
 * kho,crc32c            u32     checksum of the blob
 * ====================  ======  ==============================================
 *
 * Numbers are in the byte order of the machine, and four-byte aligned at most:
 * read them with get_unaligned() or memcpy().
 *
 * The properties whose names begin with "kho," are additions. A reader verifies
 * them where they are and does without where they are not. Checksums are CRC-32C
 * (Castagnoli), started with all ones and inverted at the end. Those of the
 * memory map and of the scratch list do not come without that of the FDT:
 *
 * - of the memory map: all of its nodes, each a whole page, a node before its
 *   children and the children by index;
 * - of the FDT: its totalsize bytes, with the four bytes of the checksum itself
 *   taken as zero;
 * - of the scratch list: all of its bytes. It is a kexec segment, filled when the
 *   image is loaded, while the FDT is written later: for good when the image is
 *   executed;
 * - of a blob: its blob-size bytes.
 *
 * **What is a break.** A reader ignores properties and sub-nodes that it does
 * not know, so that adding one is none. To change the meaning, the type or the
 * presence of what the tables above give without the prefix, or anything in the
 * format of the memory map, is a break: it takes a new version string. The list
 * in ``compatible`` then names the new version, and each older one only if its
 * readers still read everything right.
 */

/* The versions that this kernel reads. They do not differ in a byte. */
#define KHO_FDT_COMPATIBLE_V4	"kho-v4"
#define KHO_FDT_COMPATIBLE_V3	"kho-v3"

/* What it writes: a string list; its length is the sizeof(), with the last NUL */
#define KHO_FDT_COMPATIBLE	KHO_FDT_COMPATIBLE_V4 "\0" KHO_FDT_COMPATIBLE_V3

static_assert(sizeof(KHO_FDT_COMPATIBLE) ==
	      sizeof(KHO_FDT_COMPATIBLE_V4) + sizeof(KHO_FDT_COMPATIBLE_V3));

/* Of the root node */
#define KHO_FDT_MEMORY_MAP_PROP_NAME	"preserved-memory-map"
#define KHO_FDT_CRC_TREE_PROP_NAME	"kho,crc32c-tree"
#define KHO_FDT_CRC_FDT_PROP_NAME	"kho,crc32c-fdt"
#define KHO_FDT_CRC_SCRATCH_PROP_NAME	"kho,crc32c-scratch"
#define KHO_FDT_ON_DEMAND_PROP_NAME	"kho,on-demand"
#define KHO_FDT_PAGE_SIZE_PROP_NAME	"kho,page-size"
#define KHO_FDT_POISON_PROP_NAME	"kho,poison"

/* Of a sub-node */
#define KHO_SUB_TREE_PROP_NAME		"preserved-data"
#define KHO_SUB_TREE_SIZE_PROP_NAME	"blob-size"
#define KHO_SUB_TREE_CRC_PROP_NAME	"kho,crc32c"

/* The longest name of a sub-node, without the NUL */
#define KHO_SUB_TREE_NAME_MAX		31

/**
 * DOC: KHO scratch list
 *
 * Scratch areas are memory in which nothing preserved can lie: the next kernel
 * is loaded there and makes its first allocations there. The list is an array
 * of struct kho_scratch: the area in low memory, the global one, then one for
 * each NUMA node with memory. The architecture carries the array's address and
 * its size in bytes; the number of areas is the size divided by that of an
 * entry. An entry of size 0 is no area.
 *
 * These were reserved when the machine was started, and are to be used again for the
 * next handover. Areas on demand may follow (``kho,on-demand``), or be all there is:
 * the last kernel has taken them for this image alone, and once the next one runs they
 * are memory like any other.
 *
 * A change of the entry, or of what the first two stand for, is a break of the
 * root FDT's version.
 */

/**
 * struct kho_scratch - one scratch area
 * @addr: physical address
 * @size: bytes
 */
struct kho_scratch {
	u64 addr;
	u64 size;
};

static_assert(sizeof(struct kho_scratch) == 16);
static_assert(offsetof(struct kho_scratch, addr) == 0);
static_assert(offsetof(struct kho_scratch, size) == 8);

/* The list lies in a kexec segment of its own, aligned to this */
#define KHO_SCRATCH_LIST_ALIGN	0x10000

/**
 * DOC: KHO memory map
 *
 * The memory map says which memory is preserved. It is a set of numbers, the
 * keys, one for each preserved block. A block is 2^order pages, naturally
 * aligned, inside one NUMA node, and its key has both its order and its place::
 *
 *    key = 1 << (64 - (PAGE_SHIFT + order)) | address >> (PAGE_SHIFT + order)
 *
 * The highest bit that is set tells the order and the bits beneath it are the
 * block's number among those of its order. Keys are 64 - PAGE_SHIFT + 1 bits
 * wide, and the keys of one order are one range. In ascending order of keys
 * the largest blocks come first, and those of one order by address. Block
 * number 0 of the order that would span all of the address space has no key:
 * the smallest valid key is 2.
 *
 * The set is a radix tree of nodes that are one page each:
 *
 * - a *leaf* is a bitmap, indexed by the low PAGE_SHIFT + 3 bits of the key. A
 *   bit is set when its key is in the set. Bits are numbered as the kernel's
 *   bitmaps are;
 * - a *table* is an array of u64 physical addresses of the nodes beneath it,
 *   indexed by the next ilog2(PAGE_SIZE / 8) bits of the key. 0 means that none
 *   of these keys is in the set.
 *
 * Every leaf is equally far from the root:
 *
 * =========  ========  =========  ==========  ======  =====
 * page size  key bits  leaf bits  table bits  tables  depth
 * =========  ========  =========  ==========  ======  =====
 * 4K         53        15         9           5       6
 * 16K        51        17         11          4       5
 * 64K        49        19         13          3       4
 * =========  ========  =========  ==========  ======  =====
 *
 * The indices of the root that no key reaches hold 0. The nodes themselves are
 * not in the set. A reader keeps off them until it has read them.
 */

/* The bit of a key that says "order 0"; that of order n is n bits lower */
#define KHO_ORDER_0_BIT		(64 - PAGE_SHIFT)
#define KHO_KEY_BITS		(KHO_ORDER_0_BIT + 1)
#define KHO_KEY_MIN		2ULL
#define KHO_KEY_MAX		GENMASK_ULL(KHO_ORDER_0_BIT, 0)

/* The largest order that a key can express; far above any that exists */
#define KHO_KEY_MAX_ORDER	(KHO_ORDER_0_BIT - 1)

#define KHO_LEAF_BITS		(PAGE_SHIFT + 3)
#define KHO_TABLE_BITS		(PAGE_SHIFT - 3)
#define KHO_TABLE_ENTRIES	BIT(KHO_TABLE_BITS)
#define KHO_LEAF_WORDS		(PAGE_SIZE / sizeof(unsigned long))

/* Levels are counted from the leaf, which is 0, to the root */
#define KHO_TREE_TABLES \
	DIV_ROUND_UP(KHO_KEY_BITS - KHO_LEAF_BITS, KHO_TABLE_BITS)
#define KHO_TREE_DEPTH		(KHO_TREE_TABLES + 1)

/**
 * struct kho_radix_node - a table of the memory map, one page
 * @table: physical addresses of the nodes beneath, 0 where there is none
 */
struct kho_radix_node {
	u64 table[PAGE_SIZE / sizeof(u64)];
};

/**
 * struct kho_radix_leaf - a bitmap of the memory map, one page
 * @bitmap: a bit for each value of the low KHO_LEAF_BITS bits of a key
 */
struct kho_radix_leaf {
	unsigned long bitmap[PAGE_SIZE / sizeof(unsigned long)];
};

static_assert(sizeof(struct kho_radix_node) == PAGE_SIZE);
static_assert(sizeof(struct kho_radix_leaf) == PAGE_SIZE);
static_assert(sizeof(unsigned long) == sizeof(u64));
static_assert(PAGE_SIZE / sizeof(u64) == KHO_TABLE_ENTRIES);
static_assert(PAGE_SHIFT != 12 || (KHO_KEY_BITS == 53 && KHO_TREE_DEPTH == 6));
static_assert(PAGE_SHIFT != 14 || (KHO_KEY_BITS == 51 && KHO_TREE_DEPTH == 5));
static_assert(PAGE_SHIFT != 16 || (KHO_KEY_BITS == 49 && KHO_TREE_DEPTH == 4));
static_assert(KHO_LEAF_BITS + KHO_TREE_TABLES * KHO_TABLE_BITS < 64);

/**
 * kho_key_first - the smallest key of an order
 * @order: at most KHO_KEY_MAX_ORDER
 *
 * Context: Any.
 * Return: the key of the block of 2^@order pages at address 0.
 */
static inline u64 kho_key_first(unsigned int order)
{
	return 1ULL << (KHO_ORDER_0_BIT - order);
}

/**
 * kho_key_last - the largest key of an order
 * @order: at most KHO_KEY_MAX_ORDER
 *
 * Context: Any.
 * Return: the key of the last block of 2^@order pages in 64 bits of address.
 */
static inline u64 kho_key_last(unsigned int order)
{
	return 2 * kho_key_first(order) - 1;
}

/**
 * kho_key_valid - whether a number is the key of a block
 * @key: any number, for instance one found in a tree that came from elsewhere
 *
 * Context: Any.
 * Return: true when kho_radix_decode_key() may be called on @key.
 */
static inline bool kho_key_valid(u64 key)
{
	return key >= KHO_KEY_MIN && key <= KHO_KEY_MAX;
}

/**
 * kho_radix_encode_key - the key of a block
 * @phys: physical address of the block, aligned to its size
 * @order: the block has 2^@order pages; at most KHO_KEY_MAX_ORDER
 *
 * Context: Any.
 * Return: the key. Lower bits of an unaligned @phys are lost.
 */
static inline u64 kho_radix_encode_key(phys_addr_t phys, unsigned int order)
{
	return kho_key_first(order) | ((u64)phys >> PAGE_SHIFT >> order);
}

/**
 * kho_radix_decode_key - the block of a key
 * @key: a key for which kho_key_valid() is true
 * @order: where to put the block's order
 *
 * Context: Any.
 * Return: the physical address of the block.
 */
static inline phys_addr_t kho_radix_decode_key(u64 key, unsigned int *order)
{
	*order = KHO_ORDER_0_BIT - (fls64(key) - 1);

	/* The bit that told the order falls out at the top */
	return key << (PAGE_SHIFT + *order);
}

/**
 * kho_key_shift - where in a key the index of a table begins
 * @level: 1 to KHO_TREE_TABLES
 *
 * Context: Any.
 * Return: the number of bits below the index.
 */
static inline unsigned int kho_key_shift(unsigned int level)
{
	return KHO_LEAF_BITS + (level - 1) * KHO_TABLE_BITS;
}

/**
 * kho_key_index - a key's index in a table
 * @key: the key
 * @level: 1 to KHO_TREE_TABLES
 *
 * Context: Any.
 * Return: the index of the slot that leads to @key.
 */
static inline unsigned int kho_key_index(u64 key, unsigned int level)
{
	return (key >> kho_key_shift(level)) & (KHO_TABLE_ENTRIES - 1);
}

/**
 * kho_key_bit - a key's bit in its leaf
 * @key: the key
 *
 * Context: Any.
 * Return: the number of the bit.
 */
static inline unsigned int kho_key_bit(u64 key)
{
	return key & (BIT(KHO_LEAF_BITS) - 1);
}

#endif /* _LINUX_KHO_ABI_KEXEC_HANDOVER_H */
