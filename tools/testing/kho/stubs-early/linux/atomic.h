/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/types.h>

void atomic_long_set(atomic_long_t *v, long i);
