/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: where nodes meet.
 */
#ifndef _KHO_NODES_H
#define _KHO_NODES_H

void kho_move_node_borders(void);

#endif /* _KHO_NODES_H */
