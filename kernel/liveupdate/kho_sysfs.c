// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: /sys/kernel/kho/ and /sys/firmware/kho/, what programs read and write.
 *
 * The stable interface (Documentation/ABI/testing/sysfs-kernel-kho): it needs
 * no debugfs and stays whole under lockdown. /sys/kernel/kho/ exists wherever
 * KHO is compiled in, so that a program can tell "off" from "unknown".
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/capability.h>
#include <linux/io.h>
#include <linux/kobject.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/pfn.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "kho_claim.h"
#include "kho_fdt.h"
#include "kho_finalize.h"
#include "kho_map.h"
#include "kho_preserve.h"
#include "kho_scratch.h"
#include "kho_state.h"
#include "kho_version.h"

static ssize_t enabled_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", kho_is_enabled());
}

static struct kobj_attribute enabled_attr = __ATTR_RO(enabled);

static ssize_t mode_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	if (!kho_is_enabled())
		return sysfs_emit(buf, "off\n");
	return sysfs_emit(buf, "%s\n", kho_has_reserve() ? "on" : "demand");
}

static struct kobj_attribute mode_attr = __ATTR_RO(mode);

static ssize_t active_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%d\n", kho_finalized());
}

static ssize_t active_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	int err = -EINVAL;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (sysfs_streq(buf, "1"))
		err = kho_finalize();
	else if (sysfs_streq(buf, "0"))
		err = kho_abort();
	return err ?: count;
}

static struct kobj_attribute active_attr = __ATTR_RW(active);

static u64 kho_scratch_sum(unsigned int first, unsigned int nr)
{
	u64 sum = 0;

	for (unsigned int i = first; i < first + nr; i++)
		sum += READ_ONCE(kho_scratch[i].size);
	return sum;
}

static ssize_t scratch_phys_show(struct kobject *kobj,
				 struct kobj_attribute *attr, char *buf)
{
	int len = 0;

	for (unsigned int i = 0; i < kho_scratch_cnt; i++)
		len += sysfs_emit_at(buf, len, "0x%llx\n", kho_scratch[i].addr);
	return len;
}

static struct kobj_attribute scratch_phys_attr = __ATTR_RO_MODE(scratch_phys,
								0400);

static ssize_t scratch_len_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	int len = 0;

	for (unsigned int i = 0; i < kho_scratch_cnt; i++)
		len += sysfs_emit_at(buf, len, "0x%llx\n", kho_scratch[i].size);
	return len;
}

static struct kobj_attribute scratch_len_attr = __ATTR_RO(scratch_len);

static ssize_t reserved_bytes_show(struct kobject *kobj,
				   struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", kho_scratch_sum(0, kho_scratch_cnt));
}

static struct kobj_attribute reserved_bytes_attr = __ATTR_RO(reserved_bytes);

static ssize_t on_demand_bytes_show(struct kobject *kobj,
				    struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", kho_scratch_sum(kho_scratch_cnt,
							 kho_scratch_on_demand));
}

static struct kobj_attribute on_demand_bytes_attr = __ATTR_RO(on_demand_bytes);

static ssize_t dt_max_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%u\n", KHO_DT_MAX);
}

static struct kobj_attribute dt_max_attr = __ATTR_RO(dt_max);

static ssize_t preserved_bytes_show(struct kobject *kobj,
				    struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", kho_preserved_bytes());
}

static struct kobj_attribute preserved_bytes_attr = __ATTR_RO(preserved_bytes);

/* One line for each order that occurs: it, and how many blocks are of it. */
static ssize_t preserved_orders_show(struct kobject *kobj,
				     struct kobj_attribute *attr, char *buf)
{
	unsigned int order;
	int len = 0;

	if (!kho_is_enabled())
		return 0;
	kho_look_begin();
	for (order = 0; order <= KHO_KEY_MAX_ORDER; order++) {
		u64 blocks = kho_map_blocks(&kho_out_tree, order);

		if (blocks)
			len += sysfs_emit_at(buf, len, "%u %llu\n", order,
					     blocks);
	}
	kho_look_end();
	return len;
}

static struct kobj_attribute preserved_orders_attr =
	__ATTR_RO_MODE(preserved_orders, 0400);

static ssize_t unclaimed_bytes_show(struct kobject *kobj,
				    struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", kho_unclaimed_bytes());
}

static struct kobj_attribute unclaimed_bytes_attr = __ATTR_RO(unclaimed_bytes);

static ssize_t generation_show(struct kobject *kobj,
			       struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", kho_in.kexec_count);
}

static struct kobj_attribute generation_attr = __ATTR_RO(generation);

static ssize_t previous_release_show(struct kobject *kobj,
				     struct kobj_attribute *attr, char *buf)
{
	return kho_in.previous_release[0] ?
		sysfs_emit(buf, "%s\n", kho_in.previous_release) : 0;
}

static struct kobj_attribute previous_release_attr =
	__ATTR_RO(previous_release);

static ssize_t refused_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return kho_in.refused ? sysfs_emit(buf, "%s\n", kho_in.refused) : 0;
}

static struct kobj_attribute refused_attr = __ATTR_RO(refused);

static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return kho_version_show(buf);
}

static ssize_t version_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	return kho_version_choose(buf) ?: count;
}

static struct kobj_attribute version_attr = __ATTR_RW(version);

static struct attribute *kho_attrs[] = {
	&enabled_attr.attr,
	&mode_attr.attr,
	&active_attr.attr,
	&scratch_phys_attr.attr,
	&scratch_len_attr.attr,
	&reserved_bytes_attr.attr,
	&on_demand_bytes_attr.attr,
	&dt_max_attr.attr,
	&preserved_bytes_attr.attr,
	&preserved_orders_attr.attr,
	&unclaimed_bytes_attr.attr,
	&generation_attr.attr,
	&previous_release_attr.attr,
	&refused_attr.attr,
	&version_attr.attr,
	NULL
};

static ssize_t out_dt_read(struct file *file, struct kobject *kobj,
			   struct bin_attribute *attr, char *buf, loff_t pos,
			   size_t count)
{
	return kho_read_out_fdt(buf, pos, count);
}

/* The FDT for the next kernel, while the handover is finalized. */
static struct bin_attribute out_dt_attr = {
	.attr = { .name = "dt", .mode = 0400 },
	.read = out_dt_read,
};

/*
 * Memory in pieces of one size, a line each: where it begins, how much of it is
 * preserved, how much of it came and is unclaimed. All lines have the same length, so
 * that any of them can be found.
 */
#define DENSITY_LINE		(3 * 17)
#define DENSITY_LINES		1024

static u64 density_size __ro_after_init;

static void density_line(char *line, phys_addr_t base)
{
	u64 in = 0, out;

	kho_look_begin();
	out = kho_map_bytes(&kho_out_tree, base, density_size);
	if (kho_in.valid)
		in = kho_map_bytes(&kho_in.tree, base, density_size);
	kho_look_end();
	snprintf(line, DENSITY_LINE + 1, "%016llx %016llx %016llx\n",
		 (u64)base, out, in);
}

static ssize_t density_read(struct file *file, struct kobject *kobj,
			    struct bin_attribute *attr, char *buf, loff_t pos,
			    size_t count)
{
	char line[DENSITY_LINE + 1];
	size_t done = 0;

	if (!kho_is_enabled())
		return 0;
	while (done < count && pos < attr->size) {
		size_t at = pos % DENSITY_LINE;
		size_t part = min(count - done, DENSITY_LINE - at);

		density_line(line, pos / DENSITY_LINE * density_size);
		memcpy(buf + done, line + at, part);
		done += part;
		pos += part;
	}
	return done;
}

static struct bin_attribute density_attr = {
	.attr = { .name = "density", .mode = 0400 },
	.read = density_read,
};

/* Nothing beyond the memory that is there at boot can be preserved. */
static void __init init_density(void)
{
	u64 end = PFN_PHYS(max_pfn);

	density_size = max_t(u64, PAGE_SIZE,
			     roundup_pow_of_two(DIV_ROUND_UP(end, DENSITY_LINES)));
	density_attr.size = DIV_ROUND_UP(end, density_size) * DENSITY_LINE;
}

static struct bin_attribute *kho_bin_attrs[] = {
	&out_dt_attr,
	&density_attr,
	NULL
};

static const struct attribute_group kho_group = {
	.attrs = kho_attrs,
	.bin_attrs = kho_bin_attrs,
};

static ssize_t in_dt_read(struct file *file, struct kobject *kobj,
			  struct bin_attribute *attr, char *buf, loff_t pos,
			  size_t count)
{
	return memory_read_from_buffer(buf, count, &pos, kho_in.fdt,
				       kho_in.fdt_size);
}

/* The FDT that came from the last kernel. */
static struct bin_attribute in_dt_attr = {
	.attr = { .name = "dt", .mode = 0400 },
	.read = in_dt_read,
};

static int __init init_firmware_dt(void)
{
	struct kobject *kobj = kobject_create_and_add("kho", firmware_kobj);
	int err;

	if (!kobj)
		return -ENOMEM;
	in_dt_attr.size = kho_in.fdt_size;
	err = sysfs_create_bin_file(kobj, &in_dt_attr);
	if (err)
		kobject_put(kobj);
	return err;
}

/* KHO works without the files, too. */
static int __init kho_sysfs_init(void)
{
	struct kobject *kobj = kobject_create_and_add("kho", kernel_kobj);
	int err;

	if (!kobj)
		return -ENOMEM;
	init_density();
	err = sysfs_create_group(kobj, &kho_group);
	if (err) {
		kobject_put(kobj);
		return err;
	}
	return kho_in.valid ? init_firmware_dt() : 0;
}

/* Before user space can finalize. */
fs_initcall(kho_sysfs_init);
