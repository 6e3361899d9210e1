/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: the gaps between preserved blocks, in which the next kernel boots.
 */
#ifndef _KHO_GAPS_H
#define _KHO_GAPS_H

struct kho_map_walk;

void kho_open_gaps(struct kho_map_walk *blocks);
int kho_check_gaps(struct kho_map_walk *blocks);

#endif /* _KHO_GAPS_H */
