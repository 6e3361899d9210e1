/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: who the last kernel was, and who this one is.
 */
#ifndef _KHO_METADATA_H
#define _KHO_METADATA_H

int kho_metadata_add(void);
void kho_metadata_read(void);

#endif /* _KHO_METADATA_H */
