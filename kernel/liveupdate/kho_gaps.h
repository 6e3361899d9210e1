/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gaps between preserved blocks, in which the next kernel boots.
 */
#ifndef _KHO_GAPS_H
#define _KHO_GAPS_H

struct kho_blocks;

void kho_open_gaps(struct kho_blocks *blocks);
void kho_forecast_gaps(void);

#endif /* _KHO_GAPS_H */
