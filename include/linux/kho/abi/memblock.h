/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kexec HandOver: how named regions of memory (reserve_mem=) are described to
 * the next kernel.
 */

#ifndef _LINUX_KHO_ABI_MEMBLOCK_H
#define _LINUX_KHO_ABI_MEMBLOCK_H

/**
 * DOC: reserve_mem ABI
 *
 * Regions that were reserved by ``reserve_mem=`` on the command line travel in
 * the subtree ``memblock``. Its blob is a flattened device tree:
 *
 * ====================  ======  ==============================================
 * property of ``/``     type    value
 * ====================  ======  ==============================================
 * compatible            string  "memblock-v1"
 * ====================  ======  ==============================================
 *
 * with a sub-node for each region, which has the name of the region:
 *
 * ====================  ======  ==============================================
 * property              type    value
 * ====================  ======  ==============================================
 * compatible            string  "reserve-mem-v1"
 * start                 u64     physical address
 * size                  u64     bytes, as on the command line
 * ====================  ======  ==============================================
 *
 * Numbers are in the byte order of the machine, and four-byte aligned at most.
 *
 * A region begins at a page, and all the pages that it reaches into are
 * preserved as one run of pages. The next kernel takes a region back by its
 * name, when the size is the one that it was asked for and the address fits the
 * alignment; a region that it was not asked for, or differently, is not touched.
 * The pages of the blob are preserved as well.
 *
 * **What is a break.** A reader ignores properties and sub-nodes that it does
 * not know. To change the meaning, the type or the presence of what is in the
 * tables takes a new version string: of the sub-node, where only the description
 * of a region changes, else of the root.
 */

/* The name of the subtree */
#define MEMBLOCK_KHO_SUBTREE		"memblock"

/* compatible of the root, and of each region */
#define MEMBLOCK_KHO_COMPATIBLE		"memblock-v1"
#define RESERVE_MEM_KHO_COMPATIBLE	"reserve-mem-v1"

/* properties of a region */
#define RESERVE_MEM_KHO_START		"start"
#define RESERVE_MEM_KHO_SIZE		"size"

#endif /* _LINUX_KHO_ABI_MEMBLOCK_H */
