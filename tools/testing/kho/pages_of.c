// SPDX-License-Identifier: GPL-2.0-only
/* The device tree that goes with an image, and what the next kernel reads of it */

#include <linux/libfdt.h>
#include <stdio.h>

#include "pages.h"
#include "../../../drivers/of/kho.h"

int dt_root_addr_cells, dt_root_size_cells;

static char tree[4096] __aligned(8);
static struct {
	u64 fdt, fdt_size, scratch, scratch_size;
	const char *spoilt;
	unsigned int calls;
} noted;

void kho_set_handover(phys_addr_t fdt, u64 fdt_size, phys_addr_t scratch,
		      u64 scratch_size)
{
	noted.fdt = fdt;
	noted.fdt_size = fdt_size;
	noted.scratch = scratch;
	noted.scratch_size = scratch_size;
	noted.calls++;
}

void kho_spoil_handover(const char *why)
{
	noted.spoilt = why;
	noted.calls++;
}

u64 dt_mem_next_cell(int nr, const __be32 **cell)
{
	u64 value = 0;

	while (nr--)
		value = value << 32 | __builtin_bswap32(*(*cell)++);
	return value;
}

/* What this kernel made of the nodes of /reserved-memory */
struct device_node {
	const char *path;
	struct reserved_mem *region;
	int refs;
};

static struct reserved_mem placed = { 0x40000000, 0x10000 }, empty = { 0x1000, 0 };
static struct device_node nodes[] = {
	{ "/reserved-memory/placed", &placed, 0 },
	{ "/reserved-memory/lent", &placed, 0 },
	{ "/reserved-memory/fixed", &placed, 0 },
	{ "/reserved-memory/empty", &empty, 0 },
	{ "/reserved-memory/none", NULL, 0 },
};

struct device_node *of_find_node_by_path(const char *path)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(nodes); i++)
		if (!strcmp(nodes[i].path, path)) {
			nodes[i].refs++;
			return &nodes[i];
		}
	return NULL;
}

void of_node_put(struct device_node *np)
{
	np->refs--;
}

struct reserved_mem *of_reserved_mem_lookup(struct device_node *np)
{
	if (np->refs != 1)
		sim_die("a node that may go away is looked at");
	return np->region;
}

/* A tree with addresses and sizes of so many cells, and so many bytes of room */
static int make_tree(int cells, int room)
{
	static const char *const names[] = {
		"none", "empty", "fixed", "lent", "placed", "unknown",
		"so-long-a-name-that-it-does-not-fit-into-a-path-of-128-bytes-and-more-so-with-what-comes-before-it-which-is-all-that-it-is-there-for",
	};
	int parent, node;

	dt_root_addr_cells = cells;
	dt_root_size_cells = cells;
	memset(&noted, 0, sizeof(noted));
	CHECK(!fdt_create_empty_tree(tree, sizeof(tree)));
	fdt_setprop_u32(tree, 0, "#address-cells", cells);
	fdt_setprop_u32(tree, 0, "#size-cells", cells);
	parent = fdt_add_subnode(tree, 0, "reserved-memory");
	fdt_setprop_u32(tree, parent, "#address-cells", cells);
	fdt_setprop_u32(tree, parent, "#size-cells", cells);
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		node = fdt_add_subnode(tree, parent, names[i]);
		fdt_setprop_u32(tree, node, "size", 0x10000);
		if (!strcmp(names[i], "fixed"))
			fdt_setprop_u32(tree, node, "reg", 7);
		if (!strcmp(names[i], "lent"))
			fdt_setprop_string(tree, node, "reusable", "");
	}
	node = fdt_add_subnode(tree, 0, "chosen");
	CHECK(node > 0 && !fdt_pack(tree));
	CHECK(!fdt_open_into(tree, tree, fdt_totalsize(tree) + room));
	return fdt_path_offset(tree, "/chosen");
}

static const struct kimage image = {
	.kho = {
		.fdt = 0x123456000, .fdt_size = 0x20000,
		.scratch = 0x87650000, .scratch_size = 0x50,
	},
}, small = {
	.kho = {
		.fdt = 0x23456000, .fdt_size = 0x20000,
		.scratch = 0x87650000, .scratch_size = 0x50,
	},
}, none;

static bool travels(const struct kimage *image, int cells)
{
	int chosen = make_tree(cells, 512);

	return !of_kho_fill_chosen(image, tree, chosen) &&
	       of_kho_scan_chosen(tree, chosen) && noted.calls == 1 &&
	       noted.fdt == image->kho.fdt && noted.fdt_size == image->kho.fdt_size &&
	       noted.scratch == image->kho.scratch &&
	       noted.scratch_size == image->kho.scratch_size &&
	       !fdt_getprop(tree, chosen, "linux,kho-fdt", NULL) &&
	       !fdt_getprop(tree, chosen, "linux,kho-scratch", NULL);
}

static void there_and_back(void)
{
	int chosen;

	CHECK(travels(&image, 2));
	CHECK(travels(&small, 2));
	CHECK(travels(&small, 1));
	chosen = make_tree(1, 512);
	CHECK(of_kho_fill_chosen(&image, tree, chosen) == -EINVAL);
	/* Twice in a tree that is passed on is not twice read */
	chosen = make_tree(2, 512);
	CHECK(!of_kho_fill_chosen(&none, tree, chosen));
	CHECK(!of_kho_scan_chosen(tree, chosen) && !noted.calls);
	CHECK(!of_kho_scan_chosen(tree, -FDT_ERR_NOTFOUND) && !noted.calls);
}

/* Each amount of room that is not enough, one of them for the first property alone */
static void no_room(void)
{
	bool enough = false, half = false;

	for (int room = 0; room < 200 && !enough; room++) {
		int chosen = make_tree(2, room), err;

		err = of_kho_fill_chosen(&image, tree, chosen);
		CHECK(!err || err == -EINVAL);
		enough = !err;
		half |= err && fdt_getprop(tree, chosen, "linux,kho-fdt", NULL);
	}
	CHECK(enough && half);
}

static void half_a_handover(void)
{
	static const char *const names[] = { "linux,kho-fdt", "linux,kho-scratch" };
	static const u64 whole[] = { 0x10, 0x20 };

	for (unsigned int i = 0; i < 2; i++)
		for (unsigned int len = 0; len <= 20; len += 4) {
			int chosen = make_tree(2, 512);
			char bytes[20] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

			CHECK(!fdt_setprop(tree, chosen, names[i], bytes, len));
			if (len != 16)
				CHECK(!fdt_setprop(tree, chosen, names[!i], whole, 16));
			CHECK(of_kho_scan_chosen(tree, chosen));
			CHECK(noted.calls == 1 && noted.spoilt &&
			      !strcmp(noted.spoilt, "/chosen tells half of a handover"));
			CHECK(!fdt_getprop(tree, chosen, names[0], NULL) &&
			      !fdt_getprop(tree, chosen, names[1], NULL));
		}
}

static bool has_reg(const char *path, u64 addr, u64 size)
{
	const u64 want[] = { __builtin_bswap64(addr), __builtin_bswap64(size) };
	const void *reg;
	int len;

	reg = fdt_getprop(tree, fdt_path_offset(tree, path), "reg", &len);
	return reg && len == sizeof(want) && !memcmp(reg, want, sizeof(want));
}

static unsigned int count_regs(void)
{
	int parent = fdt_path_offset(tree, "/reserved-memory"), node;
	unsigned int nr = 0;

	fdt_for_each_subnode(node, tree, parent)
		nr += !!fdt_getprop(tree, node, "reg", NULL);
	return nr;
}

static void regions_stay(void)
{
	make_tree(2, 512);
	CHECK(!of_kho_keep_regions(&none, tree) && count_regs() == 1);
	CHECK(!of_kho_keep_regions(&image, tree) && count_regs() == 2);
	CHECK(has_reg("/reserved-memory/placed", placed.base, placed.size));
	/* Once is enough */
	CHECK(!of_kho_keep_regions(&image, tree) && count_regs() == 2);
	CHECK(has_reg("/reserved-memory/placed", placed.base, placed.size));
	make_tree(2, 0);
	CHECK(of_kho_keep_regions(&image, tree) == -EINVAL);
	for (unsigned int i = 0; i < ARRAY_SIZE(nodes); i++)
		CHECK(!nodes[i].refs);
	CHECK(!fdt_del_node(tree, fdt_path_offset(tree, "/reserved-memory")));
	CHECK(!of_kho_keep_regions(&image, tree));
}

const struct check checks_of[] = {
	{ "device tree: what is written is read, and taken out", there_and_back },
	{ "device tree: too little room is told", no_room },
	{ "device tree: half of a handover is a spoilt one", half_a_handover },
	{ "device tree: regions that were placed stay there", regions_stay },
	{ }
};
