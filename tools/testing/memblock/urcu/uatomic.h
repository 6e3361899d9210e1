/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of liburcu as tools/lib/slab.c calls, so that nobody must install it. */
#ifndef _MEMBLOCK_URCU_UATOMIC_H
#define _MEMBLOCK_URCU_UATOMIC_H

#define uatomic_inc(ptr) \
	((void)__atomic_add_fetch((ptr), 1, __ATOMIC_SEQ_CST))
#define uatomic_dec(ptr) \
	((void)__atomic_sub_fetch((ptr), 1, __ATOMIC_SEQ_CST))

#endif
