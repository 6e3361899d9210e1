/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: the root FDT of a handover, written and read. Pure functions of bytes: the
 * same code runs at early boot and in user space.
 */
#ifndef _KHO_FDT_H
#define _KHO_FDT_H

#include <linux/sizes.h>
#include <linux/types.h>

#include <linux/kho/abi/kexec_handover.h>

/*
 * So many bytes the FDT for the next kernel may have. A subtree takes 72 to 96 of
 * them, so that a thousand fit, whatever their names. Of one that came, more may
 * be read, as much as can be mapped early.
 */
#define KHO_DT_MAX		SZ_128K
#define KHO_DT_MAX_IN		SZ_256K

/*
 * Bytes of an FDT without subtrees, with its header, the properties of the root
 * and all property names. Generous; a test fills an FDT to the brim.
 */
#define KHO_FDT_BASE_SIZE	512

/* So many pages with hardware errors the next kernel is told of. */
#define KHO_POISON_MAX		256

/**
 * struct kho_poison - preserved pages with hardware errors
 * @nr: number of them; more than KHO_POISON_MAX cannot be written
 * @page: physical addresses
 */
struct kho_poison {
	unsigned int nr;
	u64 page[KHO_POISON_MAX];
};

/**
 * struct kho_fdt_root - what the root of an FDT says
 * @map: physical address of the memory map's root, or of its first chunk
 * @bitmaps: the memory map is in the form of kho-v1
 * @crc_tree: checksum of the memory map, when @has_crc_tree
 * @has_crc_tree: the last kernel wrote one
 * @crc_scratch: checksum of the scratch list, when @has_crc_scratch
 * @has_crc_scratch: the last kernel wrote one
 * @on_demand: so many entries at the end of the scratch list are areas on demand
 * @nr_subtrees: number of sub-nodes that name a blob
 * @newest_only: written: readers of kho-v3 are to leave it alone
 * @poison: written: pages with hardware errors; may be NULL
 */
struct kho_fdt_root {
	phys_addr_t map;
	bool bitmaps;
	u32 crc_tree;
	bool has_crc_tree;
	u32 crc_scratch;
	bool has_crc_scratch;
	u32 on_demand;
	unsigned int nr_subtrees;
	bool newest_only;
	const struct kho_poison *poison;
};

/**
 * struct kho_fdt_subtree - what a sub-node of an FDT says
 * @name: the producer's name
 * @phys: physical address of the blob
 * @size: bytes in the blob; 0 when it is an FDT, whose header has to tell
 * @crc: checksum of the blob, when @has_crc
 * @has_crc: the last kernel wrote one
 */
struct kho_fdt_subtree {
	const char *name;
	phys_addr_t phys;
	u64 size;
	u32 crc;
	bool has_crc;
};

u32 kho_crc32c(u32 crc, const void *buf, size_t size);
u32 kho_fdt_crc32c(const void *fdt, int prop_offset);
u32 kho_scratch_crc32c(const struct kho_scratch *areas, unsigned int count);

size_t kho_fdt_subtree_size(const char *name);
int kho_fdt_begin(void *fdt, size_t size, const struct kho_fdt_root *root);
int kho_fdt_add_subtree(void *fdt, const struct kho_fdt_subtree *subtree,
			bool tells_size);
int kho_fdt_end(void *fdt);

const char *kho_check_fdt(const void *fdt, size_t size,
			  struct kho_fdt_root *root);
const char *kho_check_scratch(const struct kho_scratch *areas,
			      unsigned int count, u64 align);
const struct kho_scratch *kho_next_area(const struct kho_scratch *areas,
					unsigned int nr,
					const struct kho_scratch *prev,
					bool down);
const u64 *kho_fdt_poison(const void *fdt, unsigned int *nr);
int kho_fdt_next_subtree(const void *fdt, int node,
			 struct kho_fdt_subtree *subtree);

#endif /* _KHO_FDT_H */
