/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Live update: how a memfd of huge pages is described to the next kernel, and to its
 * pool of huge pages.
 */
#ifndef _LINUX_KHO_ABI_HUGETLB_H
#define _LINUX_KHO_ABI_HUGETLB_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <linux/kho/abi/vmalloc.h>

/**
 * DOC: hugetlb ABI
 *
 * The data of a file whose compatible string is "hugetlb-v1" is the physical address of a
 * struct hugetlb_luo_ser, preserved as a folio. All pages of the file are there, up to its
 * size. Each is preserved as a folio, and told of by an array of u64 in a vmalloc area: the
 * Nth is the physical address of the file's Nth page. A file of size 0 has no array, and
 * an area description that is all zero.
 *
 * Before there are files, the next kernel fills its pool. The subtree "hugetlb" is a struct
 * hugetlb_kho_pool, preserved as a folio of one page, and says how many pages of each size
 * and node come in files, so that as many less are allocated. It is there when some come.
 *
 * **What is a break.** Seals that a reader does not know are refused, so that more of them
 * are no break. Any other change to a file is, and takes another string. A reader that
 * cannot read the pool's numbers allocates pages that it could have done without.
 */

#define HUGETLB_LUO_COMPATIBLE	"hugetlb-v1"

/**
 * struct hugetlb_luo_ser - a memfd of huge pages
 * @pos: file position
 * @size: bytes, a multiple of the size of a page
 * @seals: F_SEAL_*
 * @order: a page has 2^@order pages of the smallest size
 * @nr_pages: entries in the array
 * @pages: the vmalloc area that holds the array
 */
struct hugetlb_luo_ser {
	u64 pos;
	u64 size;
	u32 seals;
	u32 order;
	u64 nr_pages;
	struct kho_vmalloc pages;
} __packed;

static_assert(sizeof(struct hugetlb_luo_ser) == 48);
static_assert(offsetof(struct hugetlb_luo_ser, pos) == 0);
static_assert(offsetof(struct hugetlb_luo_ser, size) == 8);
static_assert(offsetof(struct hugetlb_luo_ser, seals) == 16);
static_assert(offsetof(struct hugetlb_luo_ser, order) == 20);
static_assert(offsetof(struct hugetlb_luo_ser, nr_pages) == 24);
static_assert(offsetof(struct hugetlb_luo_ser, pages) == 32);

#define HUGETLB_KHO_SUBTREE	"hugetlb"
#define HUGETLB_KHO_VERSION	1

/**
 * struct hugetlb_kho_count - pages that come in files
 * @order: their size
 * @nid: the node that they are on in the kernel that hands them over
 * @count: how many
 */
struct hugetlb_kho_count {
	u32 order;
	u32 nid;
	u64 count;
} __packed;

static_assert(sizeof(struct hugetlb_kho_count) == 16);
static_assert(offsetof(struct hugetlb_kho_count, nid) == 4);
static_assert(offsetof(struct hugetlb_kho_count, count) == 8);

/**
 * struct hugetlb_kho_pool - all pages that come in files
 * @version: HUGETLB_KHO_VERSION
 * @nr: entries in @counts, as many as fit into a page at most
 * @counts: one for each size and node
 */
struct hugetlb_kho_pool {
	u32 version;
	u32 nr;
	struct hugetlb_kho_count counts[];
} __packed;

static_assert(sizeof(struct hugetlb_kho_pool) == 8);
static_assert(offsetof(struct hugetlb_kho_pool, nr) == 4);

#endif /* _LINUX_KHO_ABI_HUGETLB_H */
