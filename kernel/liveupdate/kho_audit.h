/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: a look at all that is preserved before the next kernel does.
 */
#ifndef _KHO_AUDIT_H
#define _KHO_AUDIT_H

struct kho_map_walk;

int kho_audit(struct kho_map_walk *walk);

#endif /* _KHO_AUDIT_H */
