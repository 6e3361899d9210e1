// SPDX-License-Identifier: GPL-2.0-only
/* Damage to the FDT: its place, its structure, and what it says */

#include <string.h>

#include "early_damage.h"
#include "early_reasons.h"
#include "machine.h"

#include <linux/unaligned.h>

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

/* Whole, but where a kernel with smaller pages has a page */
static __maybe_unused void shift_fdt(const struct damage *d)
{
	memmove(phys_to_virt(passed.fdt + d->a), machine_fdt(),
		passed.fdt_size - d->a);
	passed.fdt += d->a;
	passed.fdt_size -= d->a;
}

static void misplace_fdt(const struct damage *d)
{
	passed.fdt += d->a;
}

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
/* The root ends before its first subtree, which is one itself, then */
static void struct_roots(const struct damage *d)
{
	void *fdt = machine_fdt();
	char *start = fdt + fdt_off_dt_struct(fdt);
	char *first = start + fdt_first_subnode(fdt, 0);
	char *last = start + fdt_size_dt_struct(fdt) - 2 * FDT_TAGSIZE;
	fdt32_t tag = cpu_to_fdt32(FDT_END_NODE);

	memmove(first + FDT_TAGSIZE, first, last - first);
	memcpy(first, &tag, sizeof(tag));
}

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
	COMPATIBLE, POISON
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
	[POISON] = KHO_FDT_POISON_PROP_NAME,
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

static void poison_in_free(const struct damage *d)
{
	u64 phys = machine_free_page();

	edit_begin();
	fdt_setprop(machine_fdt(), 0, props[POISON], &phys, 8);
	edit_end();
}

static void poison_in_fdt(const struct damage *d)
{
	u64 phys = passed.fdt + d->a;

	edit_begin();
	fdt_setprop(machine_fdt(), 0, props[POISON], &phys, 8);
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

static void map_is_fdt(const struct damage *d)
{
	u64 fdt = passed.fdt;

	edit_begin();
	fdt_setprop(machine_fdt(), 0, props[MAP], &fdt, 8);
	edit_end();
}

const struct damage damages_fdt[] = {
	/* The FDT's place */
	{ "FDT address 0", pass_fdt, 0, 4096, fdt_place },
	{ "FDT size 0", pass_fdt_size, 0, 0, fdt_place },
	{ "FDT size above the largest", pass_fdt_size, SZ_256K + 1, 0, fdt_place },
	{ "FDT size huge", pass_fdt_size, ALL_ONES, 0, fdt_place },
	{ "FDT size 2^63", pass_fdt_size, 1ULL << 63, 0, fdt_place },
	{ "FDT misaligned by 1", misplace_fdt, 1, 0, fdt_place },
	{ "FDT misaligned by 8", misplace_fdt, 8, 0, fdt_place },
	{ "FDT below RAM", pass_fdt, 0x10000, PAGE_SIZE, fdt_no_ram },
	{ "FDT above RAM", pass_fdt, SIM_END, PAGE_SIZE, fdt_no_ram },
	{ "FDT in a hole", pass_fdt, SIM_HOLE, PAGE_SIZE, fdt_no_ram },
	{ "FDT reaches into a hole", pass_fdt, SIM_HOLE - PAGE_SIZE, 2 * PAGE_SIZE, fdt_no_ram },
	{ "FDT reaches beyond RAM", pass_fdt, SIM_END - PAGE_SIZE, 2 * PAGE_SIZE, fdt_no_ram },
	{ "FDT at the end of addresses", pass_fdt, -PAGE_SIZE, PAGE_SIZE, fdt_no_ram },
	{ "FDT wraps around", pass_fdt, -PAGE_SIZE, 2 * PAGE_SIZE, fdt_no_ram },
	{ "FDT in firmware's memory", move_fdt, SIM_FIRMWARE + 4 * PAGE_SIZE, 0, fdt_used },
	{ "FDT over the kernel", pass_fdt, SIM_KERNEL, PAGE_SIZE, fdt_used },
	{ "FDT over the initrd", pass_fdt, SIM_INITRD, PAGE_SIZE, fdt_used },
	{ "FDT in scratch", move_fdt, SIM_SCRATCH_2 + PAGE_SIZE, 0, fdt_scratch },
	{ "FDT where nothing is mapped", pass_fdt, SIM_NOMAP, PAGE_SIZE, fdt_no_ram },
	{ "FDT in a free page", move_fdt_to_free, 0, 0, fdt_lost },
	{ "FDT one page off", misplace_fdt, PAGE_SIZE, 0, fdt_header },
#if PAGE_SHIFT > 12
	{ "FDT in the middle of a page", shift_fdt, SZ_4K, 0, fdt_place },
	{ "FDT in the middle of a page, of the largest size", pass_fdt,
	  SIM_AT(0xf000000UL) + SZ_4K, SZ_256K, fdt_place },
#endif
	{ "FDT smaller than a header", pass_fdt_size, 39, 0, fdt_header },
	{ "FDT size cut", pass_fdt_size, 64, 0, fdt_large },

	/* Its header, word by word */
	{ "magic 0", fdt_word, 0, 0, fdt_header },
	{ "magic off by one", fdt_word, 0, FDT_MAGIC + 1, fdt_header },
	{ "totalsize 0", fdt_word, 4, 0, fdt_header },
	{ "totalsize tiny", fdt_word, 4, 48, fdt_header },
	{ "totalsize larger than passed", fdt_word, 4, 2 * PAGE_SIZE + 1, fdt_large },
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
	{ "subtrees that are roots", struct_roots, 0, 0, fdt_struct },
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
	{ "memory map below RAM", prop_set, MAP, 0x10000, map_damaged, fdt_sum },
	{ "memory map above RAM", prop_set, MAP, SIM_END, map_damaged, fdt_sum },
	{ "memory map in a hole", prop_set, MAP, SIM_HOLE, map_damaged, fdt_sum },
	{ "memory map at the end of addresses", prop_set, MAP, -PAGE_SIZE, map_damaged, fdt_sum },
	{ "memory map in scratch", prop_set, MAP, SIM_SCRATCH_2, map_damaged, fdt_sum },
	{ "memory map in firmware's memory", prop_set, MAP, SIM_FIRMWARE, map_damaged, fdt_sum },
	{ "memory map is the FDT", map_is_fdt, 0, 0, map_damaged, fdt_sum },
	{ "page size twice as large", prop_set32, PAGE_SIZE_PROP, 2 * PAGE_SIZE,
	  page_size_other, fdt_sum },
	{ "page size 0", prop_set32, PAGE_SIZE_PROP, 0, page_size_other, fdt_sum },
	{ "page size in 8 bytes", prop_set, PAGE_SIZE_PROP, PAGE_SIZE, page_size_len, fdt_sum },
	{ "a hardware error in 4 bytes", prop_len, POISON, 4, poison_len, fdt_sum },
	{ "no hardware errors in a list", prop_len, POISON, 0, NULL, fdt_sum },
	{ "a hardware error in no page", prop_set, POISON, SIM_END, poison_lost, fdt_sum },
	{ "a hardware error in scratch", prop_set, POISON, SIM_SCRATCH_2, poison_lost, fdt_sum },
	{ "a hardware error at the end of addresses", prop_set, POISON, -PAGE_SIZE, poison_lost,
	  fdt_sum },
	{ "a hardware error in a free page", poison_in_free, 0, 0, poison_lost, fdt_sum },
	{ "a hardware error within a page", poison_in_fdt, 8, 0, poison_lost, fdt_sum },
	{ "a hardware error in a preserved page", poison_in_fdt, 0, 0, NULL, fdt_sum },
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
	{ "subtree larger than its block", prop_set, SIZE, 8 * PAGE_SIZE + 1, blob_lost, fdt_sum },
	{ "subtree below RAM", blob_at, 0x1000, 64, blob_lost, fdt_sum },
	{ "subtree above RAM", blob_at, SIM_END, 64, blob_lost, fdt_sum },
	{ "subtree in a hole", blob_at, SIM_HOLE, 64, blob_lost, fdt_sum },
	{ "subtree at the end of addresses", blob_at, -PAGE_SIZE, 64, blob_lost, fdt_sum },
	{ "subtree in scratch", blob_at, SIM_SCRATCH_2, 64, blob_lost, fdt_sum },
	{ "subtree in firmware's memory", blob_at, SIM_FIRMWARE, 64, blob_lost, fdt_sum },
	{ "subtree in the kernel", blob_at, SIM_KERNEL, 64, blob_lost, fdt_sum },
	{ "subtree in a free page", blob_in_free, 0, 0, blob_lost, fdt_sum },
	{ "subtree is a node of the map", blob_is_node, 0, 0, blob_lost, fdt_sum },
	{ "subtrees larger together than all", same_blob, 0, 0, blobs_large, fdt_sum },
	{ "first byte of a blob", blob_byte, 0, 0x80, NULL, blob_sum },
	{ "last byte of a blob", blob_byte, ALL_ONES, 1, NULL, blob_sum },
	{ }
};
