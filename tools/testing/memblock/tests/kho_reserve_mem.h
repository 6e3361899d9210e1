/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MEMBLOCK_KHO_RESERVE_MEM_H
#define _MEMBLOCK_KHO_RESERVE_MEM_H

int reserve_mem_kho_checks(void);

#endif
