// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: the root FDT of a handover, written for the next kernel and read from the
 * last one (<linux/kho/abi/kexec_handover.h>).
 *
 * Nothing here allocates, locks, or looks at anything but the bytes that it is
 * given. What came is checked before any of it is believed, with work that is
 * bounded by its size; what is wrong is told as a sentence, which ends up in the
 * log.
 */
#include <linux/align.h>
#include <linux/crc32.h>
#include <linux/errno.h>
#include <linux/libfdt.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include <linux/kho/abi/bitmaps.h>

#include "kho_fdt.h"

/* The first whose header has the structure's size; all kernels write it. */
#define KHO_FDT_VERSION	17

/*
 * No property that is known is half as long. libfdt looks for the end of each
 * name in all of the strings, each time that it looks for a property.
 */
#define KHO_FDT_PROP_NAME_MAX	255

/**
 * kho_crc32c() - a part of a checksum as the ABI has it
 * @crc: ~0 at first, then the last result; invert the last one
 * @buf: the bytes
 * @size: how many
 *
 * Context: Any, also before the crypto layer is up.
 * Return: The running checksum.
 */
u32 kho_crc32c(u32 crc, const void *buf, size_t size)
{
	return __crc32c_le(crc, buf, size);
}

/**
 * kho_fdt_crc32c() - checksum of an FDT that holds its own checksum
 * @fdt: a whole and well-formed FDT
 * @prop_offset: offset in it of the four bytes that hold the checksum, which
 *	count as zero
 *
 * Context: Any.
 * Return: The finished checksum.
 */
u32 kho_fdt_crc32c(const void *fdt, int prop_offset)
{
	static const u32 zero;
	u32 crc;

	crc = kho_crc32c(~0U, fdt, prop_offset);
	crc = kho_crc32c(crc, &zero, sizeof(zero));
	prop_offset += sizeof(zero);
	crc = kho_crc32c(crc, fdt + prop_offset, fdt_totalsize(fdt) - prop_offset);
	return ~crc;
}

/**
 * kho_scratch_crc32c() - checksum of a scratch list
 * @areas: the list
 * @count: how many entries
 *
 * Context: Any.
 * Return: The finished checksum.
 */
u32 kho_scratch_crc32c(const struct kho_scratch *areas, unsigned int count)
{
	return ~kho_crc32c(~0U, areas, count * sizeof(*areas));
}

static size_t kho_fdt_prop_size(size_t len)
{
	/* Tag, length, offset of the name, value. */
	return 3 * sizeof(fdt32_t) + ALIGN(len, sizeof(fdt32_t));
}

/**
 * kho_fdt_subtree_size() - bytes that a subtree takes in the FDT
 * @name: its name
 *
 * Context: Any.
 * Return: The number.
 */
size_t kho_fdt_subtree_size(const char *name)
{
	/* Both tags of the node, its name, and three properties. */
	return 2 * sizeof(fdt32_t) + ALIGN(strlen(name) + 1, sizeof(fdt32_t)) +
	       2 * kho_fdt_prop_size(sizeof(u64)) +
	       kho_fdt_prop_size(sizeof(u32));
}

static int kho_fdt_add_poison(void *fdt, const struct kho_poison *poison)
{
	if (!poison || !poison->nr)
		return 0;
	return fdt_property(fdt, KHO_FDT_POISON_PROP_NAME, poison->page,
			    poison->nr * sizeof(*poison->page));
}

/**
 * kho_fdt_begin() - begin to write an FDT
 * @fdt: where to
 * @size: bytes there
 * @root: what the root says; checksums are written whether or not they are said
 *	to be there
 *
 * Context: Any.
 * Return: 0, or an error of libfdt, for want of space.
 */
int kho_fdt_begin(void *fdt, size_t size, const struct kho_fdt_root *root)
{
	const char *versions = KHO_FDT_COMPATIBLE;
	size_t len = sizeof(KHO_FDT_COMPATIBLE);
	u64 map = root->map;
	u32 page_size = PAGE_SIZE, zero = 0;

	if (root->bitmaps) {
		versions = KHO_FDT_COMPATIBLE_V1;
		len = sizeof(KHO_FDT_COMPATIBLE_V1);
	} else if (root->newest_only) {
		len = sizeof(KHO_FDT_COMPATIBLE_V4);
	}
	return fdt_create(fdt, size) ?:
	       fdt_finish_reservemap(fdt) ?:
	       fdt_begin_node(fdt, "") ?:
	       fdt_property(fdt, "compatible", versions, len) ?:
	       fdt_property(fdt, KHO_FDT_MEMORY_MAP_PROP_NAME, &map,
			    sizeof(map)) ?:
	       fdt_property(fdt, KHO_FDT_PAGE_SIZE_PROP_NAME, &page_size,
			    sizeof(page_size)) ?:
	       fdt_property(fdt, KHO_FDT_CRC_TREE_PROP_NAME, &root->crc_tree,
			    sizeof(root->crc_tree)) ?:
	       fdt_property(fdt, KHO_FDT_CRC_SCRATCH_PROP_NAME,
			    &root->crc_scratch, sizeof(root->crc_scratch)) ?:
	       fdt_property(fdt, KHO_FDT_ON_DEMAND_PROP_NAME, &root->on_demand,
			    sizeof(root->on_demand)) ?:
	       fdt_property(fdt, KHO_FDT_CRC_FDT_PROP_NAME, &zero,
			    sizeof(zero)) ?:
	       kho_fdt_add_poison(fdt, root->poison);
}

/**
 * kho_fdt_add_subtree() - write one subtree more
 * @fdt: an FDT that was begun
 * @subtree: what to write; the checksum in any case
 * @tells_size: for a reader of kho-v1, which looks for FDTs that tell their own size
 *
 * Context: Any.
 * Return: 0, or an error of libfdt, for want of space.
 */
int kho_fdt_add_subtree(void *fdt, const struct kho_fdt_subtree *subtree,
			bool tells_size)
{
	const char *blob = tells_size ? KHO_V1_SUB_TREE_PROP_NAME :
					KHO_SUB_TREE_PROP_NAME;
	u64 phys = subtree->phys;

	return fdt_begin_node(fdt, subtree->name) ?:
	       fdt_property(fdt, blob, &phys, sizeof(phys)) ?:
	       fdt_property(fdt, KHO_SUB_TREE_SIZE_PROP_NAME, &subtree->size,
			    sizeof(subtree->size)) ?:
	       fdt_property(fdt, KHO_SUB_TREE_CRC_PROP_NAME, &subtree->crc,
			    sizeof(subtree->crc)) ?:
	       fdt_end_node(fdt);
}

/**
 * kho_fdt_end() - complete an FDT, with its own checksum
 * @fdt: an FDT that was begun
 *
 * Context: Any.
 * Return: 0, or an error of libfdt, for want of space.
 */
int kho_fdt_end(void *fdt)
{
	int err = fdt_end_node(fdt) ?: fdt_finish(fdt);
	void *prop;
	u32 crc;

	if (err)
		return err;
	prop = fdt_getprop_w(fdt, 0, KHO_FDT_CRC_FDT_PROP_NAME, NULL);
	crc = kho_fdt_crc32c(fdt, prop - fdt);
	memcpy(prop, &crc, sizeof(crc));
	return 0;
}

/* Returns false when the property is there with another length. */
static bool kho_fdt_u32(const void *fdt, int node, const char *name, u32 *val,
			bool *found)
{
	int len;
	const void *prop = fdt_getprop(fdt, node, name, &len);

	*found = prop;
	if (!prop)
		return true;
	if (len != sizeof(*val))
		return false;
	*val = get_unaligned((const u32 *)prop);
	return true;
}

/* Returns false unless the property is there with the right length. */
static bool kho_fdt_u64(const void *fdt, int node, const char *name, u64 *val)
{
	int len;
	const void *prop = fdt_getprop(fdt, node, name, &len);

	if (!prop || len != sizeof(*val))
		return false;
	*val = get_unaligned((const u64 *)prop);
	return true;
}

/**
 * kho_fdt_poison() - the list of pages with hardware errors
 * @fdt: a well-formed FDT
 * @nr: where to put how many there are
 *
 * Context: Any.
 * Return: Their physical addresses, to be read with get_unaligned(); NULL where
 * there is no list.
 */
const u64 *kho_fdt_poison(const void *fdt, unsigned int *nr)
{
	const void *prop;
	int len;

	prop = fdt_getprop(fdt, 0, KHO_FDT_POISON_PROP_NAME, &len);
	*nr = prop ? len / sizeof(u64) : 0;
	return prop;
}

/* The version is one of a list; any that we read will do. */
static bool kho_fdt_compatible(const void *fdt)
{
	return !fdt_node_check_compatible(fdt, 0, KHO_FDT_COMPATIBLE_V4) ||
	       !fdt_node_check_compatible(fdt, 0, KHO_FDT_COMPATIBLE_V3);
}

/* Alone: a list that has a later one too means that one's memory map. */
static bool kho_fdt_is_v1(const void *fdt)
{
	return !fdt_node_check_compatible(fdt, 0, KHO_FDT_COMPATIBLE_V1) &&
	       !kho_fdt_compatible(fdt);
}

/* What libfdt asks of the header, and what it takes for granted. */
static bool kho_fdt_header_sane(const void *fdt)
{
	return !fdt_check_header(fdt) &&
	       fdt_version(fdt) >= KHO_FDT_VERSION &&
	       IS_ALIGNED(fdt_off_dt_struct(fdt), FDT_TAGSIZE) &&
	       IS_ALIGNED(fdt_off_mem_rsvmap(fdt),
			  sizeof(fdt64_t));
}

/* Every tag of the structure block, so that the readers of libfdt may trust it */
static bool kho_fdt_well_formed(const void *fdt)
{
	int offset, next = 0, depth = 0, len;
	const char *name;
	bool root = false;

	for (;;) {
		offset = next;
		switch (fdt_next_tag(fdt, offset, &next)) {
		case FDT_BEGIN_NODE:
			if (!depth && root)
				return false;
			root = true;
			/* Names of nodes end in the structure: checked there */
			depth++;
			break;
		case FDT_END_NODE:
			if (--depth < 0)
				return false;
			break;
		case FDT_PROP:
			if (!depth)
				return false;
			if (!fdt_getprop_by_offset(fdt, offset, &name, &len) ||
			    strlen(name) > KHO_FDT_PROP_NAME_MAX)
				return false;
			break;
		case FDT_NOP:
			break;
		case FDT_END:
			return next >= 0 && root && !depth;
		default:
			return false;
		}
		if (next < 0)
			return false;
	}
}

/**
 * kho_fdt_next_subtree() - step through the producers of an FDT
 * @fdt: a well-formed FDT
 * @node: 0 to begin with, then the last result
 * @subtree: where to put what the node says
 *
 * Sub-nodes that name no blob are none of ours and passed over.
 *
 * Context: Any.
 * Return: The node; -ENOENT after the last one; -EINVAL when a sub-node's name
 * or a property is not as the ABI has it.
 */
int kho_fdt_next_subtree(const void *fdt, int node,
			 struct kho_fdt_subtree *subtree)
{
	bool v1 = kho_fdt_is_v1(fdt);
	const char *blob;
	u64 phys;
	int len;

	do {
		node = node ? fdt_next_subnode(fdt, node) :
			      fdt_first_subnode(fdt, 0);
		if (node < 0)
			return -ENOENT;
		blob = KHO_SUB_TREE_PROP_NAME;
		if (v1 && fdt_getprop(fdt, node, KHO_V1_SUB_TREE_PROP_NAME, NULL))
			blob = KHO_V1_SUB_TREE_PROP_NAME;
	} while (!fdt_getprop(fdt, node, blob, NULL));

	subtree->name = fdt_get_name(fdt, node, &len);
	if (!subtree->name || len < 1 || len > KHO_SUB_TREE_NAME_MAX ||
	    strchr(subtree->name, '/'))
		return -EINVAL;
	if (!kho_fdt_u64(fdt, node, blob, &phys) ||
	    !kho_fdt_u32(fdt, node, KHO_SUB_TREE_CRC_PROP_NAME, &subtree->crc,
			 &subtree->has_crc))
		return -EINVAL;
	subtree->size = 0;
	if (!kho_fdt_u64(fdt, node, KHO_SUB_TREE_SIZE_PROP_NAME,
			 &subtree->size) && !v1)
		return -EINVAL;
	if (!phys || (!subtree->size && !v1) || phys + subtree->size < phys)
		return -EINVAL;
	subtree->phys = phys;
	return node;
}

static const char *kho_check_subtrees(const void *fdt,
				      struct kho_fdt_root *root)
{
	struct kho_fdt_subtree subtree;
	int node = 0;

	root->nr_subtrees = 0;
	for (;;) {
		node = kho_fdt_next_subtree(fdt, node, &subtree);
		if (node == -ENOENT)
			return NULL;
		if (node < 0)
			return "a subtree in the FDT is malformed";
		root->nr_subtrees++;
	}
}

static const char *kho_check_fdt_crc(const void *fdt)
{
	const void *prop;
	bool found;
	u32 crc;

	if (!kho_fdt_u32(fdt, 0, KHO_FDT_CRC_FDT_PROP_NAME, &crc, &found))
		return "the FDT's checksum has a wrong length";
	/* Else damage to the name of this one would keep it from being noticed. */
	if (!found && (fdt_getprop(fdt, 0, KHO_FDT_CRC_TREE_PROP_NAME, NULL) ||
		       fdt_getprop(fdt, 0, KHO_FDT_CRC_SCRATCH_PROP_NAME, NULL)))
		return "the FDT's checksum is missing";
	if (!found)
		return NULL;
	prop = fdt_getprop(fdt, 0, KHO_FDT_CRC_FDT_PROP_NAME, NULL);
	if (kho_fdt_crc32c(fdt, prop - fdt) != crc)
		return "the FDT's checksum does not match";
	return NULL;
}

/**
 * kho_check_fdt() - check an FDT that came
 * @fdt: the bytes, eight-byte aligned
 * @size: how many there are, as passed along with the address
 * @root: what it says, valid when the result is NULL
 *
 * Header, sizes, every tag of the structure, version, page size, checksum where
 * there is one, and the form of each subtree.
 *
 * Context: Any.
 * Return: NULL when all is well, else a sentence that says what is wrong.
 */
const char *kho_check_fdt(const void *fdt, size_t size,
			  struct kho_fdt_root *root)
{
	const char *wrong;
	u32 page_size;
	bool found;
	u64 map;
	int len;

	if (size < sizeof(struct fdt_header) || !kho_fdt_header_sane(fdt))
		return "the FDT's header is damaged";
	if (fdt_totalsize(fdt) > size)
		return "the FDT is larger than what was passed along";
	if (fdt_num_mem_rsv(fdt) < 0 || !kho_fdt_well_formed(fdt))
		return "the FDT's structure is damaged";
	root->bitmaps = kho_fdt_is_v1(fdt);
	if (!root->bitmaps && !kho_fdt_compatible(fdt))
		return "the FDT's version is not one that this kernel reads";

	wrong = kho_check_fdt_crc(fdt);
	if (wrong)
		return wrong;
	if (!kho_fdt_u32(fdt, 0, KHO_FDT_PAGE_SIZE_PROP_NAME, &page_size,
			 &found))
		return "the FDT's page size has a wrong length";
	if (found && page_size != PAGE_SIZE)
		return "the last kernel had another page size";
	if (!kho_fdt_u64(fdt, 0, KHO_FDT_MEMORY_MAP_PROP_NAME, &map) ||
	    !map || !IS_ALIGNED(map, PAGE_SIZE))
		return "the FDT names no memory map";
	root->map = map;
	if (!kho_fdt_u32(fdt, 0, KHO_FDT_CRC_TREE_PROP_NAME, &root->crc_tree,
			 &root->has_crc_tree))
		return "the memory map's checksum has a wrong length";
	if (!kho_fdt_u32(fdt, 0, KHO_FDT_CRC_SCRATCH_PROP_NAME,
			 &root->crc_scratch, &root->has_crc_scratch))
		return "the scratch list's checksum has a wrong length";
	root->on_demand = 0;
	if (!kho_fdt_u32(fdt, 0, KHO_FDT_ON_DEMAND_PROP_NAME, &root->on_demand,
			 &found))
		return "the number of areas on demand has a wrong length";
	if (fdt_getprop(fdt, 0, KHO_FDT_POISON_PROP_NAME, &len) &&
	    len % sizeof(u64))
		return "the list of hardware errors has a wrong length";
	return kho_check_subtrees(fdt, root);
}

static bool kho_scratch_disjoint(const struct kho_scratch *a,
				 const struct kho_scratch *b)
{
	return a->addr + a->size <= b->addr || b->addr + b->size <= a->addr;
}

/**
 * kho_check_scratch() - check a scratch list that came
 * @areas: the list
 * @count: how many entries
 * @align: bytes to which each area begins and ends
 *
 * An entry of size 0 is no area, whatever its address is: the last kernel had no
 * memory for one there.
 *
 * Context: Any. The work grows with the square of @count.
 * Return: NULL when all is well, else a sentence that says what is wrong.
 */
const char *kho_check_scratch(const struct kho_scratch *areas,
			      unsigned int count, u64 align)
{
	unsigned int i, j, found = 0;

	for (i = 0; i < count; i++) {
		const struct kho_scratch *area = &areas[i];

		if (!area->size)
			continue;
		found++;
		if (area->addr + area->size < area->addr)
			return "a scratch area wraps around";
		if (!IS_ALIGNED(area->addr | area->size, align))
			return "a scratch area is not aligned";
		for (j = 0; j < i; j++)
			if (areas[j].size &&
			    !kho_scratch_disjoint(area, &areas[j]))
				return "scratch areas overlap";
	}
	return found ? NULL : "the scratch list is empty";
}

/**
 * kho_next_area() - step through areas by address
 * @areas: some areas, in any order; those of size 0 are none
 * @nr: how many
 * @prev: the last one; NULL to begin with
 * @down: from the highest to the lowest
 *
 * Context: Any.
 * Return: The next one, NULL after the last.
 */
const struct kho_scratch *kho_next_area(const struct kho_scratch *areas,
					unsigned int nr,
					const struct kho_scratch *prev, bool down)
{
	const struct kho_scratch *area, *next = NULL;

	for (area = areas; area < areas + nr; area++) {
		if (!area->size)
			continue;
		if (prev && (down ? area->addr >= prev->addr :
				    area->addr <= prev->addr))
			continue;
		if (!next || (down ? area->addr > next->addr :
				     area->addr < next->addr))
			next = area;
	}
	return next;
}
