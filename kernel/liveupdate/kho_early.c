// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: early boot of the kernel that memory is handed over to.
 *
 * The architecture tells where the FDT and the scratch list lie
 * (kho_set_handover()), or that it was told so in a way that cannot be read
 * (kho_spoil_handover()), and then three hooks follow:
 *
 *  1. kho_early_init(), when memblock knows all RAM and nothing was allocated:
 *     FDT and scratch list are checked, and from here on memblock allocates
 *     from the scratch areas alone.
 *  2. kho_early_open(), when the direct map covers RAM and nodes are known: the
 *     memory map is checked, all of it. Then the largest gaps between preserved
 *     blocks may be allocated from, too, so that scratch need not hold the
 *     struct pages and all that follows.
 *  3. kho_memory_init(), just before the page allocator takes over: all that is
 *     preserved is reserved, in one pass, and the restriction ends. Once the page
 *     allocator has all other memory, kho_memory_free() gives it what is free
 *     between preserved blocks.
 *
 * Until then a handover can be refused as a whole: nothing that was allocated
 * meanwhile lies on preserved memory, nor is anything yet lost by giving up.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/crash_dump.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kmemleak.h>
#include <linux/libfdt.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/sort.h>
#include <linux/stdarg.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <asm/early_ioremap.h>

#include "kho_bitmaps.h"
#include "kho_claim.h"
#include "kho_fdt.h"
#include "kho_gaps.h"
#include "kho_keep.h"
#include "kho_map.h"
#include "kho_memory.h"
#include "kho_nodes.h"
#include "kho_rules.h"
#include "kho_scratch.h"
#include "kho_state.h"
#include "kho_subtree.h"

/* What the architecture found, in its own words and not looked at yet. */
static struct {
	phys_addr_t fdt;
	u64 fdt_size;
	phys_addr_t scratch;
	u64 scratch_size;
	/* Or why it does not know. */
	const char *spoilt;
} handover __initdata;

/* What the FDT said; kept from the first hook to the second. */
static struct kho_fdt_root root __initdata;

/* Addresses of the memory map's nodes, ascending. */
static phys_addr_t *nodes __initdata;
static unsigned long nr_nodes __initdata;

/* What this kernel itself put above the bitmaps of an older map. */
static struct kho_radix_node *tables __initdata;
static size_t tables_size __initdata;

static struct kho_map_walk blocks __initdata;

/* Bytes of all blocks that came, once they are known. */
static u64 preserved __initdata;

/**
 * kho_set_handover() - tell what the last kernel passed along
 * @fdt: physical address of the root FDT
 * @fdt_size: bytes that were passed for it
 * @scratch: physical address of the scratch list
 * @scratch_size: bytes in the list
 *
 * Only notes the numbers. Nothing of them is trusted.
 *
 * Context: Early boot, before kho_early_init().
 */
void __init kho_set_handover(phys_addr_t fdt, u64 fdt_size,
			     phys_addr_t scratch, u64 scratch_size)
{
	handover.fdt = fdt;
	handover.fdt_size = fdt_size;
	handover.scratch = scratch;
	handover.scratch_size = scratch_size;
}

/**
 * kho_spoil_handover() - tell that something came, but not what
 * @why: a sentence that says what is wrong with it, kept for good
 *
 * A handover that cannot be read at all is refused as any other, so that people
 * and programs are told of it in the same places.
 *
 * Context: Early boot, before kho_early_init().
 */
void __init kho_spoil_handover(const char *why)
{
	handover.spoilt = why;
}

/**
 * kho_handover_noted() - did the last kernel pass anything along?
 *
 * For those who must not take for theirs what an earlier kernel was given.
 *
 * Context: Early boot, after the architecture has looked.
 * Return: true when it did, whether or not that will be believed.
 */
bool __init kho_handover_noted(void)
{
	return handover.fdt || handover.fdt_size || handover.scratch ||
	       handover.scratch_size || handover.spoilt;
}

/* Whole pages, so that they can be freed late. */
static size_t __init kho_nodes_size(void)
{
	return PAGE_ALIGN(nr_nodes * sizeof(*nodes));
}

static void __init kho_free_nodes(void)
{
	if (nodes)
		memblock_free(nodes, kho_nodes_size());
	nodes = NULL;
	if (tables)
		memblock_free(tables, tables_size);
	tables = NULL;
}

/*
 * Give the handover up, whole: the machine boots as after a cold start, with all
 * its memory, and hands over again to the next kernel.
 */
static void __init kho_refuse(const char *why)
{
	pr_err("handover refused: %s\n", why);
	if (preserved)
		pr_err("%llu bytes in %u subtrees of the last kernel are lost\n",
		       preserved, root.nr_subtrees);
	kho_in = (struct kho_incoming){ .refused = why };
	kho_scratch_cnt = 0;
	kho_free_nodes();
	kho_incoming_forget();
	memblock_kho_reset();
}

/* Memory that has no mapping may be the firmware's own: to read it is no option. */
static bool __init kho_is_readable(phys_addr_t base, phys_addr_t size)
{
	/* Regions are of one kind: the first page tells of all */
	return memblock_is_region_memory(base, size) &&
	       memblock_is_map_memory(base);
}

static const char *__init kho_read_fdt(void)
{
	const char *wrong;
	void *fdt;

	/* Where pages were smaller it is no page here, but says so itself. */
	if (!handover.fdt || !IS_ALIGNED(handover.fdt, SZ_4K) ||
	    !handover.fdt_size || handover.fdt_size > KHO_DT_MAX_IN -
					offset_in_page(handover.fdt))
		return "the FDT's address or size cannot be right";
	if (!kho_is_readable(handover.fdt, handover.fdt_size))
		return "the FDT is not in memory";
	if (memblock_is_region_reserved(handover.fdt, handover.fdt_size))
		return "the FDT lies in memory that is in use";

	fdt = early_memremap(handover.fdt, handover.fdt_size);
	if (!fdt)
		return "the FDT cannot be mapped";
	wrong = kho_check_fdt(fdt, handover.fdt_size, &root);
	early_memunmap(fdt, handover.fdt_size);
	if (!wrong && !PAGE_ALIGNED(handover.fdt))
		wrong = "the FDT's address or size cannot be right";
	return wrong;
}

/**
 * arch_kho_map_segment() - map what kexec has copied
 * @phys: physical address
 * @size: bytes
 *
 * Unlike what the last kernel wrote to memory of its own, segments may be stored
 * without the encryption that this kernel uses for its memory.
 *
 * Context: Early boot. Unmapped with early_memunmap().
 * Return: The address, or NULL.
 */
void *__init __weak arch_kho_map_segment(phys_addr_t phys, size_t size)
{
	return early_memremap(phys, size);
}

/* How many of the areas that came were the last kernel's reserve, the first ones. */
static unsigned int reserve_came __initdata;

/* Leave out what is no area. Returns how many are left. */
static unsigned int __init kho_pack_scratch(unsigned int count)
{
	unsigned int i, nr = 0;

	for (i = 0; i < count; i++) {
		if (i == count - root.on_demand)
			reserve_came = nr;
		if (kho_scratch[i].size)
			kho_scratch[nr++] = kho_scratch[i];
	}
	if (!root.on_demand)
		reserve_came = nr;
	return nr;
}

static const char *__init kho_read_scratch(void)
{
	u64 count = handover.scratch_size / sizeof(*kho_scratch);
	const char *wrong;
	unsigned int i;
	void *list;
	u32 crc;

	if (!IS_ALIGNED(handover.scratch, sizeof(u64)) ||
	    handover.scratch_size % sizeof(*kho_scratch) ||
	    !count || count > KHO_SCRATCH_MAX)
		return "the scratch list's address or size cannot be right";
	if (!kho_is_readable(handover.scratch, handover.scratch_size))
		return "the scratch list is not in memory";

	list = arch_kho_map_segment(handover.scratch, handover.scratch_size);
	if (!list)
		return "the scratch list cannot be mapped";
	memcpy(kho_scratch, list, handover.scratch_size);
	early_memunmap(list, handover.scratch_size);

	wrong = kho_check_scratch(kho_scratch, count,
				  min_t(u64, PAGE_SIZE * pageblock_nr_pages,
					KHO_SCRATCH_GRAIN));
	if (wrong)
		return wrong;
	crc = kho_scratch_crc32c(kho_scratch, count);
	if (root.on_demand > count)
		return "more areas are on demand than there are";
	count = kho_pack_scratch(count);
	for (i = 0; i < count; i++)
		if (!kho_is_readable(kho_scratch[i].addr, kho_scratch[i].size))
			return "a scratch area is not in memory";
	if (root.has_crc_scratch && crc != root.crc_scratch)
		return "the scratch list's checksum does not match";
	kho_scratch_cnt = count;
	if (kho_scratch_overlap(handover.fdt, handover.fdt_size))
		return "the FDT lies in scratch";
	return NULL;
}

static const char *__init kho_restrict(void)
{
	unsigned int i;

	memblock_kho_restrict();
	for (i = 0; i < kho_scratch_cnt; i++)
		if (memblock_mark_kho_scratch(kho_scratch[i].addr,
					      kho_scratch[i].size))
			return "memblock cannot hold the scratch areas";
	return NULL;
}

/**
 * kho_early_init() - first look at a handover
 *
 * Checks what can be read without the direct map, and restricts memblock to
 * the scratch areas. Without a handover nothing happens. KHO is switched off in a
 * crash kernel. With kho=off what came is looked at all the same, to be able to
 * tell what will be lost.
 *
 * Context: Early boot, when memblock holds all RAM and what firmware, kernel
 * and initrd occupy is reserved, before memblock's first allocation.
 */
void __init kho_early_init(void)
{
	const char *wrong;

	/* A crash kernel has little memory and nobody to hand it over to. */
	if (is_kdump_kernel()) {
		kho_disable(NULL);
		return;
	}
	memblock_account_kernel(kho_is_enabled());
	/* Half of a handover is one that is refused. */
	if (!kho_handover_noted())
		return;

	wrong = handover.spoilt;
	if (!wrong)
		wrong = kho_read_fdt();
	if (!wrong)
		wrong = kho_read_scratch();
	if (!wrong)
		wrong = kho_restrict();
	if (wrong) {
		kho_refuse(wrong);
		return;
	}
	kho_in.fdt_phys = handover.fdt;
	kho_in.fdt_size = handover.fdt_size;
	kho_in.valid = true;
}

/* What a walk over the nodes needs to remember. */
struct kho_node_walk {
	unsigned long count;
	unsigned long limit;
	u32 crc;
	phys_addr_t *fill;
};

/* Refuses a node before it is read. */
static int __init kho_check_node(phys_addr_t node, unsigned int level, void *data)
{
	struct kho_node_walk *walk = data;

	if (!PAGE_ALIGNED(node) || walk->count >= walk->limit ||
	    !kho_is_readable(node, PAGE_SIZE) ||
	    memblock_is_region_reserved(node, PAGE_SIZE) ||
	    kho_scratch_overlap(node, PAGE_SIZE))
		return -EINVAL;
	walk->count++;
	walk->crc = kho_crc32c(walk->crc, phys_to_virt(node), PAGE_SIZE);
	return 0;
}

static int __init kho_note_node(phys_addr_t node, unsigned int level, void *data)
{
	struct kho_node_walk *walk = data;

	walk->fill[walk->count++] = node;
	return 0;
}

static int __init kho_cmp_phys(const void *a, const void *b)
{
	phys_addr_t x = *(const phys_addr_t *)a, y = *(const phys_addr_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * A set of blocks in this machine's memory has no more nodes than this. With L
 * leaves' worth of single pages in it, order n has at most L / 2^n + 1 leaves,
 * and that over KHO_TABLE_ENTRIES plus one tables for each level above. Summed
 * up over the orders that is below 2 * (L + 1) * 512 / 511 nodes, and one for
 * each order and level. The tests count the nodes of full trees.
 */
static unsigned long __init kho_node_limit(void)
{
	u64 leaves = memblock_end_of_DRAM() >> (PAGE_SHIFT + KHO_LEAF_BITS);

	return 4 * leaves + 2 * (KHO_KEY_MAX_ORDER + 1) * KHO_TREE_DEPTH;
}

static int __init kho_walk_nodes(kho_radix_node_fn cb, struct kho_node_walk *walk)
{
	return root.bitmaps ? kho_bitmaps_walk(root.map, cb, walk) :
			      kho_radix_walk_nodes(root.map, cb, walk);
}

/* Every node: a page of RAM of its own. Afterwards they stand in nodes[]. */
static const char *__init kho_read_nodes(void)
{
	struct kho_node_walk walk = { .limit = kho_node_limit(), .crc = ~0U };
	unsigned long i;
	int err;

	err = kho_walk_nodes(kho_check_node, &walk);
	if (err == -EPROTO)
		return "the memory map has the bitmaps of 512 bytes that 6.16 to 6.17.8 write";
	if (err)
		return "the memory map is damaged";
	if (root.has_crc_tree && ~walk.crc != root.crc_tree)
		return "the memory map's checksum does not match";

	nr_nodes = walk.count;
	nodes = memblock_alloc(kho_nodes_size(), PAGE_SIZE);
	if (!nodes)
		return "scratch has no room to read the memory map";
	walk = (struct kho_node_walk){ .fill = nodes };
	kho_walk_nodes(kho_note_node, &walk);
	sort(nodes, nr_nodes, sizeof(*nodes), kho_cmp_phys, NULL);
	for (i = 1; i < nr_nodes; i++)
		if (nodes[i] == nodes[i - 1])
			return "the memory map has a node twice";
	return NULL;
}

/* The tree, whose nodes are sound; or what makes one of the bitmaps that came. */
static const char *__init kho_take_tree(void)
{
	if (!root.bitmaps) {
		kho_radix_init_tree(&kho_in.tree, phys_to_virt(root.map));
		return NULL;
	}
	tables_size = kho_bitmaps_tables(root.map) * sizeof(*tables);
	tables = memblock_alloc(tables_size, PAGE_SIZE);
	if (!tables)
		return "scratch has no room to read the memory map";
	kho_bitmaps_tree(root.map, tables);
	kho_radix_init_tree(&kho_in.tree, tables);
	return NULL;
}

/* There must be nothing below the smallest key; nodes above the largest have no slot. */
static bool __init kho_key_is_sane(void)
{
	struct kho_radix_iter iter;
	u64 key;

	kho_radix_iter_init(&iter, kho_in.tree.root, 0, KHO_KEY_MIN - 1);
	return !kho_radix_iter_next(&iter, &key);
}

/* The first thing that is wrong is enough. */
static bool __init kho_note_wrong(const char *why, phys_addr_t where, void *data)
{
	*(const char **)data = why;
	return false;
}

/* Every block: in RAM, nobody else's, and only once. */
static const char *__init kho_check_blocks(void)
{
	const char *wrong = NULL;

	if (!kho_key_is_sane())
		return "the memory map has a key that is no block's";

	kho_map_walk_init(&blocks, kho_in.tree.root, nodes, nr_nodes);
	kho_in.orders = kho_map_orders(&blocks);
	kho_check_map(&kho_memory_early, &kho_in.tree, &blocks, kho_note_wrong,
		      &wrong);
	if (wrong)
		return wrong;
	if (!kho_map_covers(&kho_in.tree, kho_in.orders, kho_in.fdt_phys,
			    kho_in.fdt_size))
		return "the FDT is not preserved";
	preserved = kho_unclaimed_bytes();
	return NULL;
}

/* The last kernel knew of these pages, and told so that they can be marked. */
static const char *__init kho_check_poison(void)
{
	unsigned int i, nr;
	const u64 *list = kho_fdt_poison(kho_in.fdt, &nr);

	for (i = 0; i < nr; i++) {
		u64 phys = get_unaligned(&list[i]);

		if (!PAGE_ALIGNED(phys) ||
		    !kho_map_covers(&kho_in.tree, kho_in.orders, phys, PAGE_SIZE))
			return "a page with a hardware error is not preserved";
	}
	return NULL;
}

static const char *__init kho_read_map(void)
{
	const char *wrong;

	kho_in.fdt = phys_to_virt(kho_in.fdt_phys);
	/* What was passed may be more than what is preserved. */
	kho_in.fdt_size = fdt_totalsize(kho_in.fdt);
	wrong = kho_read_nodes();
	if (wrong)
		return wrong;
	wrong = kho_take_tree();
	if (wrong)
		return wrong;
	wrong = kho_check_blocks();
	if (wrong)
		return wrong;
	wrong = kho_check_poison();
	if (wrong)
		return wrong;
	wrong = kho_incoming_init(root.nr_subtrees, preserved);
	if (wrong)
		return wrong;
	return kho_is_enabled() ? NULL : "KHO is off in this kernel";
}

/**
 * kho_early_open() - read the memory map, and open the gaps in it
 *
 * Checks the rest of the handover. From here on memblock allocates from the
 * largest gaps between preserved blocks, and from scratch where they do not do.
 *
 * Context: Early boot, when the direct map covers all RAM and memblock knows
 * the nodes, before the memory map and other large things are allocated.
 */
void __init kho_early_open(void)
{
	const char *wrong;

	if (kho_in.valid) {
		wrong = kho_read_map();
		if (wrong)
			kho_refuse(wrong);
	}
	if (kho_in.valid) {
		kho_move_node_borders();
		kho_map_walk_init(&blocks, kho_in.tree.root, nodes, nr_nodes);
		kho_open_gaps(&blocks);
	}
	if (kho_is_enabled() && kho_memory_look()) {
		kho_disable("there is no memory to note what firmware keeps");
		if (kho_in.valid)
			kho_refuse("KHO is off in this kernel");
	}
}

/* Keep what is still to be claimed, and the tree that says so. */
static const char *__init kho_reserve_preserved(void)
{
	int err;

	if (kho_memory_remember())
		return "there is no room to remember what memory there is";
	kho_map_walk_init(&blocks, kho_in.tree.root, nodes, nr_nodes);
	err = kho_keep_reserve(&blocks);
	if (err == -ENOMEM)
		return "there is no room to reserve what is preserved";
	if (err)
		return "preserved memory was reserved by somebody else";
	return NULL;
}

/**
 * kho_memory_init() - settle what is preserved and what is scratch
 *
 * A reserve that came is used again, if this kernel is to have one. All other areas
 * that came are memory like any other from here on, but for what lies in them.
 *
 * Context: Early boot, at the start of memblock_free_all().
 */
void __init kho_memory_init(void)
{
	const char *wrong;

	if (!kho_is_enabled())
		return;
	if (kho_in.valid) {
		/* They were the last kernel's choice, unless this one reserves, too. */
		kho_scratch_keep(kho_has_reserve() ?
				 min_t(unsigned int, reserve_came,
				       KHO_RESERVE_MAX) : 0);
		wrong = kho_reserve_preserved();
		if (wrong)
			kho_refuse(wrong);
		else
			memblock_kho_reset();
	}
	if (kho_has_reserve() && !kho_scratch_cnt && kho_scratch_reserve())
		kho_drop_reserve();
	if (!kho_in.valid && kho_memory_remember()) {
		kho_disable("there is no room to remember what memory there is");
		kho_scratch_cnt = 0;
		return;
	}
	kho_scratch_open();
}

/**
 * kho_memory_free() - give the page allocator what lies between preserved blocks
 *
 * Context: Early boot, at the end of memblock_free_all().
 * Return: The number of pages.
 */
unsigned long __init kho_memory_free(void)
{
	if (!kho_in.valid)
		return 0;
	kho_map_rewind(&blocks);
	return kho_keep_free_gaps(&blocks);
}

/*
 * The list of nodes goes when all struct pages are there. Where they are
 * initialised late, the page allocator would look at those beside it before.
 */
static int __init kho_give_nodes(void)
{
	if (!nodes)
		return 0;
	kmemleak_free_part_phys(__pa(nodes), kho_nodes_size());
	free_reserved_area(nodes, (void *)nodes + kho_nodes_size(), -1, NULL);
	nodes = NULL;
	return 0;
}
core_initcall(kho_give_nodes);
