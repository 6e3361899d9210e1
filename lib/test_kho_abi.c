// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: look at KHO from outside.
 *
 * Checks that ask KHO itself whether it is right prove little. These read what
 * any program can read, /sys/kernel/kho/ and the FDT, and know the FDT's format
 * from its specification alone.
 */
#include <linux/fs.h>
#include <linux/kho_radix_tree.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "test_kho.h"

#define FDT_TOKEN_NODE		1
#define FDT_TOKEN_END_NODE	2
#define FDT_TOKEN_PROP		3
#define FDT_TOKEN_NOP		4

#define DT_SIZE_MAX		SZ_1M

/* The fields of an FDT's header that are needed here; all big-endian. */
struct dt_header {
	__be32 magic;
	__be32 totalsize;
	__be32 struct_offset;
	__be32 strings_offset;
};

/**
 * test_kho_read_file - read a file in /sys
 * @path: its path
 * @buf: where to put it; ended by a NUL that does not count
 * @size: bytes in @buf
 *
 * Return: bytes read, or an errno.
 */
int test_kho_read_file(const char *path, void *buf, size_t size)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	size_t done = 0;
	loff_t pos = 0;
	ssize_t got;

	if (IS_ERR(file))
		return PTR_ERR(file);

	do {
		got = kernel_read(file, buf + done, size - 1 - done, &pos);
		if (got > 0)
			done += got;
	} while (got > 0);
	filp_close(file, NULL);
	((char *)buf)[done] = '\0';

	return got < 0 ? got : done;
}

/**
 * test_kho_write_file - write to a file in /sys
 * @path: its path
 * @text: what to write
 *
 * Return: 0 or an errno.
 */
int test_kho_write_file(const char *path, const char *text)
{
	struct file *file = filp_open(path, O_WRONLY, 0);
	loff_t pos = 0;
	ssize_t put;

	if (IS_ERR(file))
		return PTR_ERR(file);

	put = kernel_write(file, text, strlen(text), &pos);
	filp_close(file, NULL);

	return put < 0 ? put : 0;
}

static const char *dt_string(const void *fdt, u32 offset)
{
	const struct dt_header *header = fdt;

	return fdt + be32_to_cpu(header->strings_offset) + offset;
}

/*
 * The next token of the structure block, and what follows it. A node's name and
 * a property's value are padded to four bytes.
 */
static const __be32 *dt_skip(const __be32 *token)
{
	switch (be32_to_cpu(*token)) {
	case FDT_TOKEN_NODE:
		return token + 1 + strlen((const char *)(token + 1)) / 4 + 1;
	case FDT_TOKEN_PROP:
		return token + 3 + DIV_ROUND_UP(be32_to_cpu(token[1]), 4);
	default:
		return token + 1;
	}
}

/**
 * test_kho_find_prop - find a property in an FDT
 * @fdt: the FDT
 * @size: its bytes
 * @node: name of the sub-node; "" is the root
 * @prop: name of the property, or NULL for the node itself
 *
 * A walk over the tokens that remembers in which node it is.
 *
 * Return: the property's or the node's token: length, name and value follow it.
 * NULL when it is not there.
 */
const __be32 *test_kho_find_prop(const void *fdt, size_t size, const char *node,
				 const char *prop)
{
	const struct dt_header *header = fdt;
	const __be32 *token, *end = fdt + size;
	bool inside = false;

	if (size < sizeof(*header) ||
	    be32_to_cpu(header->struct_offset) >= size)
		return NULL;

	token = fdt + be32_to_cpu(header->struct_offset);
	for (; token + 2 < end; token = dt_skip(token)) {
		u32 kind = be32_to_cpu(*token);

		if (kind < FDT_TOKEN_NODE || kind > FDT_TOKEN_NOP)
			break;
		if (kind == FDT_TOKEN_NODE)
			inside = !strcmp((const char *)(token + 1), node);
		if (kind == FDT_TOKEN_END_NODE)
			inside = false;
		if (!inside)
			continue;
		if (!prop || (kind == FDT_TOKEN_PROP &&
			      !strcmp(dt_string(fdt, be32_to_cpu(token[2])),
				      prop)))
			return token;
	}

	return NULL;
}

static int dt_find(const void *fdt, size_t size, const char *node,
		   const char *prop, u64 *value)
{
	const __be32 *token = test_kho_find_prop(fdt, size, node, prop);

	if (!token)
		return -ENOENT;
	if (be32_to_cpu(token[1]) != sizeof(*value))
		return -EINVAL;

	*value = get_unaligned((const u64 *)(token + 3));

	return 0;
}

/**
 * test_kho_find_subtree - find a subtree in an FDT, without claiming it
 * @fdt: the FDT
 * @size: its bytes
 * @name: the subtree
 * @data: where to put the blob's physical address
 * @blob_size: where to put its size
 *
 * Return: 0; -ENOENT when it is not there; -EINVAL when it is malformed.
 */
int test_kho_find_subtree(const void *fdt, size_t size, const char *name,
			  u64 *data, u64 *blob_size)
{
	int err = dt_find(fdt, size, name, KHO_SUB_TREE_PROP_NAME, data);

	return err ?: dt_find(fdt, size, name, KHO_SUB_TREE_SIZE_PROP_NAME,
			      blob_size);
}

static int count_node(phys_addr_t node, unsigned int level, void *data)
{
	u64 *nodes = data;

	++*nodes;

	return 0;
}

/**
 * test_kho_find_root - find the tree of what is preserved, while finalized
 * @fdt: where to put the FDT's contents
 * @fdt_size: bytes there
 * @root: where to put the physical address of the tree's root
 *
 * Return: bytes in the FDT, or an errno.
 */
int test_kho_find_root(void *fdt, size_t fdt_size, u64 *root)
{
	int size = test_kho_read_file("/sys/kernel/kho/dt", fdt, fdt_size);
	int err;

	if (size < 0)
		return size;

	err = dt_find(fdt, size, "", KHO_FDT_MEMORY_MAP_PROP_NAME, root);

	return err ?: size;
}

static int count_finalized(u64 *nodes)
{
	void *fdt = vmalloc(DT_SIZE_MAX);
	u64 root;
	int ret;

	if (!fdt)
		return -ENOMEM;

	ret = test_kho_find_root(fdt, DT_SIZE_MAX, &root);
	vfree(fdt);
	if (ret < 0)
		return ret;

	*nodes = 0;

	return kho_radix_walk_nodes(root, count_node, nodes);
}

/**
 * test_kho_count_nodes - count the pages of the tree of what is preserved
 * @nodes: where to put the number
 *
 * Finalizes to see the FDT, and aborts.
 *
 * Return: 0 or an errno.
 */
int test_kho_count_nodes(u64 *nodes)
{
	int err, undo;

	err = test_kho_write_file("/sys/kernel/kho/active", "1");
	if (err)
		return err;

	err = count_finalized(nodes);
	undo = test_kho_write_file("/sys/kernel/kho/active", "0");

	return err ?: undo;
}
