/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: what came from the last kernel.
 */
#ifndef _KHO_EARLY_H
#define _KHO_EARLY_H

#include <linux/kho_radix_tree.h>
#include <linux/types.h>

/**
 * struct kho_incoming - what came from the last kernel
 * @valid: something came; false on a cold boot and after a refusal
 * @fdt_phys: where the FDT lies
 * @fdt_size: bytes in it
 * @fdt: the FDT through the direct map
 * @tree: what is preserved and nobody has taken back yet
 * @orders: the orders that came, a bit for each
 * @nr_poison: pages with hardware errors that came
 * @kexec_count: handovers since the cold boot; 0 when nothing came
 * @previous_release: of the last kernel; "" when that is not known
 */
struct kho_incoming {
	bool valid;
	phys_addr_t fdt_phys;
	size_t fdt_size;
	const void *fdt;
	struct kho_radix_tree tree;
	unsigned long orders;
	unsigned int nr_poison;
	u32 kexec_count;
	char previous_release[65];
};

extern struct kho_incoming kho_in;

/* Why the last handover was refused, or NULL. */
extern const char *kho_refused;

/* Memory as early boot knows it; see kho_rules.h. */
extern const struct kho_memory kho_memory_early;

#endif /* _KHO_EARLY_H */
