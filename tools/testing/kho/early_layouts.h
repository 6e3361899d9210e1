/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KHO_EARLY_LAYOUTS_H
#define _KHO_EARLY_LAYOUTS_H

#include "machine.h"

/* Where low memory ends */
#define LOW_END		(4ULL * SZ_1G)
/* The page allocator's largest block */
#define CHUNK		((phys_addr_t)MAX_ORDER_NR_PAGES << PAGE_SHIFT)

/*
 * RAM across 4 GiB and at hundreds of GiB, some of it without a map; nodes and zones
 * meet where no block does. WIDE_ZONE lies in the middle of a block of WIDE_ORDER.
 */
#define WIDE_BLOCK	(SIM_SCALE(200ULL * SZ_1G) + 16 * SIM_SCALE(SZ_4M))
#define WIDE_ORDER	(MAX_PAGE_ORDER + 1)
#define WIDE_ZONE	(WIDE_BLOCK + SIM_SCALE(SZ_4M) + 128 * PAGE_SIZE)
extern const struct layout layout_wide;

/* As many pages as 96 GiB have with pages of 4 KiB */
extern const struct layout layout_huge;

/* Room for many gaps of sizes that can be told apart; what is random lies aside */
extern const struct layout layout_comb;

#endif
