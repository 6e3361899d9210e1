/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The formats of blobs that are structs.
 */
#ifndef __KHO_BLOB_H
#define __KHO_BLOB_H

#include <stdbool.h>
#include <stddef.h>

struct field {
	const char *name;
	size_t offset;
	size_t size;
	/* An array of characters, perhaps without a NUL; else a number */
	bool string;
};

/* A struct in the blob of a subtree, and what may follow it until the end */
struct format {
	const char *name;
	size_t size;
	const struct field *fields;
	size_t entry_size;
	const struct field *entry;
};

extern const struct format formats[];

#endif /* __KHO_BLOB_H */
