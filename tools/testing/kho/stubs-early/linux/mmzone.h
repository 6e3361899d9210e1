/* SPDX-License-Identifier: GPL-2.0-only */
/* Largest blocks and page blocks as x86 has them, or arm64 with larger pages */
#ifndef _KHO_EARLY_MMZONE_H
#define _KHO_EARLY_MMZONE_H

#include_next <linux/mmzone.h>

#undef MAX_PAGE_ORDER
#undef MAX_ORDER_NR_PAGES
#undef pageblock_order
#if PAGE_SHIFT == 12
#define MAX_PAGE_ORDER		10
#define pageblock_order		9
#elif PAGE_SHIFT == 14
#define MAX_PAGE_ORDER		11
#define pageblock_order		11
#else
#define MAX_PAGE_ORDER		13
#define pageblock_order		13
#endif
#define MAX_ORDER_NR_PAGES	(1 << MAX_PAGE_ORDER)

#endif
