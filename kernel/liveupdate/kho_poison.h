/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: memory with hardware errors that is handed over.
 */
#ifndef _KHO_POISON_H
#define _KHO_POISON_H

#include "kho_fdt.h"

struct kho_map_walk;

/* What goes, as kho_find_poison() found it */
extern struct kho_poison kho_poison_out;

int kho_find_poison(struct kho_map_walk *walk, phys_addr_t fdt);
int kho_update_poison(struct kho_map_walk *walk, phys_addr_t fdt, bool *changed);

#endif /* _KHO_POISON_H */
