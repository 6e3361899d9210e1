/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KHO_FINALIZE_H
#define __KHO_FINALIZE_H

#include <stdbool.h>

/* 0, or a negative errno; the kernel's log has the reason, see klog.h */
int set_finalized(bool finalized);
/* The errno as the end of a sentence */
const char *finalize_error(int err);

#endif /* __KHO_FINALIZE_H */
