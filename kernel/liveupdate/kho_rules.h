/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: the rules for what may be preserved, as both kernels apply them.
 */
#ifndef _KHO_RULES_H
#define _KHO_RULES_H

#include <linux/types.h>

struct memblock_type;

/**
 * struct kho_memory - a machine's memory, as one kernel knows it
 * @ram: all RAM
 * @used: ranges of it that firmware or this kernel itself occupies
 * @in_use: whether a part of @used is occupied still; NULL where all of it is
 */
struct kho_memory {
	const struct memblock_type *ram;
	const struct memblock_type *used;
	bool (*in_use)(phys_addr_t base, phys_addr_t end);
};

/**
 * struct kho_place - where a series of checks is among a machine's regions
 *
 * Zeroes to begin with. Ranges come by ascending address of their start, so that
 * all of them together cost no more than one pass over the regions.
 */
struct kho_place {
	/* private: */
	unsigned long ram;
	unsigned long used;
};

const char *kho_check_range(const struct kho_memory *memory,
			    struct kho_place *place, phys_addr_t base,
			    phys_addr_t size);
bool kho_range_on_one_node(const struct kho_memory *memory,
			   const struct kho_place *place, phys_addr_t end);

#endif /* _KHO_RULES_H */
