/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

/* That of the C library wants an array even where there is nothing in it. */
#define bsearch(key, base, nr, size, cmp)				\
	((nr) ? bsearch(key, base, nr, size, cmp) : NULL)
