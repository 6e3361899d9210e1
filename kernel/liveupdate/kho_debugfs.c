// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: /sys/kernel/debug/kho/, the handover as developers look at it.
 *
 * out/ is what the next kernel will get, in/ is what the last one left: the blob
 * of each subtree, and links to what sysfs has (kho_sysfs.c). Nothing depends on
 * these files: with debugfs=off every call below gets an error pointer back and
 * goes on.
 *
 * A file is removed with the list of subtrees locked, and debugfs_remove() waits
 * for whoever is reading it: nothing that is read here takes that lock.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "kho_claim.h"
#include "kho_map.h"
#include "kho_state.h"
#include "kho_subtree.h"

static struct dentry *out_subtrees, *in_subtrees;

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
	/* The bit is looked at after the bytes, not before. */
	smp_rmb();
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

static struct dentry *add_file(struct kho_subtree *subtree, struct dentry *dir,
			       const struct file_operations *fops)
{
	struct dentry *dentry = debugfs_create_file(subtree->name, 0400, dir,
						    subtree, fops);

	if (IS_ERR(dentry))
		return NULL;
	i_size_write(d_inode(dentry), subtree->size);
	return dentry;
}

static void add_outgoing(struct kho_subtree *subtree)
{
	subtree->dentry = add_file(subtree, out_subtrees, &out_subtree_fops);
}

static void remove_outgoing(struct kho_subtree *subtree)
{
	debugfs_remove(subtree->dentry);
}

static const struct kho_subtree_watch watch = {
	.added = add_outgoing,
	.removed = remove_outgoing,
};

static void add_incoming(struct kho_subtree *subtree, void *unused)
{
	add_file(subtree, in_subtrees, &in_subtree_fops);
}

static void __init init_out(struct dentry *root)
{
	struct dentry *dir = debugfs_create_dir("out", root);

	debugfs_create_symlink("finalize", dir, "/sys/kernel/kho/active");
	debugfs_create_symlink("active", dir, "/sys/kernel/kho/active");
	debugfs_create_symlink("fdt", dir, "/sys/kernel/kho/dt");
	debugfs_create_symlink("scratch_phys", dir,
			       "/sys/kernel/kho/scratch_phys");
	debugfs_create_symlink("scratch_len", dir, "/sys/kernel/kho/scratch_len");
	out_subtrees = debugfs_create_dir("sub_fdts", dir);
	kho_watch_subtrees(&watch);
}

static void __init init_in(struct dentry *root)
{
	struct dentry *dir = debugfs_create_dir("in", root);

	debugfs_create_symlink("fdt", dir, "/sys/firmware/kho/dt");
	in_subtrees = debugfs_create_dir("sub_fdts", dir);
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
