/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: the files in sysfs and debugfs, and the stubs of those that are optional.
 */
#ifndef _KHO_FILES_H
#define _KHO_FILES_H

#include <linux/types.h>

struct kho_subtree;

/* kho_sysfs.c */

void kho_sysfs_show(bool finalized);
int kho_store_finalize(const char *buf);

/* kho_debugfs.c */

#ifdef CONFIG_KEXEC_HANDOVER_DEBUGFS
void kho_debugfs_add_subtree(struct kho_subtree *subtree, bool incoming);
void kho_debugfs_remove_subtree(struct kho_subtree *subtree);
void kho_debugfs_show(bool finalized);
#else
static inline void kho_debugfs_add_subtree(struct kho_subtree *subtree,
					   bool incoming)
{
}

static inline void kho_debugfs_remove_subtree(struct kho_subtree *subtree)
{
}

static inline void kho_debugfs_show(bool finalized)
{
}
#endif

/* The state was finalized, or is not any more: files with the FDT come or go. */
static inline void kho_show_files(bool finalized)
{
	kho_debugfs_show(finalized);
	kho_sysfs_show(finalized);
}

#endif /* _KHO_FILES_H */
