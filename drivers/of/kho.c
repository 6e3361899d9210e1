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

#include "kho.h"

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
