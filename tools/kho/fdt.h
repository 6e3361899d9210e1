/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flattened device trees that may be damaged, and the blobs beside them.
 */
#ifndef __KHO_FDT_H
#define __KHO_FDT_H

#include <libfdt.h>

#include "handover.h"

/* NULL: it may be read with libfdt; else what is wrong with it */
const char *fdt_wrong(const struct blob *blob);
/* All nodes and properties, in the form that dtc reads; @level: tabs in front */
void fdt_tell(const struct blob *blob, unsigned int level);

/* A number of the machine's byte order, as all in these trees are; false: it is not there */
bool fdt_number(const void *fdt, int node, const char *name, uint64_t *number);
/* Is @string among the compatible strings of the root? */
bool fdt_is(const void *fdt, const char *string);

/* A subtree's blob: a tree, a struct that is known, or bytes */
void blob_tell(const char *name, const struct blob *blob, unsigned int level);

/* So many tabs, within reason */
const char *tabs(unsigned int level);

#endif /* __KHO_FDT_H */
