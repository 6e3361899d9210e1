/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine whose memory is not encrypted */
#ifndef _KHO_EARLY_CC_PLATFORM_H
#define _KHO_EARLY_CC_PLATFORM_H

#define cc_platform_has(attr)	false
#define early_memremap_decrypted(phys, size)	early_memremap(phys, size)

#endif
