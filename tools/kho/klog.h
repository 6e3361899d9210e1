/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel says while something is done: its log tells the reasons.
 */
#ifndef __KHO_KLOG_H
#define __KHO_KLOG_H

#include <stdbool.h>

/* From here on */
void klog_begin(void);
/* All of KHO's and live update's lines since then, or since they were told last */
void klog_tell(void);
/* Warnings and errors of these; false when there were none */
bool klog_warnings(void);

#endif /* __KHO_KLOG_H */
