/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: what the last kernel preserved, on the way to its owners.
 */
#ifndef _KHO_CLAIM_H
#define _KHO_CLAIM_H

#include <linux/kho_radix_tree.h>
#include <linux/list.h>
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
 * @refused: why the handover was refused, or NULL
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
	const char *refused;
};

extern struct kho_incoming kho_in;

/**
 * struct kho_claim - several things that are taken back all, or none
 *
 * Between kho_claim_begin() and kho_claim_commit() or kho_claim_cancel(). What is
 * in a claim may be read, and is nobody else's to take.
 */
struct kho_claim {
	/* private: the first pages of all blocks, the last one first */
	struct list_head blocks;
};

void kho_claim_begin(struct kho_claim *claim);
int kho_claim_folio(struct kho_claim *claim, u64 phys);
int kho_claim_run(struct kho_claim *claim, u64 phys, unsigned long nr_pages);
void kho_claim_commit(struct kho_claim *claim);
void kho_claim_cancel(struct kho_claim *claim);

u64 kho_unclaimed_bytes(void);

#if IS_ENABLED(CONFIG_KEXEC_HANDOVER_KUNIT_TEST)
void kho_claim_forget_leaves(void);
#endif

#endif /* _KHO_CLAIM_H */
