/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KHO_EARLY_INIT_H
#define _KHO_EARLY_INIT_H

#include_next <linux/init.h>

/* What parses a parameter becomes a pointer that a test calls it through */
#undef early_param
#undef __setup
#define early_param(str, fn)	int (*sim_param_##fn)(char *arg) = fn
#define __setup(str, fn)	int (*sim_setup_##fn)(char *arg) = fn
#define core_initcall(fn)	int (*sim_initcall_##fn)(void) = fn

#endif
