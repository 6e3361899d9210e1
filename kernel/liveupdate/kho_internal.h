/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of kernel/liveupdate/ tell each other, and the stubs of the
 * optional ones. Nothing outside this directory includes it.
 */
#ifndef _KHO_INTERNAL_H
#define _KHO_INTERNAL_H

#include <linux/compiler.h>
#include <linux/jump_label.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/kho_radix_tree.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "kho_radix.h"
#include "kho_scratch.h"

struct dentry;

/*
 * The FDT for the next kernel may grow to so many bytes by default, at most. A
 * subtree takes 72 to 96 of them, so that a thousand fit, whatever their names.
 */
#define KHO_DT_MAX_DEFAULT	SZ_128K
#define KHO_DT_MAX_LIMIT	SZ_256K

/*
 * struct kho_subtree - a blob that a producer hands over, or that was handed
 * over to us.
 */
struct kho_subtree {
	struct list_head list;
	char name[KHO_SUB_TREE_NAME_MAX + 1];
	void *blob;
	size_t size;
	/* Incoming only: somebody asked for it in this kernel. */
	bool claimed;
	/* The file in debugfs; NULL where there is none. */
	struct dentry *dentry;
	/* Incoming only: what came, for debugfs. The owner may free @blob. */
	void *snapshot;
};

/* kexec_handover.c: the running kernel's handover */

/* The set of all preserved blocks, as the next kernel will read it. */
extern struct kho_radix_tree kho_out_tree;

/*
 * Whoever changes what is preserved does so between kho_change_begin() and
 * kho_change_end(), so that finalizing sees all of a change or nothing.
 */
int kho_change_begin(void);
void kho_change_end(void);

/* kho_hotplug.c and kho_power.c: for who has to see all of it, standing still. */
void kho_still_begin(void);
void kho_still_end(void);
int kho_hold_empty(void);
void kho_release(void);

/*
 * Or, where nothing sleeps: with preemption disabled from before
 * kho_may_change() was true until the change is done.
 */
extern bool kho_near_open;
static inline bool kho_may_change(void)
{
	return READ_ONCE(kho_near_open);
}

bool kho_finalized(void);
int kho_finalize(void);
int kho_abort(void);
int kho_commit(void);

/* The finished FDT: valid while finalized. NULL and 0 otherwise. */
const void *kho_out_fdt(size_t *size);
/* Where the FDT for the next kernel lies, and how much of it an image passes. */
phys_addr_t kho_out_fdt_phys(size_t *size);
size_t kho_dt_max(void);
int kho_set_dt_max(size_t size);

void kho_disable(void);

/* kho_subtrees.c */
const char *kho_incoming_init(unsigned int nr_subtrees);
void kho_incoming_forget(void);
void kho_report_unclaimed(void);
size_t kho_fdt_need(void);
int kho_write_fdt(void *fdt, size_t size, u32 crc_tree);
/* Call @fn for each outgoing or incoming subtree, with their list locked. */
typedef void (*kho_subtree_fn)(struct kho_subtree *subtree);
void kho_visit_subtrees(bool incoming, kho_subtree_fn fn);

/* kho_preserve.c */
int kho_preserve_own(struct page *page, unsigned long nr_pages);
void kho_unpreserve_own(struct page *page, unsigned long nr_pages);
u64 kho_preserved_bytes(void);

static inline bool kho_producers_preserved(void)
{
	return kho_preserved_bytes();
}

void kho_windows_forget(void);
int kho_preserve_run(struct page *page, unsigned long nr_pages);
void kho_unpreserve_run(struct page *page, unsigned long nr_pages);
/* A producer's mistake: returns @err, and warns where that is configured. */
int kho_misuse(int err);
unsigned int kho_run_order(unsigned long pfn, unsigned long nr_pages);

/* The largest naturally aligned block that starts a run, on any node. */
static inline unsigned int kho_block_order(unsigned long pfn,
					   unsigned long nr_pages)
{
	unsigned int order = ilog2(nr_pages);

	return pfn ? min_t(unsigned int, order, __ffs(pfn)) : order;
}

/* kho_early.c: what came from the last kernel */
struct kho_incoming {
	/* False on a cold boot and after a refusal. */
	bool valid;
	phys_addr_t fdt_phys;
	size_t fdt_size;
	/* The FDT through the direct map; set with @valid. */
	const void *fdt;
	/* What is preserved and nobody has taken back yet, and in which orders. */
	struct kho_radix_tree tree;
	unsigned long orders;
	/* From "kexec-metadata"; 0 and "" when it did not come. */
	u32 kexec_count;
	char previous_release[65];
};

extern struct kho_incoming kho_in;

/* Why the last handover was refused, or NULL. */
extern const char *kho_refused;

/* Walk what nobody claimed, in bytes. */
u64 kho_unclaimed_bytes(void);

/* kho_restore.c */
bool kho_run_unclaimed(unsigned long pfn, unsigned long nr_pages);
struct page *kho_own_run(unsigned long pfn, unsigned long nr_pages);

/* kho_claim.c */

/**
 * struct kho_claim - several runs of pages that are taken back all, or none
 */
struct kho_claim {
	/* private: the keys of their blocks */
	struct kho_radix_tree keys;
};

int kho_claim_init(struct kho_claim *claim);
int kho_claim_add(struct kho_claim *claim, u64 phys, unsigned long nr_pages);
int kho_claim_take(struct kho_claim *claim);
void kho_claim_exit(struct kho_claim *claim);

/* kho_kexec.c */
u64 kho_early_needs(u64 ram);

/* kho_audit.c */
int kho_audit(void);

/* kho_hotplug.c */
#ifdef CONFIG_MEMORY_HOTPLUG
DECLARE_STATIC_KEY_FALSE(kho_memory_grew);
bool kho_added_memory(unsigned long pfn, unsigned long nr_pages);

/* Is any of the run memory that the next kernel does not start with? */
static inline bool kho_came_later(unsigned long pfn, unsigned long nr_pages)
{
	return static_branch_unlikely(&kho_memory_grew) &&
	       kho_added_memory(pfn, nr_pages);
}
#else
static inline bool kho_came_later(unsigned long pfn, unsigned long nr_pages)
{
	return false;
}
#endif

/* kho_debugfs.c */
#ifdef CONFIG_KEXEC_HANDOVER_DEBUGFS
void kho_debugfs_init(void);
void kho_debugfs_add_subtree(struct kho_subtree *subtree, bool incoming);
void kho_debugfs_remove_subtree(struct kho_subtree *subtree);
/* The state was finalized or aborted: out/fdt comes or goes. */
void kho_debugfs_state(bool finalized);
#else
static inline void kho_debugfs_init(void)
{
}

static inline void kho_debugfs_add_subtree(struct kho_subtree *subtree,
					   bool incoming)
{
}

static inline void kho_debugfs_remove_subtree(struct kho_subtree *subtree)
{
}

static inline void kho_debugfs_state(bool finalized)
{
}
#endif

/* kho_sysfs.c */
int kho_sysfs_init(void);
/* The state was finalized or aborted: dt comes or goes. */
void kho_sysfs_state(bool finalized);
/* A finalize or active file, here or in debugfs, was written to. */
int kho_store_finalize(const char *buf);

#endif /* _KHO_INTERNAL_H */
