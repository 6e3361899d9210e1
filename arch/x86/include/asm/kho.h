/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kexec HandOver on x86: two addresses travel in a setup_data record.
 *
 * The record is written when an image is loaded (kexec-bzimage64.c) and read
 * twice in the next kernel: by the decompressor, whose random address has to lie
 * in scratch (boot/compressed/kho.c), and in setup_arch().
 */
#ifndef _ASM_X86_KHO_H
#define _ASM_X86_KHO_H

#include <linux/types.h>

struct boot_params;
struct kimage;

#ifdef CONFIG_KEXEC_HANDOVER

size_t kho_x86_record_size(void);
void kho_x86_add_record(const struct kimage *image, struct boot_params *params,
			u64 params_phys, size_t offset);

void kho_x86_parse_record(u64 phys, u64 len);
void kho_x86_early_init(void);
void kho_x86_low_memory_done(void);

#else

static inline size_t kho_x86_record_size(void)
{
	return 0;
}

static inline void kho_x86_add_record(const struct kimage *image,
				      struct boot_params *params,
				      u64 params_phys, size_t offset)
{
}

static inline void kho_x86_parse_record(u64 phys, u64 len)
{
}

static inline void kho_x86_early_init(void)
{
}

static inline void kho_x86_low_memory_done(void)
{
}

#endif /* CONFIG_KEXEC_HANDOVER */

#endif /* _ASM_X86_KHO_H */
