/* SPDX-License-Identifier: GPL-2.0-only */
/* What is printed is kept, for the tests to look at; see machine_kernel.c */
#ifndef _KHO_EARLY_PRINTK_H
#define _KHO_EARLY_PRINTK_H

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

/* memblock prints u64 with other specifiers than this compiler's */
int sim_printk(const char *fmt, ...);

#define pr_debug(fmt, ...)	sim_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont			pr_debug
#define pr_info			pr_debug
#define pr_warn			pr_debug
#define pr_err			pr_debug
#define pr_warn_ratelimited	pr_debug
#define pr_err_ratelimited	pr_debug

#include <asm/bug.h>

#endif
