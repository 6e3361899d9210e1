// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kexec HandOver on device-tree architectures: the properties of /chosen,
 * written and read.
 *
 * Each is one address and one size, in as many cells as the root node says.
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kexec.h>
#include <linux/kexec_handover.h>
#include <linux/libfdt.h>
#include <linux/of.h>
#include <linux/of_fdt.h>
#include <linux/of_reserved_mem.h>

#include "kho.h"

#define OF_KHO_PATH_MAX	128

/* Where this kernel has put the region of a node of /reserved-memory. */
static const struct reserved_mem *of_kho_find_region(const void *fdt, int node)
{
	struct reserved_mem *region;
	char path[OF_KHO_PATH_MAX];
	struct device_node *np;

	if (fdt_get_path(fdt, node, path, sizeof(path)))
		return NULL;
	np = of_find_node_by_path(path);
	if (!np)
		return NULL;
	region = of_reserved_mem_lookup(np);
	of_node_put(np);

	return region;
}

/**
 * of_kho_keep_regions - have reserved memory stay where this kernel has put it
 * @image: the image; without a handover nothing is written
 * @fdt: the device tree that goes with it, with room to grow
 *
 * For regions of /reserved-memory that have a size only. The next kernel places
 * them before it knows where something preserved lies: it would take them from
 * scratch, where a region without a mapping stands in the way of the image after
 * it. What is lent out for movable pages meanwhile is placed anew, since somebody
 * may have preserved pages there.
 *
 * Offsets of nodes in @fdt change.
 *
 * Context: Process context, under the kexec lock.
 * Return: 0 on success, -EINVAL if there is no room in @fdt.
 */
int of_kho_keep_regions(const struct kimage *image, void *fdt)
{
	const struct reserved_mem *region;
	int parent, node;

	if (!image->kho.fdt)
		return 0;

	parent = fdt_path_offset(fdt, "/reserved-memory");
	if (parent < 0)
		return 0;

	fdt_for_each_subnode(node, fdt, parent) {
		if (fdt_getprop(fdt, node, "reg", NULL) ||
		    fdt_getprop(fdt, node, "reusable", NULL))
			continue;

		region = of_kho_find_region(fdt, node);
		if (!region || !region->size)
			continue;

		if (fdt_appendprop_addrrange(fdt, parent, node, "reg",
					     region->base, region->size))
			return -EINVAL;
	}

	return 0;
}

/**
 * of_kho_fill_chosen - let the next kernel's device tree tell of a handover
 * @image: the image; without a handover nothing is written
 * @fdt: the device tree that goes with it, with room to grow
 * @chosen: offset of /chosen, which has none of the properties (any more)
 *
 * Context: Process context, under the kexec lock.
 * Return: 0 on success, -EINVAL if the properties do not fit into @fdt or their
 * values into the root node's cells.
 */
int of_kho_fill_chosen(const struct kimage *image, void *fdt, int chosen)
{
	int err;

	if (!image->kho.fdt)
		return 0;

	err = fdt_appendprop_addrrange(fdt, 0, chosen, OF_KHO_FDT,
				       image->kho.fdt, image->kho.fdt_size);
	if (err)
		return -EINVAL;

	err = fdt_appendprop_addrrange(fdt, 0, chosen, OF_KHO_SCRATCH,
				       image->kho.scratch,
				       image->kho.scratch_size);
	return err ? -EINVAL : 0;
}

/* Read a property and take it out. Whether it was there; *@size is 0 if not. */
static bool __init of_kho_take(void *fdt, int chosen, const char *name,
			       u64 *addr, u64 *size)
{
	const __be32 *cell;
	int len;

	*size = 0;
	cell = fdt_getprop(fdt, chosen, name, &len);
	if (!cell)
		return false;

	if (len == (dt_root_addr_cells + dt_root_size_cells) * sizeof(*cell)) {
		*addr = dt_mem_next_cell(dt_root_addr_cells, &cell);
		*size = dt_mem_next_cell(dt_root_size_cells, &cell);
	}
	fdt_nop_property(fdt, chosen, name);

	return true;
}

/**
 * of_kho_scan_chosen - note the handover that /chosen tells of
 * @fdt: the flat device tree, still writable
 * @chosen: offset of /chosen, or negative if there is none
 *
 * Takes the properties out: they are true for this boot alone, but user space
 * may pass the tree on to a kernel that it loads with kexec_load(). What the
 * addresses hold is left to kho_early_init().
 *
 * Context: Early boot, before the device tree is mapped read-only.
 * Return: whether @fdt was changed.
 */
bool __init of_kho_scan_chosen(void *fdt, int chosen)
{
	u64 root, root_size, scratch, scratch_size;
	bool found;

	if (chosen < 0)
		return false;

	found = of_kho_take(fdt, chosen, OF_KHO_FDT, &root, &root_size);
	found |= of_kho_take(fdt, chosen, OF_KHO_SCRATCH, &scratch,
			     &scratch_size);
	if (!found)
		return false;

	if (root_size && scratch_size)
		kho_set_handover(root, root_size, scratch, scratch_size);
	else
		kho_spoil_handover("/chosen tells half of a handover");

	return true;
}
