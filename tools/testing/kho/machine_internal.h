/* SPDX-License-Identifier: GPL-2.0-only */
/* mm/internal.h for memblock.c */
#ifndef _KHO_MACHINE_INTERNAL_H
#define _KHO_MACHINE_INTERNAL_H

#include <linux/mm.h>

#define mirrored_kernelcore	false

void memblock_free_pages(struct page *page, unsigned long pfn,
			 unsigned int order);

static inline void accept_memory(phys_addr_t start, unsigned long size)
{
}

#endif
