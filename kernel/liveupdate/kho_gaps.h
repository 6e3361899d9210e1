/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KHO_GAPS_H
#define _KHO_GAPS_H

struct kho_blocks;

void kho_open_gaps(struct kho_blocks *blocks);

#endif /* _KHO_GAPS_H */
