/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MEMBLOCK_LINUX_INIT_H
#define _MEMBLOCK_LINUX_INIT_H

#include <../../include/linux/init.h>

/* What parses a parameter becomes a pointer that a test calls it through. */
#undef __setup
#define __setup(str, fn)	int (*sim_setup_##fn)(char *p) = fn

extern int (*sim_setup_reserve_mem)(char *p);

#endif
