/* SPDX-License-Identifier: GPL-2.0-only */
/* Where memblock says what it gives back */
#ifndef _KHO_EARLY_KMEMLEAK_H
#define _KHO_EARLY_KMEMLEAK_H

#include <linux/mm.h>
#include <linux/sizes.h>

/* So large are scratch areas, which are held for a while, but not written to */
static inline void kmemleak_free_part_phys(phys_addr_t phys, size_t size)
{
	if (size < SZ_1M)
		sim_touch(phys, size);
}

static inline void kmemleak_alloc_phys(phys_addr_t phys, size_t size, gfp_t gfp)
{
}

static inline void dump_stack(void)
{
}

#endif
