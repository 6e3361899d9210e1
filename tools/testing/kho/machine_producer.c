// SPDX-License-Identifier: GPL-2.0-only
/* The old kernel: what it hands over, and its checksums; see machine_private.h */

#include "machine_private.h"
#include <linux/kho/abi/bitmaps.h>

#include "../../../kernel/liveupdate/kho_bitmaps.h"
#include "../../../kernel/liveupdate/kho_map.h"

static struct {
	phys_addr_t base;
	unsigned int order;
} blocks[8192];
static unsigned int nr_blocks;
static struct kho_subtree *blobs[64];

struct kho_radix_tree kho_out_tree;
struct kho_v1_chunk *machine_chunk;
static size_t dt_max;

static bool block_free(phys_addr_t base, unsigned int order)
{
	phys_addr_t size = PAGE_SIZE << order;

	if (base + size > SIM_SPAN || sim_nid(base) != sim_nid(base + size - 1))
		return false;
	for (unsigned long i = 0; i < 1UL << order; i++)
		if (sim_owner[sim_index(base) + i] != FREE)
			return false;
	return true;
}

/* Any block of an order, or one that reaches beyond a bank */
static phys_addr_t some_block(unsigned int order)
{
	const struct bank *home = &sim_layout->home;
	unsigned long nr = 0;

	for (unsigned int i = 0; i < 3; i++)
		nr = nr << 12 | sim_random(1 << 12);
	if (home->end)
		return ALIGN_DOWN(home->start + PFN_PHYS(nr) %
				  (home->end - home->start), PAGE_SIZE << order);
	nr %= get_num_physpages();
	sim_for_each_bank(bank) {
		phys_addr_t phys = bank->start + PFN_PHYS(nr);

		if (phys < bank->end)
			return ALIGN_DOWN(phys, PAGE_SIZE << order);
		nr -= sim_index(bank->end) - sim_index(bank->start);
	}
	die("a page is in no bank", nr);
}

/* A block that was free becomes @owner's */
phys_addr_t machine_take(unsigned int order, enum owner owner)
{
	unsigned int tries = 100000;
	phys_addr_t base;

	do {
		base = some_block(order);
		if (!--tries)
			die("the machine is full", order);
	} while (!block_free(base, order));
	own(base, PAGE_SIZE << order, owner);
	return base;
}

void machine_add_key(u64 key)
{
	if (kho_radix_add_key(&kho_out_tree, key))
		die("key cannot be added", key);
}

static void preserve(phys_addr_t base, unsigned int order)
{
	own(base, PAGE_SIZE << order, KEPT);
	machine_add_key(kho_radix_encode_key(base, order));
}

/* A producer preserves a block */
void machine_preserve(phys_addr_t base, unsigned int order)
{
	if (!block_free(base, order))
		die("a block is not free", base);
	preserve(base, order);
	blocks[nr_blocks].base = base;
	blocks[nr_blocks++].order = order;
}

phys_addr_t machine_block(unsigned int nr, unsigned int *order)
{
	*order = blocks[nr].order;
	return blocks[nr].base;
}

phys_addr_t machine_free_page(void)
{
	return machine_take(0, FREE);
}

static void preserve_blocks(const struct shape *shape)
{
	phys_addr_t next = 0;

	if (shape->node_border) {
		machine_preserve(sim_border - (PAGE_SIZE << 3), 3);
		machine_preserve(sim_border, 3);
	}
	if (shape->more)
		shape->more();
	while (nr_blocks < shape->blocks) {
		unsigned int order = sim_random(shape->max_order + 1);

		next = ALIGN(next, PAGE_SIZE << order);
		if (!shape->touching || !next || !block_free(next, order))
			next = machine_take(order, FREE);
		machine_preserve(next, order);
		next += PAGE_SIZE << order;
	}
}

static void add_blob(unsigned int nr, bool as_fdt)
{
	unsigned int order = nr % 3;
	phys_addr_t base = machine_take(order, KEPT);
	char *blob = phys_to_virt(base);
	size_t size = (PAGE_SIZE << order) - sim_random(PAGE_SIZE);
	char name[32];

	preserve(base, order);
	for (size_t i = 0; i < size; i++)
		blob[i] = sim_random(256);
	if (as_fdt) {
		fdt_create_empty_tree(blob, size);
		size = fdt_totalsize(blob);
	}
	snprintf(name, sizeof(name), "producer-%u", nr);
	if (kho_add_subtree(name, blob, size))
		die("subtree cannot be added", nr);
}

static unsigned int nr_summed;

static int sum_node(phys_addr_t node, unsigned int level, void *data)
{
	u32 *crc = data;

	nr_summed++;
	if (!PAGE_ALIGNED(node) || !sim_is_ram(node) || nr_summed > 2000)
		return -EINVAL;
	*crc = kho_crc32c(*crc, phys_to_virt(node), PAGE_SIZE);
	return 0;
}

static void *mainline_fdt;
static bool mainline_bitmaps;

static void mainline_subtree(struct kho_subtree *subtree, void *unused)
{
	u64 phys = virt_to_phys(subtree->blob), size = subtree->size;

	fdt_begin_node(mainline_fdt, subtree->name);
	if (mainline_bitmaps) {
		fdt_property(mainline_fdt, KHO_V1_SUB_TREE_PROP_NAME, &phys,
			     sizeof(phys));
		fdt_end_node(mainline_fdt);
		return;
	}
	fdt_property(mainline_fdt, KHO_SUB_TREE_PROP_NAME, &phys, sizeof(phys));
	fdt_property(mainline_fdt, KHO_SUB_TREE_SIZE_PROP_NAME, &size,
		     sizeof(size));
	fdt_end_node(mainline_fdt);
}

/* As a writer that knows nothing of this project's additions */
static void write_mainline_fdt(void *fdt, size_t size, u64 map, bool bitmaps)
{
	mainline_fdt = fdt;
	mainline_bitmaps = bitmaps;
	fdt_create(fdt, size);
	fdt_finish_reservemap(fdt);
	fdt_begin_node(fdt, "");
	fdt_property_string(fdt, "compatible", bitmaps ? KHO_FDT_COMPATIBLE_V1 :
			    KHO_FDT_COMPATIBLE_V3);
	fdt_property(fdt, KHO_FDT_MEMORY_MAP_PROP_NAME, &map, sizeof(map));
	kho_visit_subtrees(false, mainline_subtree, NULL);
	fdt_end_node(fdt);
	if (fdt_finish(fdt))
		die("FDT cannot be written", size);
}

static int free_table(phys_addr_t node, unsigned int level, void *unused)
{
	if (level)
		sim_owner[sim_index(node)] = FREE;
	return 0;
}

static void write_fdt(const struct shape *shape, void *fdt, size_t size)
{
	struct kho_fdt_root root = {
		.map = virt_to_phys(kho_out_tree.root),
		.crc_tree = kho_map_crc32c(&kho_out_tree),
		.crc_scratch = kho_scratch_crc32c(kho_scratch, kho_scratch_cnt),
		.bitmaps = shape->bitmaps,
		.on_demand = shape->on_demand,
	};

	if (root.bitmaps) {
		if (kho_bitmaps_write(&kho_out_tree, &root.map, &root.crc_tree))
			die("bitmaps cannot be listed", 0);
		/* Tables are of no use to who reads bitmaps */
		kho_radix_walk_nodes(virt_to_phys(kho_out_tree.root),
				     free_table, NULL);
	}
	machine_chunk = root.bitmaps ? phys_to_virt(root.map) : NULL;
	if (!shape->checksums) {
		write_mainline_fdt(fdt, size, root.map, root.bitmaps);
		return;
	}
	if (kho_write_subtrees(fdt, size, &root))
		die("FDT cannot be written", size);
}

static void note_blob(struct kho_subtree *subtree, void *unused)
{
	unsigned int i = 0;

	while (blobs[i])
		i++;
	blobs[i] = subtree;
}

/* The old kernel is gone; so are its lists, which were not in the RAM */
static void forget_subtrees(void)
{
	memset(blobs, 0, sizeof(blobs));
	kho_visit_subtrees(false, note_blob, NULL);
	for (unsigned int i = 0; blobs[i]; i++)
		kho_remove_subtree(blobs[i]->blob);
	memset(blobs, 0, sizeof(blobs));
}

/* The list; the second entry perhaps is no area, in the midst of the first. */
static void pass_scratch(bool no_area)
{
	struct kho_scratch *list = phys_to_virt(passed.scratch);

	passed.scratch_size = sizeof(sim_scratch);
	memcpy(list, sim_scratch, sizeof(sim_scratch));
	if (!no_area)
		return;
	passed.scratch_size += sizeof(*list);
	memcpy(list + 1, sim_scratch, sizeof(sim_scratch));
	*list = sim_scratch[0];
	list[1] = (struct kho_scratch){ sim_scratch[0].addr + 1, 0 };
}

/* All that an old kernel does, from its cold boot to the jump */
void machine_hand_over(const struct shape *shape)
{
	unsigned int order = ilog2(shape->fdt_pages);

	seed = shape->seed;
	machine_cold();
	nr_blocks = 0;
	sim_remember(0);
	memcpy(kho_scratch, sim_scratch, sizeof(sim_scratch));
	kho_scratch_cnt = SIM_SCRATCH_AREAS;
	if (kho_radix_init_tree(&kho_out_tree, NULL))
		die("no tree", 0);
	preserve_blocks(shape);
	dt_max = (size_t)shape->fdt_pages << PAGE_SHIFT;
	for (unsigned int i = 0; i < shape->subtrees; i++)
		add_blob(i, shape->bitmaps && !shape->checksums);

	passed.fdt = machine_take(order, KEPT);
	passed.fdt_size = dt_max;
	preserve(passed.fdt, order);
	write_fdt(shape, machine_fdt(), dt_max);
	forget_subtrees();

	/* A segment of the image: in scratch */
	passed.scratch = sim_scratch[1].addr + SIM_SCALE(0x400000UL);
	pass_scratch(shape->no_area);
}

void *machine_fdt(void)
{
	sim_touch(passed.fdt, SZ_8K);
	return phys_to_virt(passed.fdt);
}

struct kho_radix_node *machine_root(void)
{
	return kho_out_tree.root;
}

/* The leaf of a key; made where there is none */
struct kho_radix_leaf *machine_leaf(u64 key, bool create)
{
	struct kho_radix_node *node = kho_out_tree.root;

	for (unsigned int level = KHO_TREE_TABLES; level; level--) {
		u64 *slot = &node->table[kho_key_index(key, level)];

		if (!*slot && !create)
			return NULL;
		if (!*slot)
			*slot = virt_to_phys(page_address(alloc_page(GFP_KERNEL)));
		node = phys_to_virt(*slot);
	}
	return (struct kho_radix_leaf *)node;
}

static bool blob_in_ram(const struct kho_fdt_subtree *subtree)
{
	phys_addr_t end = subtree->phys + subtree->size;

	sim_for_each_bank(bank)
		if (!bank->nomap && subtree->phys >= bank->start &&
		    end > subtree->phys && end <= bank->end)
			return true;
	return false;
}

static void sum_blobs(void *fdt)
{
	struct kho_fdt_subtree subtree;
	int node = 0;
	void *prop;
	u32 crc;

	for (;;) {
		node = kho_fdt_next_subtree(fdt, node, &subtree);
		if (node < 0)
			return;
		if (!subtree.has_crc || !blob_in_ram(&subtree))
			continue;
		prop = fdt_getprop_w(fdt, node, KHO_SUB_TREE_CRC_PROP_NAME, NULL);
		crc = ~kho_crc32c(~0U, phys_to_virt(subtree.phys), subtree.size);
		memcpy(prop, &crc, sizeof(crc));
	}
}

/* As far as libfdt needs it */
static bool fdt_readable(const void *fdt)
{
	return PAGE_ALIGNED(passed.fdt) && passed.fdt_size &&
	       passed.fdt_size <= SZ_256K && sim_is_ram(passed.fdt) &&
	       sim_is_ram(passed.fdt + passed.fdt_size - 1) &&
	       !fdt_check_header(fdt) && fdt_version(fdt) >= 17 &&
	       !(fdt_off_dt_struct(fdt) % 4) && !(fdt_off_mem_rsvmap(fdt) % 8) &&
	       fdt_totalsize(fdt) <= passed.fdt_size;
}

static bool list_readable(void)
{
	u64 end = passed.scratch + passed.scratch_size;

	return passed.scratch_size && passed.scratch_size <= PAGE_SIZE &&
	       end > passed.scratch && !(passed.scratch % sizeof(u64)) &&
	       sim_is_ram(passed.scratch) && sim_is_ram(end - 1);
}

static void sum_scratch(void *fdt)
{
	int len;
	void *prop = fdt_getprop_w(fdt, 0, KHO_FDT_CRC_SCRATCH_PROP_NAME, &len);
	u32 crc;

	if (!prop || len != sizeof(crc) || !list_readable())
		return;
	crc = kho_scratch_crc32c(phys_to_virt(passed.scratch),
				 passed.scratch_size / sizeof(struct kho_scratch));
	memcpy(prop, &crc, sizeof(crc));
}

/* Where there are checksums, make them right again after damage */
void machine_sum(void)
{
	void *prop, *fdt = machine_fdt();
	u32 crc = ~0U;
	u64 map;
	int len;

	if (!fdt_readable(fdt))
		return;
	sum_blobs(fdt);
	sum_scratch(fdt);
	prop = fdt_getprop_w(fdt, 0, KHO_FDT_MEMORY_MAP_PROP_NAME, &len);
	if (prop && len == sizeof(map)) {
		memcpy(&map, prop, sizeof(map));
		prop = fdt_getprop_w(fdt, 0, KHO_FDT_CRC_TREE_PROP_NAME, &len);
		nr_summed = 0;
		if (prop && len == sizeof(crc) &&
		    !(machine_chunk ? kho_bitmaps_walk(map, sum_node, &crc) :
		      kho_radix_walk_nodes(map, sum_node, &crc))) {
			crc = ~crc;
			memcpy(prop, &crc, sizeof(crc));
		}
	}
	prop = fdt_getprop_w(fdt, 0, KHO_FDT_CRC_FDT_PROP_NAME, &len);
	if (prop && len == sizeof(crc)) {
		crc = kho_fdt_crc32c(fdt, prop - fdt);
		memcpy(prop, &crc, sizeof(crc));
	}
}
