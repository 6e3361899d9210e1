/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/types.h>

struct setup_header {
	u32 header;
	u16 kernel_version;
	u64 setup_data;
};

struct boot_params {
	unsigned char before[0x1f1];
	struct setup_header hdr;
};
