/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: what the last kernel preserved, on the way to its owners.
 */
#ifndef _KHO_CLAIM_H
#define _KHO_CLAIM_H

#include <linux/list.h>
#include <linux/types.h>

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
