/* SPDX-License-Identifier: GPL-2.0-only */
/* What arch/x86/boot/compressed/kho.c needs of misc.h and the headers there */

/* Kept out: beside kho.c in the tree, the compiler finds the real ones first */
#define BOOT_COMPRESSED_MISC_H
#define BOOT_COMPRESSED_ERROR_H

#ifndef _KHO_SIM_MISC_H
#define _KHO_SIM_MISC_H

#include "sim_types.h"

#define __packed		__attribute__((__packed__))
#define IS_ALIGNED(x, a)	(!((x) & ((a) - 1)))

#define E820_TYPE_RAM		1
#define E820_TYPE_RESERVED	2

#define SETUP_E820_EXT		1
#define SETUP_IMA		8
#define SETUP_RNG_SEED		9
#define SETUP_KEXEC_KHO		10

struct setup_data {
	u64 next;
	u32 type;
	u32 len;
	u8 data[];
};

struct ima_setup_data {
	u64 addr;
	u64 size;
} __packed;

struct kho_data {
	u64 fdt_addr;
	u64 fdt_size;
	u64 scratch_addr;
	u64 scratch_size;
} __packed;

struct boot_e820_entry {
	u64 addr;
	u64 size;
	u32 type;
} __packed;

struct boot_params {
	struct {
		u64 setup_data;
	} hdr;
	u8 e820_entries;
	struct boot_e820_entry e820_table[128];
};

struct mem_vector {
	u64 start;
	u64 size;
};

extern struct boot_params *boot_params_ptr;
void warn(const char *m);

#endif /* _KHO_SIM_MISC_H */
