/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kexec HandOver: who the last kernel was.
 */
#ifndef _LINUX_KHO_ABI_KEXEC_METADATA_H
#define _LINUX_KHO_ABI_KEXEC_METADATA_H

#include <linux/build_bug.h>
#include <linux/types.h>

/**
 * DOC: Kexec metadata ABI
 *
 * The subtree "kexec-metadata" is one packed struct, struct kho_kexec_metadata,
 * that the kernel itself hands over. A reader takes it when its version is one
 * that it knows and the blob is at least as large as the struct of that version,
 * and goes on without it otherwise: it is for people to read.
 *
 * A field more at the end is no break. Any other change is, and takes another
 * version.
 */

#define KHO_KEXEC_METADATA_NAME		"kexec-metadata"
#define KHO_KEXEC_METADATA_VERSION	1

/**
 * struct kho_kexec_metadata - the last kernel, version 1
 * @version: KHO_KEXEC_METADATA_VERSION
 * @previous_release: its release, as uname -r prints it; not trusted to be
 *	terminated
 * @kexec_count: handovers since the cold boot, the one that brings this included
 */
struct kho_kexec_metadata {
	u32 version;
	char previous_release[65];
	u32 kexec_count;
} __packed;

static_assert(sizeof(struct kho_kexec_metadata) == 73);
static_assert(offsetof(struct kho_kexec_metadata, version) == 0);
static_assert(offsetof(struct kho_kexec_metadata, previous_release) == 4);
static_assert(offsetof(struct kho_kexec_metadata, kexec_count) == 69);

#endif /* _LINUX_KHO_ABI_KEXEC_METADATA_H */
