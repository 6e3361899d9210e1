/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What early boot knows of a range of memory.
 */
#ifndef _KHO_RANGE_H
#define _KHO_RANGE_H

#include <linux/types.h>

/**
 * struct kho_place - where a walk over ranges is among memblock's regions
 *
 * Zeroes to begin with. Ranges come by ascending address of their start, so that
 * all of them together cost no more than one pass over the regions.
 */
struct kho_place {
	/* private: */
	unsigned long ram;
	unsigned long used;
};

const char *kho_check_range(struct kho_place *place, phys_addr_t base,
			    phys_addr_t size);
bool kho_range_on_one_node(const struct kho_place *place, phys_addr_t end);

#endif /* _KHO_RANGE_H */
