// SPDX-License-Identifier: GPL-2.0-only
/*
 * reserve_mem= regions that outlive a kexec.
 *
 * With Kexec HandOver (KHO) on, every region is preserved, and a region of the
 * same name, size and alignment comes back at the same address in the next
 * kernel. The format is in <linux/kho/abi/memblock.h>.
 */

#define pr_fmt(fmt) "reserve_mem: " fmt

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/memblock.h>
#include <linux/libfdt.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

/* What the FDT needs besides the regions, and for each of them, at most. */
#define FDT_BASE_SIZE	512
#define FDT_REGION_SIZE	160

/* More than the command line can name. */
#define MAX_REGIONS	64

/* What came; NULL if nothing did, or nothing that can be understood. */
static void *incoming __initdata;
static bool incoming_known __initdata;

static unsigned long __init region_pages(phys_addr_t size)
{
	return PHYS_PFN(PAGE_ALIGN(size));
}

/* libfdt keeps inside of what the header says, once that is inside of @size. */
static bool __init readable(const void *fdt, size_t size)
{
	return size >= sizeof(struct fdt_header) && !fdt_check_header(fdt) &&
	       fdt_totalsize(fdt) <= size &&
	       IS_ALIGNED(fdt_off_dt_struct(fdt), FDT_TAGSIZE) &&
	       !fdt_node_check_compatible(fdt, 0, MEMBLOCK_KHO_COMPATIBLE);
}

static void *__init get_incoming(void)
{
	phys_addr_t phys;
	size_t size;
	void *fdt;

	if (incoming_known)
		return incoming;
	incoming_known = true;

	if (kho_retrieve_subtree(MEMBLOCK_KHO_SUBTREE, &phys, &size))
		return NULL;

	fdt = phys_to_virt(phys);
	if (!readable(fdt, size)) {
		pr_warn("the description of the last kernel's regions cannot be read: none comes back\n");
		return NULL;
	}

	incoming = fdt;
	return incoming;
}

/* fdt_subnode_offset() takes "name@1" for "name" */
static int __init find_region(const void *fdt, const char *name)
{
	const char *other;
	int node;

	fdt_for_each_subnode(node, fdt, 0) {
		other = fdt_get_name(fdt, node, NULL);
		if (other && !strcmp(other, name))
			break;
	}

	return node;
}

static int __init read_u64(const void *fdt, int node, const char *prop,
			   phys_addr_t *value)
{
	const void *data;
	int len;

	data = fdt_getprop(fdt, node, prop, &len);
	if (!data || len != sizeof(u64))
		return -EINVAL;

	*value = get_unaligned((const u64 *)data);
	return 0;
}

static int __init read_region(const void *fdt, int node, phys_addr_t *start,
			      phys_addr_t *size)
{
	if (fdt_node_check_compatible(fdt, node, RESERVE_MEM_KHO_COMPATIBLE) ||
	    read_u64(fdt, node, RESERVE_MEM_KHO_START, start) ||
	    read_u64(fdt, node, RESERVE_MEM_KHO_SIZE, size))
		return -EINVAL;

	if (!*start || !*size || !IS_ALIGNED(*start, PAGE_SIZE) ||
	    *start + *size < *start || PAGE_ALIGN(*start + *size) < *start)
		return -EINVAL;

	return 0;
}

/* From here on the pages are the region's, and no more the last kernel's. */
static int __init take_back(phys_addr_t start, phys_addr_t bytes)
{
	int err;

	if (memblock_is_region_reserved(start, bytes))
		return -EBUSY;

	err = memblock_reserve(start, bytes);
	if (err)
		return err;

	err = kho_early_claim(start, bytes);
	if (err)
		memblock_phys_free(start, bytes);
	return err;
}

static phys_addr_t __init revive(const char *name, phys_addr_t size,
				 phys_addr_t align)
{
	phys_addr_t start, old_size;
	void *fdt = get_incoming();
	int node, err;

	if (!fdt)
		return 0;
	node = find_region(fdt, name);
	if (node < 0)
		return 0;

	if (read_region(fdt, node, &start, &old_size)) {
		pr_warn("%s: its description cannot be read: new region\n",
			name);
		return 0;
	}
	if (old_size != size || !IS_ALIGNED(start, align)) {
		pr_warn("%s: the last kernel's has %pa bytes at %pa, which is not %pa bytes aligned to %pa: new region, the old one stays untouched\n",
			name, &old_size, &start, &size, &align);
		return 0;
	}

	err = take_back(start, PAGE_ALIGN(size));
	if (err) {
		pr_warn("%s: the last kernel's at %pa cannot be taken back (%pe): new region\n",
			name, &start, ERR_PTR(err));
		return 0;
	}

	pr_info("%s: %pa bytes are back at %pa\n", name, &size, &start);
	return start;
}

/**
 * reserve_mem_kho_alloc - memory for a reserve_mem= region
 * @name: name of the region
 * @size: size in bytes
 * @align: alignment in bytes
 *
 * If the last kernel handed over a region of this name, size and alignment it is
 * taken back. Otherwise the region is new, and lies where it can be preserved: in
 * pages of its own, outside of scratch.
 *
 * Context: Early boot, before the page allocator is up.
 * Return: the physical address of the reserved memory, 0 if there is none.
 */
phys_addr_t __init reserve_mem_kho_alloc(const char *name, phys_addr_t size,
					 phys_addr_t align)
{
	phys_addr_t start;
	bool exclusive;

	if (!size || PAGE_ALIGN(size) < size)
		return 0;

	start = revive(name, size, align);
	if (start)
		return start;

	exclusive = memblock_kho_exclusive(true);
	start = memblock_phys_alloc(PAGE_ALIGN(size),
				    max_t(phys_addr_t, align, PAGE_SIZE));
	memblock_kho_exclusive(exclusive);
	return start;
}

static int __init count_region(const char *name, phys_addr_t start,
			       phys_addr_t size, void *arg)
{
	(*(unsigned int *)arg)++;
	return 0;
}

/* @done has a bit for each region, by its position. */
struct preserve_state {
	void *fdt;
	DECLARE_BITMAP(done, MAX_REGIONS);
	unsigned int pos;
};

static int __init unpreserve_region(const char *name, phys_addr_t start,
				    phys_addr_t size, void *arg)
{
	struct preserve_state *state = arg;

	if (test_bit(state->pos++, state->done))
		kho_unpreserve_pages(pfn_to_page(PHYS_PFN(start)),
				     region_pages(size));
	return 0;
}

static int __init describe_region(void *fdt, const char *name, u64 start,
				  u64 size)
{
	int err;

	err = fdt_begin_node(fdt, name);
	err = err ?: fdt_property_string(fdt, "compatible",
					 RESERVE_MEM_KHO_COMPATIBLE);
	err = err ?: fdt_property(fdt, RESERVE_MEM_KHO_START, &start,
				  sizeof(start));
	err = err ?: fdt_property(fdt, RESERVE_MEM_KHO_SIZE, &size,
				  sizeof(size));
	err = err ?: fdt_end_node(fdt);

	return err ? -ENOSPC : 0;
}

/* A region that cannot be preserved does not keep the others from it. */
static int __init preserve_region(const char *name, phys_addr_t start,
				  phys_addr_t size, void *arg)
{
	struct preserve_state *state = arg;
	unsigned int pos = state->pos++;
	int err;

	err = kho_preserve_pages(pfn_to_page(PHYS_PFN(start)),
				 region_pages(size));
	if (err) {
		pr_err("%s: will not be handed over (%pe)\n", name,
		       ERR_PTR(err));
		return 0;
	}

	__set_bit(pos, state->done);
	return describe_region(state->fdt, name, start, size);
}

static int __init describe_regions(struct preserve_state *state, size_t size)
{
	void *fdt = state->fdt;
	int err;

	err = fdt_create(fdt, size);
	err = err ?: fdt_finish_reservemap(fdt);
	err = err ?: fdt_begin_node(fdt, "");
	err = err ?: fdt_property_string(fdt, "compatible",
					 MEMBLOCK_KHO_COMPATIBLE);
	err = err ?: reserve_mem_for_each(preserve_region, state);
	err = err ?: fdt_end_node(fdt);
	err = err ?: fdt_finish(fdt);

	return err ? -ENOSPC : 0;
}

static int __init preserve_regions(void *fdt, size_t size)
{
	struct preserve_state state = { .fdt = fdt };
	int err;

	err = describe_regions(&state, size);
	if (!err)
		err = kho_add_subtree(MEMBLOCK_KHO_SUBTREE, fdt,
				      fdt_totalsize(fdt));
	if (err) {
		state.pos = 0;
		reserve_mem_for_each(unpreserve_region, &state);
	}
	return err;
}

static int __init reserve_mem_kho_init(void)
{
	unsigned int nr = 0;
	size_t size;
	void *fdt;
	int err;

	if (!kho_is_enabled())
		return 0;

	/* All that shall come back has. */
	if (incoming && is_kho_boot())
		kho_restore_free(incoming);
	incoming = NULL;

	reserve_mem_for_each(count_region, &nr);
	if (!nr)
		return 0;
	if (nr > MAX_REGIONS) {
		err = -E2BIG;
		goto fail;
	}

	size = PAGE_ALIGN(FDT_BASE_SIZE + nr * FDT_REGION_SIZE);
	fdt = kho_alloc_preserve(size);
	if (IS_ERR(fdt)) {
		err = PTR_ERR(fdt);
		goto fail;
	}

	err = preserve_regions(fdt, size);
	if (!err)
		return 0;
	kho_unpreserve_free(fdt);
fail:
	pr_err("no region will be handed over (%pe)\n", ERR_PTR(err));
	return err;
}
late_initcall(reserve_mem_kho_init);
