// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kinds of damage: the table is at the end. What is said of each is also in
 * Documentation/core-api/kho/damage.rst.
 */

#include <string.h>

#include "early_damage.h"
#include "machine.h"

#include <linux/unaligned.h>

#define ALL_ONES	(~0ULL)

/* The numbers that the architecture carries */

static void pass_fdt(const struct damage *d)
{
	passed.fdt = d->a;
	passed.fdt_size = d->b;
}

static void pass_fdt_size(const struct damage *d)
{
	passed.fdt_size = d->a;
}

static void move_fdt(const struct damage *d)
{
	memcpy(phys_to_virt(d->a), machine_fdt(), passed.fdt_size);
	passed.fdt = d->a;
}

static void move_fdt_to_free(const struct damage *d)
{
	phys_addr_t to = machine_take(ilog2(passed.fdt_size >> PAGE_SHIFT), FREE);

	memcpy(phys_to_virt(to), machine_fdt(), passed.fdt_size);
	passed.fdt = to;
}

static void misplace_fdt(const struct damage *d)
{
	passed.fdt += d->a;
}

static void pass_scratch(const struct damage *d)
{
	passed.scratch = d->a;
	passed.scratch_size = d->b;
}

static void misplace_scratch(const struct damage *d)
{
	passed.scratch += d->a;
}

static void pass_scratch_size(const struct damage *d)
{
	passed.scratch_size = d->a;
}

/* The scratch list */

static struct kho_scratch *area(unsigned int nr)
{
	return (struct kho_scratch *)phys_to_virt(passed.scratch) + nr;
}

static void area_addr(const struct damage *d)
{
	area(d->a)->addr = d->b;
}

static void area_size(const struct damage *d)
{
	area(d->a)->size = d->b;
}

static void area_like(const struct damage *d)
{
	*area(d->a) = *area(d->b);
}

static void areas_swap(const struct damage *d)
{
	struct kho_scratch first = *area(d->a);

	*area(d->a) = *area(d->b);
	*area(d->b) = first;
}

/* Instead of the list: one area alone */
static void only_area(phys_addr_t base)
{
	area(0)->addr = ALIGN_DOWN(base, SZ_4M);
	area(0)->size = SZ_4M;
	passed.scratch_size = sizeof(struct kho_scratch);
}

static void area_over_fdt(const struct damage *d)
{
	only_area(passed.fdt);
}

static void area_over_block(const struct damage *d)
{
	unsigned int nr = 0, order;
	phys_addr_t base;

	/* Any that is not near the FDT, whose place is looked at before */
	do {
		base = ALIGN_DOWN(machine_block(nr++, &order), SZ_4M);
	} while (base == ALIGN_DOWN(passed.fdt, SZ_4M) || base == SIM_FIRMWARE);
	only_area(base);
}

/* The FDT */

static void fdt_word(const struct damage *d)
{
	fdt32_t *word = machine_fdt() + d->a;

	*word = cpu_to_fdt32(d->b);
}

static void fdt_cut(const struct damage *d)
{
	fdt_set_totalsize(machine_fdt(), fdt_totalsize(machine_fdt()) - d->a);
}

static void fdt_garbage(const struct damage *d)
{
	memset(machine_fdt() + d->a, d->b, passed.fdt_size - d->a);
}

static void struct_word(const struct damage *d)
{
	void *fdt = machine_fdt();
	fdt32_t *word = fdt + fdt_off_dt_struct(fdt) + d->a;

	*word = cpu_to_fdt32(d->b);
}

/* The last word of the structure block is FDT_END, before it are END_NODEs */
static void struct_last_word(const struct damage *d)
{
	void *fdt = machine_fdt();
	fdt32_t *word = fdt + fdt_off_dt_struct(fdt) + fdt_size_dt_struct(fdt) -
			4 * d->a;

	*word = cpu_to_fdt32(d->b);
}

static void strings_fill(const struct damage *d)
{
	void *fdt = machine_fdt();

	memset(fdt + fdt_off_dt_strings(fdt), d->a, fdt_size_dt_strings(fdt));
}

static void struct_misaligned(const struct damage *d)
{
	void *fdt = machine_fdt();
	unsigned int offset = fdt_off_dt_struct(fdt);

	memmove(fdt + offset + 2, fdt + offset,
		fdt_totalsize(fdt) - offset);
	fdt_set_off_dt_struct(fdt, offset + 2);
	fdt_set_off_dt_strings(fdt, fdt_off_dt_strings(fdt) + 2);
	fdt_set_totalsize(fdt, fdt_totalsize(fdt) + 2);
}

static int producer(unsigned int nr)
{
	struct kho_fdt_subtree subtree;
	int node = 0;

	do {
		node = kho_fdt_next_subtree(machine_fdt(), node, &subtree);
	} while (nr--);
	return node;
}

/* Properties by what d->a says: the root's, and those of the first producer */
enum {
	MAP, PAGE_SIZE_PROP, CRC_TREE, CRC_FDT, CRC_SCRATCH, DATA, SIZE, CRC,
	COMPATIBLE
};

static const char * const props[] = {
	[MAP] = KHO_FDT_MEMORY_MAP_PROP_NAME,
	[PAGE_SIZE_PROP] = KHO_FDT_PAGE_SIZE_PROP_NAME,
	[CRC_TREE] = KHO_FDT_CRC_TREE_PROP_NAME,
	[CRC_FDT] = KHO_FDT_CRC_FDT_PROP_NAME,
	[CRC_SCRATCH] = KHO_FDT_CRC_SCRATCH_PROP_NAME,
	[DATA] = KHO_SUB_TREE_PROP_NAME,
	[SIZE] = KHO_SUB_TREE_SIZE_PROP_NAME,
	[CRC] = KHO_SUB_TREE_CRC_PROP_NAME,
	[COMPATIBLE] = "compatible",
};

static int prop_node(unsigned int prop)
{
	return prop >= DATA && prop <= CRC ? producer(0) : 0;
}

static void edit_begin(void)
{
	fdt_open_into(machine_fdt(), machine_fdt(), passed.fdt_size);
}

static void edit_end(void)
{
	fdt_pack(machine_fdt());
}

static void prop_set(const struct damage *d)
{
	edit_begin();
	fdt_setprop(machine_fdt(), prop_node(d->a), props[d->a], &d->b, 8);
	edit_end();
}

static void prop_set32(const struct damage *d)
{
	u32 val = d->b;

	edit_begin();
	fdt_setprop(machine_fdt(), prop_node(d->a), props[d->a], &val, 4);
	edit_end();
}

static void prop_len(const struct damage *d)
{
	static const char zeros[4096];

	edit_begin();
	fdt_setprop(machine_fdt(), prop_node(d->a), props[d->a], zeros, d->b);
	edit_end();
}

static void prop_delete(const struct damage *d)
{
	edit_begin();
	fdt_delprop(machine_fdt(), prop_node(d->a), props[d->a]);
	edit_end();
}

static void prop_name_long(const struct damage *d)
{
	char name[1024] = "";

	memset(name, 'n', d->a);
	edit_begin();
	fdt_setprop_empty(machine_fdt(), 0, name);
	edit_end();
}

static u64 prop_get(int node, unsigned int prop)
{
	return get_unaligned((const u64 *)fdt_getprop(machine_fdt(), node,
						      props[prop], NULL));
}

static void prop_add(const struct damage *d)
{
	u64 val = prop_get(prop_node(d->a), d->a);

	edit_begin();
	val += d->b;
	fdt_setprop(machine_fdt(), prop_node(d->a), props[d->a], &val, 8);
	edit_end();
}

static void sum_flip(const struct damage *d)
{
	u32 *val = fdt_getprop_w(machine_fdt(), prop_node(d->a), props[d->a],
				 NULL);

	*val ^= 1U << d->b;
}

static const char * const versions[] = {
	"", "kho-v1", "kho-v5", "kho-v", "kho-v44", "KHO-V4", "linux,kho-v4",
};

static void version(const struct damage *d)
{
	edit_begin();
	fdt_setprop_string(machine_fdt(), 0, "compatible", versions[d->a]);
	edit_end();
}

static void version_unterminated(const struct damage *d)
{
	edit_begin();
	fdt_setprop(machine_fdt(), 0, "compatible", "kho-v4", 6);
	edit_end();
}

static void rename_producer(const struct damage *d)
{
	static const char long_name[] = "a-name-that-is-one-byte-too-long";
	int node = producer(0);
	char *p;

	if (!d->b) {
		edit_begin();
		fdt_set_name(machine_fdt(), node, d->a ? long_name : "");
		edit_end();
		return;
	}
	p = (char *)fdt_get_name(machine_fdt(), node, NULL);
	p[d->a] = d->b;
}

static void same_name(const struct damage *d)
{
	char *p = (char *)fdt_get_name(machine_fdt(), producer(1), NULL);

	p[strlen("producer-")] = '0';
}

static void same_blob(const struct damage *d)
{
	u64 phys, size;
	int node;

	/* As many as fit, all of them the largest block there is */
	phys = prop_get(producer(2), DATA);
	size = prop_get(producer(2), SIZE);
	edit_begin();
	for (unsigned int i = 0; ; i++) {
		char name[32];

		snprintf(name, sizeof(name), "copy-%u", i);
		node = fdt_add_subnode(machine_fdt(), 0, name);
		if (node < 0 ||
		    fdt_setprop(machine_fdt(), node, props[DATA], &phys, 8) ||
		    fdt_setprop(machine_fdt(), node, props[SIZE], &size, 8)) {
			if (node >= 0)
				fdt_del_node(machine_fdt(), node);
			break;
		}
	}
	edit_end();
}

static void blob_at(const struct damage *d)
{
	edit_begin();
	fdt_setprop(machine_fdt(), producer(0), props[DATA], &d->a, 8);
	fdt_setprop(machine_fdt(), producer(0), props[SIZE], &d->b, 8);
	edit_end();
}

static void blob_in_free(const struct damage *d)
{
	u64 phys = machine_free_page();

	edit_begin();
	fdt_setprop(machine_fdt(), producer(0), props[DATA], &phys, 8);
	edit_end();
}

static void blob_is_node(const struct damage *d)
{
	u64 phys = virt_to_phys(machine_root());

	edit_begin();
	fdt_setprop(machine_fdt(), producer(0), props[DATA], &phys, 8);
	edit_end();
}

static void blob_byte(const struct damage *d)
{
	struct kho_fdt_subtree subtree;

	kho_fdt_next_subtree(machine_fdt(), 0, &subtree);
	*(u8 *)phys_to_virt(subtree.phys + min(d->a, subtree.size - 1)) ^= d->b;
}

/* The memory map */

static void root_slot(const struct damage *d)
{
	machine_root()->table[d->a] = d->b;
}

/* A table or leaf above the order-0 keys: by its level */
static u64 *slot_at(unsigned int level)
{
	struct kho_radix_node *node = machine_root();
	u64 key = kho_radix_encode_key(SIM_BASE, 0);
	unsigned int l = KHO_TREE_TABLES;

	machine_leaf(key, true);
	for (; l > level; l--)
		node = phys_to_virt(node->table[kho_key_index(key, l)]);
	return &node->table[kho_key_index(key, l)];
}

static void slot_set(const struct damage *d)
{
	*slot_at(d->a) = d->b;
}

static void slot_add(const struct damage *d)
{
	*slot_at(d->a) += d->b;
}

static void slot_to_root(const struct damage *d)
{
	*slot_at(d->a) = virt_to_phys(machine_root());
}

static void slot_to_block(const struct damage *d)
{
	unsigned int order;

	*slot_at(1) = machine_block(5, &order);
}

static void slot_twice(const struct damage *d)
{
	u64 *slot = slot_at(d->a);
	u64 *table = PTR_ALIGN_DOWN(slot, PAGE_SIZE);

	for (unsigned int i = 0; i < KHO_TABLE_ENTRIES; i++)
		if (!table[i]) {
			table[i] = *slot;
			return;
		}
}

/* All slots of every level lead to one and the same node: 512^5 ways */
static void bomb(const struct damage *d)
{
	u64 next = virt_to_phys(machine_leaf(kho_radix_encode_key(SIM_BASE, 0),
					     true));

	for (unsigned int level = 1; level <= KHO_TREE_TABLES; level++) {
		struct kho_radix_node *node =
			level == KHO_TREE_TABLES ? machine_root() :
			page_address(alloc_page(GFP_KERNEL));

		for (unsigned int i = 0; i < KHO_TABLE_ENTRIES; i++)
			node->table[i] = next;
		next = virt_to_phys(node);
	}
}

static void map_empty(const struct damage *d)
{
	memset(machine_root(), 0, PAGE_SIZE);
}

static void map_filled(const struct damage *d)
{
	memset(machine_root(), d->a, PAGE_SIZE);
}

static void map_is_fdt(const struct damage *d)
{
	u64 fdt = passed.fdt;

	edit_begin();
	fdt_setprop(machine_fdt(), 0, props[MAP], &fdt, 8);
	edit_end();
}

/* Keys */

static void key(const struct damage *d)
{
	machine_leaf(d->a, true)->bitmap[kho_key_bit(d->a) / 64] |=
		1UL << (d->a & 63);
}

static void key_at(const struct damage *d)
{
	struct damage at = { .a = kho_radix_encode_key(d->a, d->b) };

	key(&at);
}

/* A block of another order over one that is there */
static void key_over_block(const struct damage *d)
{
	unsigned int order;
	phys_addr_t base = machine_block(d->a, &order);
	struct damage at = { .a = kho_radix_encode_key(base, order + d->b) };

	key(&at);
}

static void key_inside_block(const struct damage *d)
{
	struct damage at = { };
	unsigned int order;
	phys_addr_t base;

	for (unsigned int i = 0; ; i++) {
		base = machine_block(i, &order);
		if (order >= 2)
			break;
	}
	at.a = kho_radix_encode_key(base + PAGE_SIZE, 0);
	key(&at);
}

static void key_over_node(const struct damage *d)
{
	struct damage at = {
		.a = kho_radix_encode_key(virt_to_phys(machine_root()), 0)
	};

	key(&at);
}

static void key_lost(const struct damage *d)
{
	unsigned int order;
	phys_addr_t base = machine_block(0, &order);
	u64 nr = kho_radix_encode_key(base, order);

	machine_leaf(nr, false)->bitmap[kho_key_bit(nr) / 64] &=
		~(1UL << (nr & 63));
}

static void key_of_fdt_lost(const struct damage *d)
{
	u64 nr = kho_radix_encode_key(passed.fdt,
				      ilog2(passed.fdt_size >> PAGE_SHIFT));

	machine_leaf(nr, false)->bitmap[kho_key_bit(nr) / 64] &=
		~(1UL << (nr & 63));
}

static void leaf_filled(const struct damage *d)
{
	memset(machine_leaf(kho_radix_encode_key(SIM_BASE, d->a), true), d->b,
	       PAGE_SIZE);
}

static const char fdt_place[] =
	"the FDT's address or size cannot be right";
static const char fdt_no_ram[] = "the FDT is not in memory";
static const char fdt_used[] = "the FDT lies in memory that is in use";
static const char fdt_scratch[] = "the FDT lies in scratch";
static const char fdt_header[] = "the FDT's header is damaged";
static const char fdt_large[] =
	"the FDT is larger than what was passed along";
static const char fdt_struct[] = "the FDT's structure is damaged";
static const char fdt_version_no[] =
	"the FDT's version is not one that this kernel reads";
static const char fdt_sum[] = "the FDT's checksum does not match";
static const char fdt_sum_len[] = "the FDT's checksum has a wrong length";
static const char fdt_sum_lost[] = "the FDT's checksum is missing";
static const char page_size_len[] = "the FDT's page size has a wrong length";
static const char page_size_other[] = "the last kernel had another page size";
static const char no_map[] = "the FDT names no memory map";
static const char map_sum[] = "the memory map's checksum does not match";
static const char map_sum_len[] =
	"the memory map's checksum has a wrong length";
static const char map_damaged[] = "the memory map is damaged";
static const char map_twice[] = "the memory map has a node twice";
static const char bad_key[] = "the memory map has a key that is no block's";
static const char twice[] = "memory is preserved twice";
static const char no_ram[] =
	"preserved memory is not in RAM, or not in one node";
static const char in_use[] =
	"preserved memory is in use by this kernel or its firmware";
static const char in_scratch[] = "preserved memory lies in scratch";
static const char fdt_lost[] = "the FDT is not preserved";
static const char subtree_bad[] = "a subtree in the FDT is malformed";
static const char subtree_names[] = "two subtrees have the same name";
static const char blob_lost[] = "a subtree's blob is not preserved";
static const char blob_sum[] = "a subtree's checksum does not match";
static const char blobs_large[] =
	"the subtrees' blobs are larger than all that is preserved";
static const char list_place[] =
	"the scratch list's address or size cannot be right";
static const char list_no_ram[] = "the scratch list is not in memory";
static const char area_wraps[] = "a scratch area is empty or wraps around";
static const char area_align[] = "a scratch area is not aligned";
static const char area_overlap[] = "scratch areas overlap";
static const char area_no_ram[] = "a scratch area is not in memory";
static const char list_sum[] = "the scratch list's checksum does not match";
static const char list_sum_len[] =
	"the scratch list's checksum has a wrong length";

const struct damage damages[] = {
	/* The FDT's place */
	{ "FDT address 0", pass_fdt, 0, 4096, fdt_place },
	{ "FDT size 0", pass_fdt_size, 0, 0, fdt_place },
	{ "FDT size above the largest", pass_fdt_size, SZ_256K + 1, 0, fdt_place },
	{ "FDT size huge", pass_fdt_size, ALL_ONES, 0, fdt_place },
	{ "FDT size 2^63", pass_fdt_size, 1ULL << 63, 0, fdt_place },
	{ "FDT misaligned by 1", misplace_fdt, 1, 0, fdt_place },
	{ "FDT misaligned by 8", misplace_fdt, 8, 0, fdt_place },
	{ "FDT below RAM", pass_fdt, 0x1000, 4096, fdt_no_ram },
	{ "FDT above RAM", pass_fdt, SIM_END, 4096, fdt_no_ram },
	{ "FDT in a hole", pass_fdt, SIM_HOLE, 4096, fdt_no_ram },
	{ "FDT reaches into a hole", pass_fdt, SIM_HOLE - 4096, 8192, fdt_no_ram },
	{ "FDT reaches beyond RAM", pass_fdt, SIM_END - 4096, 8192, fdt_no_ram },
	{ "FDT at the end of addresses", pass_fdt, -4096ULL, 4096, fdt_no_ram },
	{ "FDT wraps around", pass_fdt, -4096ULL, 8192, fdt_no_ram },
	{ "FDT in firmware's memory", move_fdt, SIM_FIRMWARE + 0x4000, 0, fdt_used },
	{ "FDT over the kernel", pass_fdt, SIM_KERNEL, 4096, fdt_used },
	{ "FDT over the initrd", pass_fdt, SIM_INITRD, 4096, fdt_used },
	{ "FDT in scratch", move_fdt, 0x17001000, 0, fdt_scratch },
	{ "FDT in a free page", move_fdt_to_free, 0, 0, fdt_lost },
	{ "FDT one page off", misplace_fdt, 4096, 0, fdt_header },
	{ "FDT smaller than a header", pass_fdt_size, 39, 0, fdt_header },
	{ "FDT size cut", pass_fdt_size, 64, 0, fdt_large },

	/* Its header, word by word */
	{ "magic 0", fdt_word, 0, 0, fdt_header },
	{ "magic off by one", fdt_word, 0, FDT_MAGIC + 1, fdt_header },
	{ "totalsize 0", fdt_word, 4, 0, fdt_header },
	{ "totalsize tiny", fdt_word, 4, 48, fdt_header },
	{ "totalsize larger than passed", fdt_word, 4, 8193, fdt_large },
	{ "totalsize 2^31 - 1", fdt_word, 4, 0x7fffffff, fdt_large },
	{ "totalsize 2^32 - 1", fdt_word, 4, 0xffffffff, fdt_header },
	{ "totalsize cut into the strings", fdt_cut, 1, 0, fdt_header },
	{ "structure offset 0", fdt_word, 8, 0, fdt_header },
	{ "structure offset beyond the end", fdt_word, 8, 0x10000, fdt_header },
	{ "structure offset huge", fdt_word, 8, 0xfffffff0, fdt_header },
	{ "structure offset at the strings", fdt_word, 8, 60, fdt_struct },
	{ "structure misaligned", struct_misaligned, 0, 0, fdt_header },
	{ "strings offset 0", fdt_word, 12, 0, fdt_header },
	{ "strings offset huge", fdt_word, 12, 0xffffff00, fdt_header },
	{ "reservations offset 0", fdt_word, 16, 0, fdt_header },
	{ "reservations offset misaligned", fdt_word, 16, 44, fdt_header },
	{ "reservations offset huge", fdt_word, 16, 0xfffffff0, fdt_header },
	{ "reservations without an end", fdt_word, 16, 0x38, fdt_struct },
	{ "version 0", fdt_word, 20, 0, fdt_header },
	{ "version 16", fdt_word, 20, 16, fdt_header },
	{ "last compatible version 18", fdt_word, 24, 18, fdt_header },
	{ "last compatible version above the version", fdt_word, 24, 0xffff, fdt_header },
	{ "strings size huge", fdt_word, 32, 0xffffffff, fdt_header },
	{ "strings size 0", fdt_word, 32, 0, fdt_struct },
	{ "strings size 1", fdt_word, 32, 1, fdt_struct },
	{ "structure size huge", fdt_word, 36, 0xffffffff, fdt_header },
	{ "structure size 0", fdt_word, 36, 0, fdt_struct },
	{ "structure size 8", fdt_word, 36, 8, fdt_struct },
	{ "header of zeros", fdt_garbage, 0, 0, fdt_header },
	{ "header of ones", fdt_garbage, 0, 0xff, fdt_header },

	/* Its structure and strings */
	{ "structure of zeros", fdt_garbage, 0x38, 0, fdt_struct },
	{ "structure of ones", fdt_garbage, 0x38, 0xff, fdt_struct },
	{ "structure begins with a property", struct_word, 0, FDT_PROP, fdt_struct },
	{ "structure begins with its end", struct_word, 0, FDT_END, fdt_struct },
	{ "structure begins with the end of a node", struct_word, 0, FDT_END_NODE, fdt_struct },
	{ "structure begins with an unknown tag", struct_word, 0, 5, fdt_struct },
	{ "property length huge", struct_word, 12, 0x7fffffff, fdt_struct },
	{ "property length negative", struct_word, 12, 0xfffffff0, fdt_struct },
	{ "property name beyond the strings", struct_word, 16, 0x10000, fdt_struct },
	{ "property name negative", struct_word, 16, 0xffffffff, fdt_struct },
	{ "property name of 255 bytes", prop_name_long, 255, 0, NULL, fdt_sum },
	{ "property name of 256 bytes", prop_name_long, 256, 0, fdt_struct },
	{ "property name of 1000 bytes", prop_name_long, 1000, 0, fdt_struct },
	{ "structure without its end", struct_last_word, 1, FDT_NOP, fdt_struct },
	{ "root not closed", struct_last_word, 2, FDT_NOP, fdt_struct },
	{ "last node not closed", struct_last_word, 3, FDT_NOP, fdt_struct },
	{ "a node closed twice", struct_last_word, 1, FDT_END_NODE, fdt_struct },
	{ "a second root", struct_last_word, 1, FDT_BEGIN_NODE, fdt_struct },
	{ "strings without an end", strings_fill, 'x', 0, fdt_struct },
	{ "strings empty", strings_fill, 0, 0, fdt_version_no, fdt_version_no },

	/* What the root says */
	{ "version empty", version, 0, 0, fdt_version_no },
	{ "version kho-v1", version, 1, 0, fdt_version_no },
	{ "version kho-v5", version, 2, 0, fdt_version_no },
	{ "version cut short", version, 3, 0, fdt_version_no },
	{ "version longer", version, 4, 0, fdt_version_no },
	{ "version in capitals", version, 5, 0, fdt_version_no },
	{ "version with a vendor", version, 6, 0, fdt_version_no },
	{ "version without its NUL", version_unterminated, 0, 0, NULL, fdt_sum },
	{ "no version", prop_delete, COMPATIBLE, 0, fdt_version_no },
	{ "no memory map", prop_delete, MAP, 0, no_map, fdt_sum },
	{ "memory map 0", prop_set, MAP, 0, no_map, fdt_sum },
	{ "memory map misaligned", prop_add, MAP, 8, no_map, fdt_sum },
	{ "memory map in 4 bytes", prop_len, MAP, 4, no_map, fdt_sum },
	{ "memory map in 16 bytes", prop_len, MAP, 16, no_map, fdt_sum },
	{ "memory map below RAM", prop_set, MAP, 0x1000, map_damaged, fdt_sum },
	{ "memory map above RAM", prop_set, MAP, SIM_END, map_damaged, fdt_sum },
	{ "memory map in a hole", prop_set, MAP, SIM_HOLE, map_damaged, fdt_sum },
	{ "memory map at the end of addresses", prop_set, MAP, -4096ULL, map_damaged, fdt_sum },
	{ "memory map in scratch", prop_set, MAP, 0x17000000, map_damaged, fdt_sum },
	{ "memory map in firmware's memory", prop_set, MAP, SIM_FIRMWARE, map_damaged, fdt_sum },
	{ "memory map is the FDT", map_is_fdt, 0, 0, map_damaged, fdt_sum },
	{ "memory map is empty", map_empty, 0, 0, fdt_lost, map_sum },
	{ "page size 16K", prop_set32, PAGE_SIZE_PROP, 16384, page_size_other, fdt_sum },
	{ "page size 0", prop_set32, PAGE_SIZE_PROP, 0, page_size_other, fdt_sum },
	{ "page size in 8 bytes", prop_set, PAGE_SIZE_PROP, 4096, page_size_len, fdt_sum },
	{ "page size in 0 bytes", prop_len, PAGE_SIZE_PROP, 0, page_size_len, fdt_sum },

	/* Checksums themselves */
	{ "FDT's checksum, lowest bit", sum_flip, CRC_FDT, 0, NULL, fdt_sum, true },
	{ "FDT's checksum, highest bit", sum_flip, CRC_FDT, 31, NULL, fdt_sum, true },
	{ "FDT's checksum missing", prop_delete, CRC_FDT, 0, NULL, fdt_sum_lost, true },
	{ "FDT's checksum in 8 bytes", prop_len, CRC_FDT, 8, NULL, fdt_sum_len, true },
	{ "FDT's checksum in 0 bytes", prop_len, CRC_FDT, 0, NULL, fdt_sum_len, true },
	{ "memory map's checksum", sum_flip, CRC_TREE, 7, NULL, fdt_sum, true },
	{ "memory map's checksum missing", prop_delete, CRC_TREE, 0, NULL, fdt_sum, true },
	{ "scratch list's checksum", sum_flip, CRC_SCRATCH, 3, NULL, fdt_sum, true },
	{ "scratch list's checksum missing", prop_delete, CRC_SCRATCH, 0, NULL, fdt_sum, true },
	{ "scratch list's checksum short", prop_len, CRC_SCRATCH, 2, list_sum_len, fdt_sum, true },
	{ "a subtree's checksum", sum_flip, CRC, 9, NULL, fdt_sum, true },
	{ "a subtree's checksum missing", prop_delete, CRC, 0, NULL, fdt_sum, true },
	{ "memory map's checksum in 8 bytes", prop_len, CRC_TREE, 8, map_sum_len, fdt_sum, true },
	{ "a subtree's checksum in 2 bytes", prop_len, CRC, 2, subtree_bad, fdt_sum },

	/* Subtrees */
	{ "subtree's name empty", rename_producer, 0, 0, subtree_bad, fdt_sum },
	{ "subtree's name with a slash", rename_producer, 3, '/', subtree_bad, fdt_sum },
	{ "subtree's name of 32 bytes", rename_producer, 32, 0, subtree_bad, fdt_sum },
	{ "two subtrees of one name", same_name, 0, 0, subtree_names, fdt_sum },
	{ "subtree at 0", prop_set, DATA, 0, subtree_bad, fdt_sum },
	{ "subtree's address in 4 bytes", prop_len, DATA, 4, subtree_bad, fdt_sum },
	{ "subtree's address in 0 bytes", prop_len, DATA, 0, subtree_bad, fdt_sum },
	{ "subtree without a size", prop_delete, SIZE, 0, subtree_bad, fdt_sum },
	{ "subtree of 0 bytes", prop_set, SIZE, 0, subtree_bad, fdt_sum },
	{ "subtree's size in 4 bytes", prop_len, SIZE, 4, subtree_bad, fdt_sum },
	{ "subtree wraps around", prop_set, SIZE, ALL_ONES, subtree_bad, fdt_sum },
	{ "subtree larger than RAM", prop_set, SIZE, 1ULL << 40, blobs_large, fdt_sum },
	{ "subtree larger than its block", prop_set, SIZE, 0x8001, blob_lost, fdt_sum },
	{ "subtree below RAM", blob_at, 0x1000, 64, blob_lost, fdt_sum },
	{ "subtree above RAM", blob_at, SIM_END, 64, blob_lost, fdt_sum },
	{ "subtree in a hole", blob_at, SIM_HOLE, 64, blob_lost, fdt_sum },
	{ "subtree at the end of addresses", blob_at, -4096ULL, 64, blob_lost, fdt_sum },
	{ "subtree in scratch", blob_at, 0x17000000, 64, blob_lost, fdt_sum },
	{ "subtree in firmware's memory", blob_at, SIM_FIRMWARE, 64, blob_lost, fdt_sum },
	{ "subtree in the kernel", blob_at, SIM_KERNEL, 64, blob_lost, fdt_sum },
	{ "subtree in a free page", blob_in_free, 0, 0, blob_lost, fdt_sum },
	{ "subtree is a node of the map", blob_is_node, 0, 0, blob_lost, fdt_sum },
	{ "subtrees larger together than all", same_blob, 0, 0, blobs_large, fdt_sum },
	{ "first byte of a blob", blob_byte, 0, 0x80, NULL, blob_sum },
	{ "last byte of a blob", blob_byte, ALL_ONES, 1, NULL, blob_sum },

	/* The scratch list */
	{ "scratch list misaligned", misplace_scratch, 4, 0, list_place },
	{ "scratch list 0 bytes", pass_scratch_size, 0, 0, list_place },
	{ "scratch list cut", pass_scratch_size, 63, 0, list_place },
	{ "scratch list of more areas than nodes", pass_scratch_size, 16 * 19, 0, list_place },
	{ "scratch list huge", pass_scratch_size, -16ULL, 0, list_place },
	{ "scratch list one longer", pass_scratch_size, 16 * 5, 0, area_wraps },
	{ "scratch list at 0", pass_scratch, 0, 64, list_no_ram },
	{ "scratch list below RAM", pass_scratch, 0x1000, 64, list_no_ram },
	{ "scratch list above RAM", pass_scratch, SIM_END, 64, list_no_ram },
	{ "scratch list in a hole", pass_scratch, SIM_HOLE, 64, list_no_ram },
	{ "scratch list reaches into a hole", pass_scratch, SIM_HOLE - 16, 64, list_no_ram },
	{ "scratch list wraps around", pass_scratch, -16ULL, 64, list_no_ram },
	{ "scratch list in a free page", pass_scratch, 0x1f000000, 64, area_wraps },
	{ "scratch area of 0 bytes", area_size, 1, 0, area_wraps },
	{ "scratch area wraps around", area_size, 1, ALL_ONES << 22, area_wraps },
	{ "scratch area of odd size", area_size, 2, 0x800001, area_align },
	{ "scratch area of a page more", area_size, 2, 0x801000, area_align },
	{ "scratch area misaligned", area_addr, 0, 0x10801000, area_align },
	{ "scratch areas the same", area_like, 3, 0, area_overlap },
	{ "scratch areas overlap in part", area_addr, 2, 0x15400000, area_overlap },
	{ "scratch area around another", area_size, 0, 0x6000000, area_overlap },
	{ "scratch area at 0", area_addr, 3, 0, area_no_ram },
	{ "scratch area above RAM", area_addr, 3, SIM_END, area_no_ram },
	{ "scratch area in a hole", area_addr, 3, SIM_HOLE, area_no_ram },
	{ "scratch area reaches into a hole", area_addr, 3, SIM_HOLE - 0x400000, area_no_ram },
	{ "scratch area reaches beyond RAM", area_addr, 3, SIM_END - 0x400000, area_no_ram },
	{ "scratch area larger than RAM", area_size, 3, 1ULL << 40, area_no_ram },
	{ "scratch area over the FDT", area_over_fdt, 0, 0, fdt_scratch, list_sum },
	{ "scratch area over preserved memory", area_over_block, 0, 0, in_scratch, list_sum },
	{ "scratch area lost", pass_scratch_size, 16 * 3, 0, NULL, list_sum },
	{ "scratch areas in another order", areas_swap, 0, 1, NULL, list_sum },
	{ "scratch area smaller", area_size, 1, 0x400000, NULL, list_sum },

	/* Nodes of the memory map */
	{ "leaf misaligned", slot_add, 1, 8, map_damaged },
	{ "leaf marked as being given back", slot_add, 1, 1, map_damaged },
	{ "leaf below RAM", slot_set, 1, 0x1000, map_damaged },
	{ "leaf above RAM", slot_set, 1, SIM_END, map_damaged },
	{ "leaf in a hole", slot_set, 1, SIM_HOLE, map_damaged },
	{ "leaf at the end of addresses", slot_set, 1, -4096ULL, map_damaged },
	{ "leaf in scratch", slot_set, 1, 0x17000000, map_damaged },
	{ "leaf in the kernel", slot_set, 1, SIM_KERNEL, map_damaged },
	{ "leaf in firmware's memory", slot_set, 1, SIM_FIRMWARE, map_damaged },
	{ "leaf lost", slot_set, 1, 0, NULL, map_sum },
	{ "leaf is a preserved page", slot_to_block, 0, 0, twice, map_sum },
	{ "leaf is the root", slot_to_root, 1, 0, map_twice, map_sum },
	{ "leaf hangs twice", slot_twice, 1, 0, map_twice, map_sum },
	{ "table misaligned", slot_add, 2, 0x100, map_damaged },
	{ "table below RAM", slot_set, 3, 0x1000, map_damaged },
	{ "table above RAM", slot_set, 4, 1ULL << 52, map_damaged },
	{ "table in scratch", slot_set, 2, 0x15000000, map_damaged },
	{ "table hangs twice", slot_twice, 2, 0, map_twice, map_sum },
	{ "table of level 2 hangs twice", slot_twice, 3, 0, map_twice, map_sum },
	{ "table of level 3 hangs twice", slot_twice, 4, 0, map_twice, map_sum },
	{ "table is the root", slot_to_root, 2, 0, map_twice, map_sum },
	{ "table of level 4 is the root", slot_to_root, 5, 0, map_twice, map_sum },
	{ "every way leads to one leaf", bomb, 0, 0, map_damaged },
	{ "a node where no key reaches", root_slot, 511, 0x18000000, map_damaged },
	{ "a node behind the last key", root_slot, 4, 0x18000000, map_damaged },
	{ "root of ones", map_filled, 0xff, 0, map_damaged },
	{ "root of garbage", map_filled, 0x5a, 0, map_damaged },

	/* Keys */
	{ "key 0", key, 0, 0, bad_key, map_sum },
	{ "key 1", key, 1, 0, bad_key, map_sum },
	{ "key of the largest order", key, 2, 0, no_ram, map_sum },
	{ "key of half of all addresses", key, 3, 0, no_ram, map_sum },
	{ "key of the last page of all", key, KHO_KEY_MAX, 0, no_ram, map_sum },
	{ "block of order 40", key_at, 0, 40, no_ram, map_sum },
	{ "block of order 51 at the top", key_at, 1ULL << 63, 51, no_ram, map_sum },
	{ "block of order 20 over all", key_at, 0, 20, no_ram, map_sum },
	{ "block below RAM", key_at, 0x1000, 0, no_ram, map_sum },
	{ "block above RAM", key_at, SIM_END, 0, no_ram, map_sum },
	{ "block in a hole", key_at, SIM_HOLE, 3, no_ram, map_sum },
	{ "block from RAM into a hole", key_at, SIM_BASE, 15, no_ram, map_sum },
	{ "block over a hole", key_at, 0x14000000, 14, no_ram, map_sum },
	{ "block in scratch", key_at, 0x17000000, 2, in_scratch, map_sum },
	{ "block around scratch", key_at, 0x17000000, 11, in_scratch, map_sum },
	{ "block in firmware's memory", key_at, SIM_FIRMWARE, 0, in_use, map_sum },
	{ "block in the kernel", key_at, SIM_KERNEL + 0x1000, 0, in_use, map_sum },
	{ "block in the initrd", key_at, SIM_INITRD, 4, in_use, map_sum },
	{ "a block twice, once larger", key_over_block, 4, 1, twice, map_sum },
	{ "a block twice, once huge", key_over_block, 7, 40, no_ram, map_sum },
	{ "a page of a block once more", key_inside_block, 0, 0, twice, map_sum },
	{ "block is a node of the map", key_over_node, 0, 0, twice, map_sum },
	{ "block lost", key_lost, 0, 0, NULL, map_sum },
	{ "block of the FDT lost", key_of_fdt_lost, 0, 0, fdt_lost, map_sum },
	{ "leaf of ones", leaf_filled, 0, 0xff, in_use, map_sum },
	{ "leaf of high orders of ones", leaf_filled, 45, 0xff, bad_key, map_sum },
	{ }
};
