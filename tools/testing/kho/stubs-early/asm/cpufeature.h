/* SPDX-License-Identifier: GPL-2.0-only */
#define X86_FEATURE_XMM4_2	0
#define boot_cpu_has(feature)	true
