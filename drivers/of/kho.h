/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kexec HandOver on device-tree architectures: two addresses travel as
 * properties of /chosen.
 */
#ifndef _OF_KHO_H
#define _OF_KHO_H

#include <linux/types.h>

#define OF_KHO_FDT	"linux,kho-fdt"
#define OF_KHO_SCRATCH	"linux,kho-scratch"

struct kimage;

#ifdef CONFIG_KEXEC_HANDOVER

bool of_kho_scan_chosen(void *fdt, int chosen);
int of_kho_fill_chosen(const struct kimage *image, void *fdt, int chosen);
int of_kho_keep_regions(const struct kimage *image, void *fdt);

#else

static inline bool of_kho_scan_chosen(void *fdt, int chosen)
{
	return false;
}

static inline int of_kho_fill_chosen(const struct kimage *image, void *fdt,
				     int chosen)
{
	return 0;
}

static inline int of_kho_keep_regions(const struct kimage *image, void *fdt)
{
	return 0;
}

#endif /* CONFIG_KEXEC_HANDOVER */

#endif /* _OF_KHO_H */
