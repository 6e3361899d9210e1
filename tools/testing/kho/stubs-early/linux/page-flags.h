/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Zones, three on each node, and struct pages that are only counted; for kho_keep.c,
 * since memblock.c has zones of its own.
 */
#ifndef _KHO_EARLY_PAGE_FLAGS_H
#define _KHO_EARLY_PAGE_FLAGS_H

#include "../../early_kernel.h"

#undef MAX_NR_ZONES
#define MAX_NR_ZONES		3

struct sim_span {
	int nid;
	unsigned int nr;
};

struct sim_pgdat {
	struct sim_span node_zones[MAX_NR_ZONES];
};

#define pg_data_t		struct sim_pgdat
#define NODE_DATA(nid)		sim_node_data(nid)

struct sim_pgdat *sim_node_data(int nid);
bool zone_spans_pfn(const struct sim_span *zone, unsigned long pfn);
void __SetPageReserved(struct page *page);

#endif
