// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/kho/: the handover as developers look at it.
 *
 * out/ is what the next kernel will get, in/ is what the last one left. Nothing
 * depends on these files: with debugfs=off every call below gets an error
 * pointer back and goes on, and programs have /sys/kernel/kho/ (kho_sysfs.c).
 *
 * Locking: a file comes and goes while KHO's locks are held, and
 * debugfs_remove() waits for whoever is reading it. So nothing that is read
 * here may take these locks, out/finalize excepted, which is never removed.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kho_internal.h"

/* A blob of the last kernel that is larger than this has no file in in/. */
#define KHO_SNAPSHOT_MAX	SZ_16M

/* NULL until kho_debugfs_init(), error pointers where debugfs is off. */
static struct dentry *out_dir, *out_subtrees;
static struct dentry *in_dir, *in_subtrees;

/* out/fdt, while the handover is finalized. */
static struct dentry *out_fdt;
static struct debugfs_blob_wrapper out_fdt_blob;
static struct debugfs_blob_wrapper in_fdt_blob;

/* As debugfs_create_blob(), but the size shows in the directory, too. */
static struct dentry *create_blob(const char *name, struct dentry *dir,
				  struct debugfs_blob_wrapper *blob)
{
	struct dentry *dentry = debugfs_create_blob(name, 0400, dir, blob);

	if (!IS_ERR_OR_NULL(dentry))
		i_size_write(d_inode(dentry), blob->size);

	return dentry;
}

static int scratch_phys_show(struct seq_file *m, void *unused)
{
	for (unsigned int i = 0; i < kho_scratch_cnt; i++)
		seq_printf(m, "0x%llx\n", kho_scratch[i].addr);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(scratch_phys);

static int scratch_len_show(struct seq_file *m, void *unused)
{
	for (unsigned int i = 0; i < kho_scratch_cnt; i++)
		seq_printf(m, "0x%llx\n", kho_scratch[i].size);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(scratch_len);

static ssize_t finalize_read(struct file *file, char __user *to, size_t count,
			     loff_t *pos)
{
	return simple_read_from_buffer(to, count, pos,
				       kho_finalized() ? "1\n" : "0\n", 2);
}

static ssize_t finalize_write(struct file *file, const char __user *from,
			      size_t count, loff_t *pos)
{
	char buf[4] = {};
	int err;

	if (!count || count >= sizeof(buf))
		return -EINVAL;
	if (copy_from_user(buf, from, count))
		return -EFAULT;

	err = kho_store_finalize(buf);

	return err ? err : count;
}

static const struct file_operations finalize_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = finalize_read,
	.write = finalize_write,
	.llseek = default_llseek,
};

/*
 * What goes out is read in place: it is its producer's, and the file is gone
 * before kho_remove_subtree() returns.
 *
 * What came in belongs to an owner who restores it, reads it and frees it, any
 * time. So that in/ goes on to show what the last kernel left, it is copied
 * before the first owner's initcall.
 */
static void __init take_snapshot(struct kho_subtree *subtree)
{
	if (subtree->size <= KHO_SNAPSHOT_MAX)
		subtree->snapshot = kvmemdup(subtree->blob, subtree->size,
					     GFP_KERNEL);
	if (!subtree->snapshot)
		pr_info("subtree '%s' (%zu bytes) is not shown in debugfs\n",
			subtree->name, subtree->size);
}

static int __init take_snapshots(void)
{
	if (kho_in.valid)
		kho_visit_subtrees(true, take_snapshot);

	return 0;
}
early_initcall(take_snapshots);

static ssize_t subtree_read(struct file *file, char __user *to, size_t count,
			    loff_t *pos)
{
	const struct kho_subtree *subtree = file->private_data;
	const void *blob = subtree->snapshot ?: subtree->blob;

	return simple_read_from_buffer(to, count, pos, blob, subtree->size);
}

static const struct file_operations subtree_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = subtree_read,
	.llseek = default_llseek,
};

/**
 * kho_debugfs_add_subtree - show a subtree in out/sub_fdts or in/sub_fdts
 * @subtree:	the subtree; stays until kho_debugfs_remove_subtree()
 * @incoming:	whether it came from the last kernel
 *
 * Before kho_debugfs_init() it does nothing: that adds whatever is there by
 * then.
 *
 * Context: may sleep; the list of subtrees is locked.
 */
void kho_debugfs_add_subtree(struct kho_subtree *subtree, bool incoming)
{
	struct dentry *dir = incoming ? in_subtrees : out_subtrees;
	struct dentry *dentry;

	if (IS_ERR_OR_NULL(dir) || subtree->dentry)
		return;

	if (incoming && !subtree->snapshot)
		return;

	dentry = debugfs_create_file(subtree->name, 0400, dir, subtree,
				     &subtree_fops);
	if (IS_ERR(dentry))
		return;

	i_size_write(d_inode(dentry), subtree->size);
	subtree->dentry = dentry;
}

/**
 * kho_debugfs_remove_subtree - take a subtree's file away
 * @subtree:	the subtree; nobody reads it any more on return
 *
 * Context: may sleep; the list of subtrees is locked.
 */
void kho_debugfs_remove_subtree(struct kho_subtree *subtree)
{
	debugfs_remove(subtree->dentry);
	subtree->dentry = NULL;
	kvfree(subtree->snapshot);
	subtree->snapshot = NULL;
}

/**
 * kho_debugfs_state - let out/fdt come or go with the handover's state
 * @finalized:	whether the FDT is complete from here on
 *
 * Context: may sleep; the state is locked. On abort it is called before the
 * FDT changes: nobody reads it any more on return.
 */
void kho_debugfs_state(bool finalized)
{
	size_t size;

	debugfs_remove(out_fdt);
	out_fdt = NULL;

	if (!finalized || IS_ERR_OR_NULL(out_dir))
		return;

	out_fdt_blob.data = (void *)kho_out_fdt(&size);
	out_fdt_blob.size = size;
	out_fdt = create_blob("fdt", out_dir, &out_fdt_blob);
}

static void add_outgoing(struct kho_subtree *subtree)
{
	kho_debugfs_add_subtree(subtree, false);
}

static void add_incoming(struct kho_subtree *subtree)
{
	kho_debugfs_add_subtree(subtree, true);
}

static void init_out(struct dentry *root)
{
	struct dentry *dir = debugfs_create_dir("out", root);

	debugfs_create_file("finalize", 0600, dir, NULL, &finalize_fops);
	debugfs_create_file("active", 0600, dir, NULL, &finalize_fops);
	debugfs_create_file("scratch_phys", 0400, dir, NULL,
			    &scratch_phys_fops);
	debugfs_create_file("scratch_len", 0400, dir, NULL, &scratch_len_fops);

	out_subtrees = debugfs_create_dir("sub_fdts", dir);
	out_dir = dir;

	kho_visit_subtrees(false, add_outgoing);
}

static void init_in(struct dentry *root)
{
	in_fdt_blob.data = (void *)kho_in.fdt;
	in_fdt_blob.size = kho_in.fdt_size;

	in_dir = debugfs_create_dir("in", root);
	in_subtrees = debugfs_create_dir("sub_fdts", in_dir);
	create_blob("fdt", in_dir, &in_fdt_blob);

	kho_visit_subtrees(true, add_incoming);
}

/**
 * kho_debugfs_init - create the files
 *
 * Context: an initcall after debugfs' own, before user space can finalize. May
 * sleep and locks the list of subtrees.
 */
void __init kho_debugfs_init(void)
{
	struct dentry *root;

	if (!kho_is_enabled())
		return;

	root = debugfs_create_dir("kho", NULL);
	if (IS_ERR(root)) {
		kho_visit_subtrees(true, kho_debugfs_remove_subtree);
		return;
	}

	init_out(root);
	if (kho_in.valid)
		init_in(root);
}
