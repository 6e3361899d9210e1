/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Live update: how a memfd is described to the next kernel.
 */
#ifndef _LINUX_KHO_ABI_MEMFD_H
#define _LINUX_KHO_ABI_MEMFD_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <linux/kho/abi/vmalloc.h>

/**
 * DOC: memfd ABI
 *
 * The data of a file whose compatible string is "memfd-v2" is the physical address of a
 * struct memfd_luo_ser, preserved as a folio. Its folios are preserved as such, and
 * described by an array of struct memfd_luo_folio_ser in a vmalloc area, each once, in any
 * order. An entry whose pfn is 0 is skipped; what no entry covers is a hole. The last folio
 * may reach beyond the size. A file without folios has an area description that is all
 * zero.
 *
 * A folio that is not up to date has no contents, and reads as zeros.
 *
 * **What is a break.** Seals that a reader does not know, and flags of the file, are
 * refused, so that more of them are no break. Any other change is, and takes another
 * string.
 */

#define MEMFD_LUO_COMPATIBLE	"memfd-v2"

/**
 * struct memfd_luo_ser - a memfd
 * @pos: file position
 * @size: bytes
 * @seals: F_SEAL_*
 * @flags: 0
 * @nr_folios: entries in the array
 * @folios: the vmalloc area that holds the array
 */
struct memfd_luo_ser {
	u64 pos;
	u64 size;
	u32 seals;
	u32 flags;
	u64 nr_folios;
	struct kho_vmalloc folios;
} __packed;

static_assert(sizeof(struct memfd_luo_ser) == 48);
static_assert(offsetof(struct memfd_luo_ser, pos) == 0);
static_assert(offsetof(struct memfd_luo_ser, size) == 8);
static_assert(offsetof(struct memfd_luo_ser, seals) == 16);
static_assert(offsetof(struct memfd_luo_ser, flags) == 20);
static_assert(offsetof(struct memfd_luo_ser, nr_folios) == 24);
static_assert(offsetof(struct memfd_luo_ser, folios) == 32);

/* Flags of a folio */
#define MEMFD_LUO_FOLIO_DIRTY		BIT(0)
#define MEMFD_LUO_FOLIO_UPTODATE	BIT(1)

/**
 * struct memfd_luo_folio_ser - a folio of a memfd
 * @pfn: its first page
 * @flags: MEMFD_LUO_FOLIO_DIRTY, MEMFD_LUO_FOLIO_UPTODATE
 * @index: where in the file it begins, in pages
 *
 * The array begins with a page.
 */
struct memfd_luo_folio_ser {
	u64 pfn:52;
	u64 flags:12;
	u64 index;
} __packed __aligned(8);

static_assert(sizeof(struct memfd_luo_folio_ser) == 16);
static_assert(offsetof(struct memfd_luo_folio_ser, index) == 8);

#endif /* _LINUX_KHO_ABI_MEMFD_H */
