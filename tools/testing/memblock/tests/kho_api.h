/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MEMBLOCK_KHO_API_H
#define _MEMBLOCK_KHO_API_H

int memblock_kho_early_checks(void);
int memblock_kho_checks(void);
int memblock_kho_mirror_checks(void);

#endif
