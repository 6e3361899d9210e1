/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/types.h>

struct boot_params {
	struct {
		u64 setup_data;
	} hdr;
};
