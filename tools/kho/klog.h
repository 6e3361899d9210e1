/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel says while something is done: its log tells the reasons.
 */
#ifndef __KHO_KLOG_H
#define __KHO_KLOG_H

/* From here on */
void klog_begin(void);
/* All of KHO's and live update's lines since then */
void klog_tell(void);

#endif /* __KHO_KLOG_H */
