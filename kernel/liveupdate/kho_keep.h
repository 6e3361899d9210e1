/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeping what was handed over out of the page allocator.
 */
#ifndef _KHO_KEEP_H
#define _KHO_KEEP_H

#include <linux/mmzone.h>

struct kho_map_walk;

/* A chunk: what the page allocator's largest block is, and aligned like it. */
#define KHO_CHUNK_PAGES		((unsigned long)MAX_ORDER_NR_PAGES)

int kho_keep_reserve(struct kho_map_walk *blocks);
unsigned long kho_keep_free_gaps(struct kho_map_walk *blocks);

#endif /* _KHO_KEEP_H */
