/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MEMBLOCK_KHO_MERGE_H
#define _MEMBLOCK_KHO_MERGE_H

int memblock_kho_merge_checks(void);

#endif
