// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: a handover that is wrong.
 *
 * damage=KIND finalizes, finds FDT and tree in memory and damages them, after
 * their checksums were written. What structural checks have to find gets right
 * checksums again; a flipped bit does not. Then the machine is to be kexec'd: to
 * abort, or to go on preserving, is asking for trouble.
 *
 * damage=list prints the kinds. *-flip takes the number of the bit from at=.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/crc32.h>
#include <linux/kexec_handover.h>
#include <linux/kho_radix_tree.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "test_kho.h"
#include "test_kho_actions.h"

#define SUBTREE			"test-damage"
#define DT_SIZE_MAX		SZ_1M

/* No machine has memory there. */
#define NO_RAM			BIT_ULL(46)

/* Of the folio that the subtree tells of: there are smaller and larger blocks. */
#define FOLIO_ORDER		3

/* What is damaged, and where wrong addresses may point. */
struct target {
	void *fdt;
	size_t size;
	phys_addr_t root;
	void *blob;
	phys_addr_t folio;	/* preserved, of FOLIO_ORDER */
	phys_addr_t spare;	/* a page of zeros that is not preserved */
	phys_addr_t scratch;
};

enum wrong {
	WRONG_ZERO,
	WRONG_ODD,	/* not aligned */
	WRONG_NO_RAM,
	WRONG_SCRATCH,
	WRONG_SPARE,
	WRONG_ALL_ONES,
	WRONG_SELF,	/* the table that holds the address */
	WRONG_ROOT,
	WRONG_TWICE,	/* another entry has it as well */
	WRONG_LENGTH,	/* of the property */
};

static const char * const wrong_names[] = {
	[WRONG_ZERO] = "zero", [WRONG_ODD] = "odd", [WRONG_NO_RAM] = "no-ram",
	[WRONG_SCRATCH] = "scratch", [WRONG_SPARE] = "spare",
	[WRONG_ALL_ONES] = "all-ones", [WRONG_SELF] = "self",
	[WRONG_ROOT] = "root", [WRONG_TWICE] = "twice",
	[WRONG_LENGTH] = "length",
};

static const struct {
	const char *name;
	unsigned int field;	/* number of the word in the header */
	u32 value;
} headers[] = {
	{ "fdt-magic", 0, 0xfeedd00d },
	{ "fdt-totalsize-zero", 1, 0 },
	{ "fdt-totalsize-header", 1, 40 },
	{ "fdt-totalsize-large", 1, SZ_1M + 1 },
	{ "fdt-totalsize-negative", 1, 0xffffff00 },
	{ "fdt-struct-offset", 2, 0xfffffff0 },
	{ "fdt-struct-odd", 2, 41 },
	{ "fdt-strings-offset", 3, 0xfffffff0 },
	{ "fdt-reserve-offset", 4, 0xfffffff0 },
	{ "fdt-version-old", 5, 1 },
	{ "fdt-version-new", 6, 0x1000 },
	{ "fdt-strings-size", 8, 0x7fffffff },
	{ "fdt-struct-size", 9, 0x7fffffff },
	{ "fdt-struct-empty", 9, 0 },
};

static const struct {
	const char *name;
	const char *node;
	const char *prop;
	unsigned long wrongs;	/* bit n: enum wrong */
} props[] = {
	{ "map", "", KHO_FDT_MEMORY_MAP_PROP_NAME,
	  BIT(WRONG_ZERO) | BIT(WRONG_ODD) | BIT(WRONG_NO_RAM) |
	  BIT(WRONG_SCRATCH) | BIT(WRONG_SPARE) | BIT(WRONG_ALL_ONES) |
	  BIT(WRONG_LENGTH) },
	{ "blob", SUBTREE, KHO_SUB_TREE_PROP_NAME,
	  BIT(WRONG_ZERO) | BIT(WRONG_ODD) | BIT(WRONG_NO_RAM) |
	  BIT(WRONG_SCRATCH) | BIT(WRONG_SPARE) | BIT(WRONG_ALL_ONES) |
	  BIT(WRONG_LENGTH) },
	{ "blob-size", SUBTREE, KHO_SUB_TREE_SIZE_PROP_NAME,
	  BIT(WRONG_ZERO) | BIT(WRONG_ODD) | BIT(WRONG_NO_RAM) |
	  BIT(WRONG_ALL_ONES) | BIT(WRONG_LENGTH) },
	{ "page-size", "", KHO_FDT_PAGE_SIZE_PROP_NAME, BIT(WRONG_LENGTH) },
	{ "crc-tree", "", KHO_FDT_CRC_TREE_PROP_NAME, BIT(WRONG_LENGTH) },
	{ "crc-fdt", "", KHO_FDT_CRC_FDT_PROP_NAME, BIT(WRONG_LENGTH) },
	{ "crc-scratch", "", KHO_FDT_CRC_SCRATCH_PROP_NAME, BIT(WRONG_LENGTH) },
	{ "crc-blob", SUBTREE, KHO_SUB_TREE_CRC_PROP_NAME, BIT(WRONG_LENGTH) },
};

/* Of the entries of a table, at each level. */
static const unsigned long table_wrongs = BIT(WRONG_ODD) | BIT(WRONG_NO_RAM) |
	BIT(WRONG_SCRATCH) | BIT(WRONG_SELF) | BIT(WRONG_ROOT) |
	BIT(WRONG_TWICE) | BIT(WRONG_ALL_ONES);

static u64 wrong_value(const struct target *t, enum wrong how, u64 right)
{
	switch (how) {
	case WRONG_ODD:
		return right + 1;
	case WRONG_NO_RAM:
		return NO_RAM;
	case WRONG_SCRATCH:
		return t->scratch;
	case WRONG_SPARE:
		return t->spare;
	case WRONG_ALL_ONES:
		return ~0ULL;
	case WRONG_ROOT:
		return t->root;
	default:
		return 0;
	}
}

/* Checksums */

static u32 *crc_at(const struct target *t, const char *node, const char *prop)
{
	const __be32 *token = test_kho_find_prop(t->fdt, t->size, node, prop);

	return token ? (u32 *)(token + 3) : NULL;
}

static int sum_node(phys_addr_t node, unsigned int level, void *data)
{
	u32 *crc = data;

	*crc = __crc32c_le(*crc, phys_to_virt(node), PAGE_SIZE);

	return 0;
}

static void right_tree_crc(const struct target *t)
{
	u32 *at = crc_at(t, "", KHO_FDT_CRC_TREE_PROP_NAME);
	u32 crc = ~0;

	kho_radix_walk_nodes(t->root, sum_node, &crc);
	if (at)
		put_unaligned(~crc, at);
}

/* @at was found before there was damage that would hide it. */
static void right_fdt_crc(const struct target *t, u32 *at)
{
	if (!at)
		return;

	put_unaligned(0, at);
	put_unaligned(~__crc32c_le(~0, t->fdt, t->size), at);
}

/* The FDT */

static int damage_header(const struct target *t, const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(headers); i++) {
		if (strcmp(headers[i].name, name))
			continue;
		((__be32 *)t->fdt)[headers[i].field] =
			cpu_to_be32(headers[i].value);
		return 0;
	}

	return -ENOENT;
}

static int damage_one_prop(const struct target *t, unsigned int i,
			   enum wrong how)
{
	__be32 *token = (__be32 *)test_kho_find_prop(t->fdt, t->size,
						     props[i].node,
						     props[i].prop);
	u64 *value = (u64 *)(token + 3);

	if (!token)
		return -EINVAL;
	if (how == WRONG_LENGTH)
		token[1] = cpu_to_be32(be32_to_cpu(token[1]) - 4);
	else
		put_unaligned(wrong_value(t, how, get_unaligned(value)),
			      value);

	return 0;
}

static int damage_prop(const struct target *t, const char *name)
{
	char other[32];

	for (unsigned int i = 0; i < ARRAY_SIZE(props); i++) {
		for (unsigned int w = 0; w < ARRAY_SIZE(wrong_names); w++) {
			if (!(props[i].wrongs & BIT(w)))
				continue;
			snprintf(other, sizeof(other), "%s-%s", props[i].name,
				 wrong_names[w]);
			if (!strcmp(other, name))
				return damage_one_prop(t, i, w);
		}
	}

	return -ENOENT;
}

static int damage_version(const struct target *t)
{
	__be32 *token = (__be32 *)test_kho_find_prop(t->fdt, t->size, "",
						     "compatible");

	memset(token + 3, 'x', be32_to_cpu(token[1]) - 1);

	return 0;
}

/* The list is a segment of the image: it can be no other, but seem so. */
static int damage_crc_scratch(const struct target *t)
{
	u32 *crc = crc_at(t, "", KHO_FDT_CRC_SCRATCH_PROP_NAME);

	put_unaligned(get_unaligned(crc) ^ 1, crc);

	return 0;
}

static int damage_page_size(const struct target *t)
{
	put_unaligned((u32)PAGE_SIZE * 4,
		      crc_at(t, "", KHO_FDT_PAGE_SIZE_PROP_NAME));

	return 0;
}

static int damage_name(const struct target *t)
{
	__be32 *token = (__be32 *)test_kho_find_prop(t->fdt, t->size, SUBTREE,
						     NULL);

	((char *)(token + 1))[2] = '/';

	return 0;
}

/* One that nobody knows, instead of the sub-node's. */
static int damage_token(const struct target *t)
{
	__be32 *token = (__be32 *)test_kho_find_prop(t->fdt, t->size, SUBTREE,
						     NULL);

	*token = cpu_to_be32(7);

	return 0;
}

/* The tree */

static int damage_table(const struct target *t, unsigned int level,
			enum wrong how)
{
	struct kho_radix_node *node = phys_to_virt(t->root);
	unsigned int i, l = KHO_TREE_TABLES;

	for (;;) {
		for (i = 0; i < KHO_TABLE_ENTRIES && !node->table[i]; i++)
			;
		if (i == KHO_TABLE_ENTRIES)
			return -EINVAL;
		if (l-- == level)
			break;
		node = phys_to_virt(node->table[i]);
	}

	if (how == WRONG_TWICE)
		node->table[i + 1 < KHO_TABLE_ENTRIES ? i + 1 : i - 1] =
			node->table[i];
	else if (how == WRONG_SELF)
		node->table[i] = virt_to_phys(node);
	else
		node->table[i] = wrong_value(t, how, node->table[i]);

	/* Where every address is still a node's, no checksum shall tell. */
	if (how == WRONG_TWICE || how == WRONG_SELF || how == WRONG_ROOT)
		right_tree_crc(t);

	return 0;
}

static int damage_tree(const struct target *t, const char *name)
{
	char other[32];

	for (unsigned int level = 1; level <= KHO_TREE_TABLES; level++) {
		for (unsigned int w = 0; w < ARRAY_SIZE(wrong_names); w++) {
			if (!(table_wrongs & BIT(w)))
				continue;
			snprintf(other, sizeof(other), "table%u-%s", level,
				 wrong_names[w]);
			if (!strcmp(other, name))
				return damage_table(t, level, w);
		}
	}

	return -ENOENT;
}

static const char * const keys[] = {
	"key-no-ram", "key-scratch", "key-inside", "key-around", "key-huge",
	"key-last", "key-zero", "key-one",
};

static u64 key_value(const struct target *t, unsigned int i)
{
	const phys_addr_t around = PAGE_SIZE << (FOLIO_ORDER + 1);

	switch (i) {
	case 0:
		return kho_radix_encode_key(NO_RAM, 0);
	case 1:
		return kho_radix_encode_key(t->scratch, 0);
	case 2:
		return kho_radix_encode_key(t->folio + PAGE_SIZE, 0);
	case 3:
		return kho_radix_encode_key(round_down(t->folio, around),
					    FOLIO_ORDER + 1);
	case 4:
		return kho_radix_encode_key(0, 40);
	case 5:
		return KHO_KEY_MAX;
	case 6:
		return 0;
	default:
		return 1;
	}
}

/* One key more, put there in the proper way, so that the tree is well-formed. */
static int damage_keys(const struct target *t, const char *name)
{
	int i = match_string(keys, ARRAY_SIZE(keys), name);
	struct kho_radix_tree tree;
	int err;

	if (i < 0)
		return -ENOENT;

	err = kho_radix_init_tree(&tree, phys_to_virt(t->root));
	if (!err)
		err = kho_radix_add_key(&tree, key_value(t, i));
	if (!err)
		right_tree_crc(t);

	return err;
}

/* Flipped bits, which nothing but checksums can tell */

static void flip(void *addr, size_t size, unsigned long at)
{
	at %= size * BITS_PER_BYTE;
	((u8 *)addr)[at / BITS_PER_BYTE] ^= BIT(at % BITS_PER_BYTE);
	pr_info("flipped bit %lu of %zu\n", at, size * BITS_PER_BYTE);
}

static int leaf_node(phys_addr_t node, unsigned int level, void *data)
{
	phys_addr_t *leaf = data;

	if (level)
		return 0;

	*leaf = node;

	return 1;
}

static int damage_flip(const struct target *t, const char *name,
		       unsigned long at)
{
	phys_addr_t leaf = 0;

	if (!strcmp(name, "fdt-flip")) {
		flip(t->fdt, t->size, at);
	} else if (!strcmp(name, "blob-flip")) {
		flip(t->blob, PAGE_SIZE, at);
	} else if (!strcmp(name, "leaf-flip")) {
		kho_radix_walk_nodes(t->root, leaf_node, &leaf);
		flip(phys_to_virt(leaf), PAGE_SIZE, at);
	} else {
		return -ENOENT;
	}

	return 0;
}

static const struct {
	const char *name;
	int (*apply)(const struct target *t);
} others[] = {
	{ "version", damage_version },
	{ "crc-scratch", damage_crc_scratch },
	{ "page-size-other", damage_page_size },
	{ "name-slash", damage_name },
	{ "token", damage_token },
};

static int damage_other(const struct target *t, const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(others[i].name, name))
			return others[i].apply(t);

	return -ENOENT;
}

static void list_wrongs(const char *name, unsigned long wrongs)
{
	unsigned int w;

	for_each_set_bit(w, &wrongs, ARRAY_SIZE(wrong_names))
		pr_info("damage %s-%s\n", name, wrong_names[w]);
}

static void list_all(void)
{
	char name[16];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(headers); i++)
		pr_info("damage %s\n", headers[i].name);
	for (i = 0; i < ARRAY_SIZE(props); i++)
		list_wrongs(props[i].name, props[i].wrongs);
	for (i = 1; i <= KHO_TREE_TABLES; i++) {
		snprintf(name, sizeof(name), "table%u", i);
		list_wrongs(name, table_wrongs);
	}
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		pr_info("damage %s\n", keys[i]);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		pr_info("damage %s\n", others[i].name);
	pr_info("damage fdt-flip\n");
	pr_info("damage blob-flip\n");
	pr_info("damage leaf-flip\n");
}

static int apply(const struct target *t, const char *name, unsigned long at)
{
	u32 *crc = crc_at(t, "", KHO_FDT_CRC_FDT_PROP_NAME);
	int err;

	err = damage_flip(t, name, at);
	if (err != -ENOENT)
		return err;

	err = damage_keys(t, name);
	if (err == -ENOENT)
		err = damage_tree(t, name);
	if (err == -ENOENT)
		err = damage_prop(t, name);
	if (err == -ENOENT)
		err = damage_header(t, name);
	if (err == -ENOENT)
		err = damage_other(t, name);
	if (!err)
		right_fdt_crc(t, crc);

	return err;
}

/* The FDT's own place is no secret: it is one of the preserved blocks. */
static void *find_in_memory(const void *fdt, size_t size, u64 root)
{
	struct kho_radix_iter iter;
	u64 key;

	kho_radix_iter_init(&iter, phys_to_virt(root), 0, U64_MAX);
	while (kho_radix_iter_next(&iter, &key)) {
		unsigned int order;
		phys_addr_t phys = kho_radix_decode_key(key, &order);

		if (size <= PAGE_SIZE << order &&
		    !memcmp(phys_to_virt(phys), fdt, size))
			return phys_to_virt(phys);
	}

	return NULL;
}

static int find_target(struct target *t)
{
	void *fdt = vmalloc(DT_SIZE_MAX);
	int size;

	if (!fdt)
		return -ENOMEM;

	size = test_kho_find_root(fdt, DT_SIZE_MAX, &t->root);
	if (size > 0) {
		t->size = size;
		t->fdt = find_in_memory(fdt, size, t->root);
	}
	vfree(fdt);

	return size < 0 ? size : t->fdt ? 0 : -ENOENT;
}

static int find_scratch(struct target *t)
{
	char text[256], *first = text;
	int ret;

	ret = test_kho_read_file("/sys/kernel/kho/scratch_phys", text,
				 sizeof(text));

	return ret < 0 ? ret : kstrtou64(strsep(&first, "\n"), 0, &t->scratch);
}

/* Something to damage: a blob, and a folio beside which nothing is preserved. */
static int preserve_something(struct target *t)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, FOLIO_ORDER + 1);
	struct page *pages;
	unsigned long spare = get_zeroed_page(GFP_KERNEL);

	t->blob = kho_alloc_preserve(PAGE_SIZE);
	if (!folio || !spare || IS_ERR(t->blob))
		return -ENOMEM;

	pages = folio_page(folio, 0);
	t->folio = page_to_phys(pages);
	t->spare = virt_to_phys((void *)spare);

	return kho_preserve_pages(pages, 1UL << FOLIO_ORDER) ?:
	       kho_add_subtree(SUBTREE, t->blob, PAGE_SIZE);
}

/**
 * test_kho_damage - finalize, and damage the handover
 * @name: how, or "list"
 * @at: number of the bit to flip
 *
 * The memory stays, and so does the module.
 *
 * Return: 0; -EINVAL when there is no such damage, or an errno.
 */
int test_kho_damage(const char *name, unsigned long at)
{
	struct target t = {};
	int err;

	if (!strcmp(name, "list")) {
		list_all();
		return 0;
	}

	err = preserve_something(&t) ?: find_scratch(&t) ?:
	      test_kho_write_file("/sys/kernel/kho/active", "1") ?:
	      find_target(&t) ?: apply(&t, name, at);
	if (err) {
		pr_err("FAIL damage %s: %d\n", name, err);
		return err == -ENOENT ? -EINVAL : err;
	}
	__module_get(THIS_MODULE);
	pr_info("PASS damaged %s\n", name);

	return 0;
}

/* action=badmsg */
void test_kho_badmsg(unsigned long arg)
{
	phys_addr_t phys;
	size_t size;

	test_kho_expect("badmsg: retrieve a subtree that came damaged",
			kho_retrieve_subtree(SUBTREE, &phys, &size), -EBADMSG);
}
