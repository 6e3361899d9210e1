/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/types.h>

struct kimage {
	struct {
		phys_addr_t fdt;
		size_t fdt_size;
		phys_addr_t scratch;
		size_t scratch_size;
	} kho;
};
