/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _STUBS_EARLY_CPUFEATURE_H
#define _STUBS_EARLY_CPUFEATURE_H

#define X86_FEATURE_XMM4_2	1
#define boot_cpu_has(feature)	(feature)

#endif
