// SPDX-License-Identifier: GPL-2.0-only
/* /sys/kernel/debug/kho/, read as developers do, also while an owner takes a blob back */

#include <stdio.h>

#include "pages.h"

#define SIM_DENTRIES	32

/* Of a folder, a file or a link */
struct dentry {
	bool there;
	char name[32];
	struct dentry *parent;
	const char *target;
	unsigned int mode;
	const struct file_operations *fops;
	struct inode inode;
};

static struct dentry dentries[SIM_DENTRIES];
/* As with debugfs=off */
static bool off;
/* Bytes that user space has room for, however many it asks for */
static size_t room;
/* What an owner does while what came is copied */
static void (*meanwhile)(void);

static struct dentry *add(const char *name, struct dentry *parent)
{
	if (off)
		return ERR_PTR(-EPERM);
	if (sim_fails())
		return ERR_PTR(-ENOMEM);
	for (struct dentry *d = dentries; d < dentries + SIM_DENTRIES; d++)
		if (!d->there) {
			*d = (struct dentry){ .there = true, .parent = parent };
			sim_strscpy(d->name, name, sizeof(d->name));
			return d;
		}
	sim_die("too many files");
}

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent)
{
	return add(name, parent);
}

struct dentry *debugfs_create_symlink(const char *name, struct dentry *parent,
				      const char *target)
{
	struct dentry *dentry = add(name, parent);

	if (!IS_ERR(dentry))
		dentry->target = target;
	return dentry;
}

struct dentry *debugfs_create_file(const char *name, unsigned int mode,
				   struct dentry *parent, void *data,
				   const struct file_operations *fops)
{
	struct dentry *dentry = add(name, parent);

	if (!IS_ERR(dentry)) {
		dentry->mode = mode;
		dentry->fops = fops;
		dentry->inode.i_private = data;
	}
	return dentry;
}

void debugfs_remove(struct dentry *dentry)
{
	if (!dentry || IS_ERR(dentry))
		return;
	if (!dentry->there)
		sim_die("removed is what is not there");
	dentry->there = false;
}

struct inode *d_inode(struct dentry *dentry)
{
	return &dentry->inode;
}

int simple_open(struct inode *inode, struct file *file)
{
	file->private_data = inode->i_private;
	return 0;
}

loff_t default_llseek(struct file *file, loff_t to, int whence)
{
	return to;
}

ssize_t simple_read_from_buffer(void *to, size_t count, loff_t *pos,
				const void *from, size_t available)
{
	return memory_read_from_buffer(to, count, pos, from, available);
}

long copy_from_kernel_nofault(void *to, const void *from, size_t size)
{
	if (meanwhile)
		meanwhile();
	memcpy(to, from, size);
	/* Whatever is read next may have been read before */
	sim_read_early = true;
	return 0;
}

unsigned long copy_to_user(void *to, const void *from, unsigned long size)
{
	size_t done = min(size, room);

	memcpy(to, from, done);
	return size - done;
}

/* The file or folder at @path below kho, or NULL */
static struct dentry *find(const char *path)
{
	struct dentry *parent = NULL;
	char rest[64], *name;

	snprintf(rest, sizeof(rest), "kho/%s", path);
	for (name = strtok(rest, "/"); name; name = strtok(NULL, "/")) {
		struct dentry *d = dentries;

		while (d < dentries + SIM_DENTRIES &&
		       !(d->there && d->parent == parent && !strcmp(d->name, name)))
			d++;
		if (d == dentries + SIM_DENTRIES)
			return NULL;
		parent = d;
	}
	return parent;
}

static char got[4 * PAGE_SIZE];

static ssize_t read_at(const char *path, loff_t *pos, size_t count)
{
	struct dentry *dentry = find(path);
	struct file file;
	long before = sim.objects;
	ssize_t ret;

	dentry->fops->open(&dentry->inode, &file);
	ret = dentry->fops->read(&file, got, count, pos);
	sim_read_early = false;
	CHECK(sim.objects == before);
	return ret;
}

/* All of it, in pieces of so many bytes at most, and nothing behind */
static bool reads(const char *path, const void *blob, size_t size, size_t count)
{
	struct dentry *dentry = find(path);
	loff_t pos = 0;

	if (!dentry || dentry->mode != 0400 || dentry->inode.i_size != (loff_t)size)
		return false;
	while (pos < (loff_t)size) {
		loff_t at = pos;
		ssize_t len = read_at(path, &pos, count);

		if (len < 1 || len > (ssize_t)count || pos != at + len ||
		    memcmp(got, blob + at, len))
			return false;
	}
	return !read_at(path, &pos, count) && pos == (loff_t)size;
}

static bool links(const char *path, const char *target)
{
	struct dentry *dentry = find(path);

	return dentry && dentry->target && !strcmp(dentry->target, target);
}

static void init(void)
{
	memset(dentries, 0, sizeof(dentries));
	off = false;
	room = sizeof(got);
	meanwhile = NULL;
	CHECK(!sim_initcall_kho_debugfs_init());
}

static char *new_blob(const char *name, size_t size)
{
	char *blob = kho_alloc_preserve(size);

	for (size_t i = 0; i < size; i++)
		blob[i] = sim_random(256);
	CHECK(!kho_add_subtree(name, blob, size));
	return blob;
}

static void outgoing(void)
{
	char *early, *late;

	sim_cold();
	early = new_blob("early", PAGE_SIZE + 5);
	init();
	late = new_blob("late", 3);
	CHECK(reads("out/sub_fdts/early", early, PAGE_SIZE + 5, 1000));
	CHECK(reads("out/sub_fdts/late", late, 3, 1000));
	CHECK(links("out/finalize", "/sys/kernel/kho/active") &&
	      links("out/active", "/sys/kernel/kho/active") &&
	      links("out/fdt", "/sys/kernel/kho/dt") &&
	      links("out/scratch_phys", "/sys/kernel/kho/scratch_phys") &&
	      links("out/scratch_len", "/sys/kernel/kho/scratch_len"));
	CHECK(!find("in"));
	kho_remove_subtree(early);
	CHECK(!find("out/sub_fdts/early") && find("out/sub_fdts/late"));
	kho_remove_subtree(late);
	CHECK(!find("out/sub_fdts/late"));
}

/* Two blobs that came, the first of more than two pages */
#define CAME_SIZE	(2 * PAGE_SIZE + 7)

static char came[CAME_SIZE];
static phys_addr_t came_phys;

static void hand_over(void)
{
	char *blob;

	sim_cold();
	blob = new_blob("came", CAME_SIZE);
	memcpy(came, blob, CAME_SIZE);
	came_phys = virt_to_phys(blob);
	new_blob("too", 1);
	sim_kexec();
	CHECK(!sim_initcall_kho_init());
	init();
}

static void incoming(void)
{
	loff_t pos = 0;

	hand_over();
	CHECK(links("in/fdt", "/sys/firmware/kho/dt") && find("in/sub_fdts/too"));
	CHECK(reads("in/sub_fdts/came", came, CAME_SIZE, 1000));
	CHECK(reads("in/sub_fdts/came", came, CAME_SIZE, sizeof(got)));
	/* A buffer of any size would be memory of any size */
	CHECK(read_at("in/sub_fdts/came", &pos, sizeof(got)) == PAGE_SIZE);
	pos = -1;
	CHECK(!read_at("in/sub_fdts/came", &pos, 8) && pos == -1);
	pos = 10;
	sim.fail_at = 1;
	CHECK(read_at("in/sub_fdts/came", &pos, 8) == -ENOMEM && pos == 10);
	room = 7;
	CHECK(read_at("in/sub_fdts/came", &pos, 8) == -EFAULT && pos == 10);
	CHECK(read_at("in/sub_fdts/came", &pos, 7) == 7 && pos == 17);
	CHECK(!memcmp(got, came + 10, 7));
}

static void take_back(void)
{
	CHECK(kho_restore_folio(came_phys));
	memset(phys_to_virt(came_phys), 'x', CAME_SIZE);
}

/* What is its owner's is nobody else's to read, and is not read half */
static void taken_back(void)
{
	loff_t pos = 0;

	hand_over();
	meanwhile = take_back;
	CHECK(read_at("in/sub_fdts/came", &pos, 8) == -ENODATA && !pos);
	meanwhile = NULL;
	CHECK(read_at("in/sub_fdts/came", &pos, 8) == -ENODATA && !pos);
	CHECK(read_at("in/sub_fdts/too", &pos, 8) == 1);
}

static void no_debugfs(void)
{
	char *blob;

	/* KHO is off, or debugfs is */
	sim_power_on();
	sim_switch(false);
	init();
	CHECK(!find(""));
	sim_cold();
	init();
	off = true;
	blob = new_blob("blob", 1);
	kho_remove_subtree(blob);
	sim_cold();
	memset(dentries, 0, sizeof(dentries));
	CHECK(!sim_initcall_kho_debugfs_init() && !find(""));
	kho_remove_subtree(new_blob("blob", 1));
	CHECK(!kho_finalize());

	/* Each file is missing in its turn, and the others are there */
	for (unsigned int at = 1; at <= 8; at++) {
		sim_cold();
		blob = new_blob("blob", 1);
		memset(dentries, 0, sizeof(dentries));
		off = false;
		sim.fail_at = at;
		CHECK(!sim_initcall_kho_debugfs_init());
		sim.fail_at = 0;
		CHECK(sim.failed && !find("") == (at == 1));
		kho_remove_subtree(blob);
	}
}

const struct check checks_debugfs[] = {
	{ "debugfs: what goes can be read, as long as it does", outgoing },
	{ "debugfs: what came can be read", incoming },
	{ "debugfs: and not once its owner has taken it", taken_back },
	{ "debugfs: without it all else works", no_debugfs },
	{ }
};
