// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flattened device trees, which may be damaged: libfdt reads nothing outside of what the
 * header says, once that is known to be right.
 */
#include <ctype.h>
#include <string.h>

#include "fdt.h"
#include "output.h"

/* Nodes deeper than this are a sign of damage. */
#define DEPTH_MAX	32

static bool properties_right(const void *fdt, int node)
{
	const char *name;
	int prop;

	fdt_for_each_property_offset(prop, fdt, node)
		if (!fdt_getprop_by_offset(fdt, prop, &name, NULL) || !name)
			return false;
	return prop == -FDT_ERR_NOTFOUND;
}

const char *fdt_wrong(const struct blob *blob)
{
	int depth = 0, node = 0;

	if (blob->len < sizeof(struct fdt_header))
		return "it is too short";
	if (fdt_check_header(blob->data))
		return "its header is damaged";
	if (fdt_totalsize(blob->data) > blob->len)
		return "it is cut short";
	/* What comes after the root's end is no concern of a reader. */
	while (node >= 0 && depth >= 0) {
		if (depth > DEPTH_MAX)
			return "its nodes are nested too deeply";
		if (!fdt_get_name(blob->data, node, NULL) ||
		    !properties_right(blob->data, node))
			return "a node of it is damaged";
		node = fdt_next_node(blob->data, node, &depth);
	}
	return node < 0 && node != -FDT_ERR_NOTFOUND ? "a node of it is damaged" : NULL;
}

bool fdt_number(const void *fdt, int node, const char *name, uint64_t *number)
{
	uint32_t small;
	int len;
	const void *data = fdt_getprop(fdt, node, name, &len);

	if (!data || (len != 4 && len != 8))
		return false;
	if (len == 8) {
		memcpy(number, data, len);
		return true;
	}
	memcpy(&small, data, len);
	*number = small;
	return true;
}

bool fdt_is(const void *fdt, const char *string)
{
	return fdt_stringlist_search(fdt, 0, "compatible", string) >= 0;
}

const char *tabs(unsigned int level)
{
	static const char all[] = "\t\t\t\t\t\t\t\t";

	return all + sizeof(all) - 1 - MIN(level, sizeof(all) - 1);
}

/* Printable, none of them empty, and the last one ends */
static bool is_strings(const char *data, int len)
{
	int i;

	if (data[len - 1] || !data[0])
		return false;
	for (i = 1; i < len; i++)
		if (data[i] ? !isprint((unsigned char)data[i]) : !data[i - 1])
			return false;
	return isprint((unsigned char)data[0]);
}

static void tell_strings(const char *name, const char *data, int len)
{
	const char *at;

	out_array(name);
	for (at = data; at < data + len; at += strlen(at) + 1) {
		out_string(NULL, at);
		out_text("%s\"%s\"", at == data ? "" : ", ", at);
	}
	out_array_end();
}

/* Of this machine's byte order; several are a list of u64. */
static void tell_numbers(const char *name, const char *data, int len)
{
	int size = len == 4 ? 4 : 8, i;
	uint64_t number = 0;

	out_text(size == 8 ? "/bits/ 64 <" : "<");
	if (len > 8)
		out_array(name);
	for (i = 0; i < len; i += size) {
		memcpy(&number, data + i, size);
		out_text("%s%#llx", i ? " " : "", (unsigned long long)number);
		out_u64(len > 8 ? NULL : name, number);
	}
	if (len > 8)
		out_array_end();
	out_text(">");
}

static void tell_raw(const char *name, const char *data, int len)
{
	int i;

	out_bytes(name, data, len);
	out_text("[");
	for (i = 0; i < len; i++)
		out_text("%s%02x", i ? " " : "", (unsigned char)data[i]);
	out_text("]");
}

static void tell_property(const char *name, const char *data, int len,
			  unsigned int level)
{
	out_text("%s%s", tabs(level), name);
	if (!len) {
		out_bool(name, true);
		out_text(";\n");
		return;
	}
	out_text(" = ");
	if (is_strings(data, len))
		tell_strings(name, data, len);
	else if (len == 4 || len % 8 == 0)
		tell_numbers(name, data, len);
	else
		tell_raw(name, data, len);
	out_text(";\n");
}

static void tell_node(const void *fdt, int node, unsigned int level)
{
	int prop, child, len;
	const char *name;

	fdt_for_each_property_offset(prop, fdt, node) {
		const char *data = fdt_getprop_by_offset(fdt, prop, &name, &len);

		tell_property(name, data, len, level);
	}
	fdt_for_each_subnode(child, fdt, node) {
		name = fdt_get_name(fdt, child, NULL);
		out_text("%s%s {\n", tabs(level), name);
		out_object(name);
		tell_node(fdt, child, level + 1);
		out_object_end();
		out_text("%s};\n", tabs(level));
	}
}

void fdt_tell(const struct blob *blob, unsigned int level)
{
	tell_node(blob->data, 0, level);
}
