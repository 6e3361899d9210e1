/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: from one state of the handover to the next.
 */
#ifndef _KHO_FINALIZE_H
#define _KHO_FINALIZE_H

#include <linux/types.h>

struct kho_scratch;

int kho_finalize(void);
int kho_abort(void);
int kho_commit(const struct kho_scratch *areas);
int kho_commit_nothing(void);
void kho_settle(void);

ssize_t kho_read_out_fdt(void *buf, loff_t pos, size_t count);
phys_addr_t kho_out_fdt_phys(void);

#endif /* _KHO_FINALIZE_H */
