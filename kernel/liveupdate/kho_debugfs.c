// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: /sys/kernel/debug/kho/, the handover as developers look at it.
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
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "kho_early.h"
#include "kho_files.h"
#include "kho_map.h"
#include "kho_scratch.h"
#include "kho_state.h"
#include "kho_subtree.h"

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

/* What goes out is its producer's, and the file is gone before that is so no more. */
static ssize_t out_subtree_read(struct file *file, char __user *to,
				size_t count, loff_t *pos)
{
	const struct kho_subtree *subtree = file->private_data;

	return simple_read_from_buffer(to, count, pos, subtree->blob,
				       subtree->size);
}

static const struct file_operations out_subtree_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = out_subtree_read,
	.llseek = default_llseek,
};

static bool still_unclaimed(const struct kho_subtree *subtree)
{
	return kho_map_covers(&kho_in.tree, kho_in.orders,
			      virt_to_phys(subtree->blob), subtree->size);
}

/*
 * What came may be taken back, written to and freed by its owner at any time. What
 * nobody had taken after it was copied was nobody's while it was copied.
 */
static ssize_t in_subtree_read(struct file *file, char __user *to, size_t count,
			       loff_t *pos)
{
	const struct kho_subtree *subtree = file->private_data;
	loff_t at = *pos;
	ssize_t ret;
	void *buf;

	if (at < 0 || at >= subtree->size)
		return 0;
	count = min3(count, (size_t)(subtree->size - at), PAGE_SIZE);
	buf = kmalloc(count, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	ret = copy_from_kernel_nofault(buf, subtree->blob + at, count);
	if (!still_unclaimed(subtree))
		ret = -ENODATA;
	if (!ret)
		ret = copy_to_user(to, buf, count) ? -EFAULT : count;
	if (ret > 0)
		*pos += ret;
	kfree(buf);
	return ret;
}

static const struct file_operations in_subtree_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = in_subtree_read,
	.llseek = default_llseek,
};

/**
 * kho_debugfs_add_subtree() - show a subtree in out/sub_fdts or in/sub_fdts
 * @subtree: the subtree; stays until kho_debugfs_remove_subtree()
 * @incoming: whether it came from the last kernel
 *
 * Before kho_debugfs_init() it does nothing: that adds whatever is there by
 * then.
 *
 * Context: Process context, may sleep; the list of subtrees is locked.
 */
void kho_debugfs_add_subtree(struct kho_subtree *subtree, bool incoming)
{
	struct dentry *dir = incoming ? in_subtrees : out_subtrees;
	struct dentry *dentry;

	if (IS_ERR_OR_NULL(dir) || subtree->dentry)
		return;

	dentry = debugfs_create_file(subtree->name, 0400, dir, subtree,
				     incoming ? &in_subtree_fops :
						&out_subtree_fops);
	if (IS_ERR(dentry))
		return;

	i_size_write(d_inode(dentry), subtree->size);
	subtree->dentry = dentry;
}

/**
 * kho_debugfs_remove_subtree() - take a subtree's file away
 * @subtree: the subtree; nobody reads it any more on return
 *
 * Context: Process context, may sleep; the list of subtrees is locked.
 */
void kho_debugfs_remove_subtree(struct kho_subtree *subtree)
{
	debugfs_remove(subtree->dentry);
	subtree->dentry = NULL;
}

/**
 * kho_debugfs_show() - let out/fdt come or go
 * @finalized: whether the FDT is complete from here on
 *
 * Context: Process context, may sleep; one caller at a time. Before the FDT
 * changes: nobody reads it any more on return.
 */
void kho_debugfs_show(bool finalized)
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

static void add_outgoing(struct kho_subtree *subtree, void *unused)
{
	kho_debugfs_add_subtree(subtree, false);
}

static void add_incoming(struct kho_subtree *subtree, void *unused)
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

	kho_visit_subtrees(false, add_outgoing, NULL);
}

static void init_in(struct dentry *root)
{
	in_fdt_blob.data = (void *)kho_in.fdt;
	in_fdt_blob.size = kho_in.fdt_size;

	in_dir = debugfs_create_dir("in", root);
	in_subtrees = debugfs_create_dir("sub_fdts", in_dir);
	create_blob("fdt", in_dir, &in_fdt_blob);

	kho_visit_subtrees(true, add_incoming, NULL);
}

static int __init kho_debugfs_init(void)
{
	struct dentry *root;

	if (!kho_is_enabled())
		return 0;

	root = debugfs_create_dir("kho", NULL);
	if (IS_ERR(root))
		return 0;

	init_out(root);
	if (kho_in.valid)
		init_in(root);
	return 0;
}

/* After debugfs' own, before user space can finalize. */
fs_initcall(kho_debugfs_init);
