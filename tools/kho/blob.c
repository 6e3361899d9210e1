// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blobs that are structs, by field. The formats are those of include/linux/kho/abi/, with
 * which tools/testing/kho/tool_abi.c compares what is here.
 */
#include <string.h>

#include "blob.h"
#include "fdt.h"
#include "output.h"

/* Of a blob whose format is not known, so much is shown to people. */
#define BYTES_SHOWN	1024

static const struct field metadata_fields[] = {
	{ "version", 0, 4 },
	{ "previous_release", 4, 65, true },
	{ "kexec_count", 69, 4 },
	{ }
};

static const struct field luo_fields[] = {
	{ "compatible", 0, 8, true },
	{ "liveupdate_num", 8, 8 },
	{ "sessions", 16, 8 },
	{ "flbs", 24, 8 },
	{ }
};

static const struct field pool_fields[] = {
	{ "version", 0, 4 },
	{ "nr", 4, 4 },
	{ }
};

static const struct field count_fields[] = {
	{ "order", 0, 4 },
	{ "nid", 4, 4 },
	{ "count", 8, 8 },
	{ }
};

const struct format formats[] = {
	{ "kexec-metadata", 73, metadata_fields },
	{ "LUO", 32, luo_fields },
	{ "hugetlb", 8, pool_fields, 16, count_fields },
	{ }
};

static void tell_field(const struct field *field, const char *at, unsigned int level)
{
	uint64_t number = 0;
	char text[128] = "";

	if (field->string) {
		memcpy(text, at, MIN(field->size, sizeof(text) - 1));
		out_text("%s%s = \"%s\";\n", tabs(level), field->name, text);
		out_string(field->name, text);
		return;
	}
	memcpy(&number, at, field->size);
	out_text("%s%s = <%#llx>;\n", tabs(level), field->name,
		 (unsigned long long)number);
	out_u64(field->name, number);
}

static void tell_fields(const struct field *field, const char *at, unsigned int level)
{
	for (; field->name; field++)
		tell_field(field, at + field->offset, level);
}

static void tell_entries(const struct format *format, const struct blob *blob,
			 unsigned int level)
{
	size_t at;

	out_array("entries");
	for (at = format->size; at + format->entry_size <= blob->len;
	     at += format->entry_size) {
		out_object(NULL);
		out_text("%sentry {\n", tabs(level));
		tell_fields(format->entry, blob->data + at, level + 1);
		out_text("%s};\n", tabs(level));
		out_object_end();
	}
	out_array_end();
}

static void tell_bytes(const struct blob *blob, unsigned int level)
{
	size_t i, shown = MIN(blob->len, (size_t)BYTES_SHOWN);

	out_bytes("bytes", blob->data, blob->len);
	for (i = 0; i < shown; i++)
		out_text("%s%02x%s", i % 16 ? " " : tabs(level),
			 (unsigned char)blob->data[i],
			 i % 16 == 15 || i + 1 == shown ? "\n" : "");
	if (shown < blob->len)
		out_text("%s/* and %zu bytes more */\n", tabs(level), blob->len - shown);
}

static const struct format *format_of(const char *name, const struct blob *blob)
{
	const struct format *format;

	for (format = formats; format->name; format++)
		if (!strcmp(format->name, name) && blob->len >= format->size)
			return format;
	return NULL;
}

static bool is_tree(const struct blob *blob)
{
	return blob->len >= sizeof(struct fdt_header) &&
	       fdt_magic(blob->data) == FDT_MAGIC;
}

void blob_tell(const char *name, const struct blob *blob, unsigned int level)
{
	const struct format *format = format_of(name, blob);
	const char *wrong;

	if (is_tree(blob)) {
		wrong = fdt_wrong(blob);
		if (!wrong) {
			fdt_tell(blob, level);
			return;
		}
		out_text("%s/* a device tree, but %s */\n", tabs(level), wrong);
		out_string("damaged", wrong);
	} else if (format) {
		tell_fields(format->fields, blob->data, level);
		if (format->entry)
			tell_entries(format, blob, level);
		return;
	}
	tell_bytes(blob, level);
}
