/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: the named blobs of producers.
 */
#ifndef _KHO_SUBTREE_H
#define _KHO_SUBTREE_H

#include <linux/list.h>
#include <linux/types.h>

#include <linux/kho/abi/kexec_handover.h>

struct dentry;
struct kho_fdt_root;

/**
 * struct kho_subtree - a blob that is handed over, or that came
 * @list: among those that go
 * @name: of the subtree
 * @blob: the blob
 * @size: bytes in the blob
 * @claimed: it came, and somebody asked for it in this kernel
 * @damaged: it came, but its blob is not what the last kernel left
 * @dentry: the file in debugfs; NULL where there is none
 */
struct kho_subtree {
	struct list_head list;
	char name[KHO_SUB_TREE_NAME_MAX + 1];
	void *blob;
	size_t size;
	bool claimed;
	bool damaged;
	struct dentry *dentry;
};

int kho_write_subtrees(void *fdt, size_t size, struct kho_fdt_root *root);

const char *kho_incoming_init(unsigned int nr_subtrees, u64 preserved);
void kho_incoming_forget(void);
void kho_report_unclaimed(void);

/**
 * struct kho_subtree_watch - who wants to know of subtrees for the next kernel
 * @added: it will be handed over
 * @removed: it will not, and is about to be freed
 *
 * The list of subtrees is locked.
 */
struct kho_subtree_watch {
	void (*added)(struct kho_subtree *subtree);
	void (*removed)(struct kho_subtree *subtree);
};

void kho_watch_subtrees(const struct kho_subtree_watch *watch);

/* Call @fn for each outgoing or incoming subtree, with their list locked. */
typedef void (*kho_subtree_fn)(struct kho_subtree *subtree, void *data);
void kho_visit_subtrees(bool incoming, kho_subtree_fn fn, void *data);

#endif /* _KHO_SUBTREE_H */
