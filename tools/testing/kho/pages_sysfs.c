// SPDX-License-Identifier: GPL-2.0-only
/* /sys/kernel/kho/ and /sys/firmware/kho/, read and written as programs do */

#include <linux/libfdt.h>
#include <stdarg.h>
#include <stdio.h>

#include "pages.h"

/* A folder in sysfs; there is one beneath each of those that are there anyway */
struct kobject {
	bool there;
	const struct attribute_group *group;
	const struct bin_attribute *dt;
};

static struct kobject kernel, firmware;
struct kobject *kernel_kobj = &kernel, *firmware_kobj = &firmware;
static bool privileged = true;

bool capable(int cap)
{
	return cap == CAP_SYS_ADMIN && privileged;
}

bool sysfs_streq(const char *a, const char *b)
{
	size_t len = strlen(b);

	return !strncmp(a, b, len) && (!a[len] || !strcmp(a + len, "\n"));
}

static int emit(char *buf, int at, const char *fmt, va_list args)
{
	return vsnprintf(buf + at, PAGE_SIZE - at, fmt, args);
}

int sysfs_emit(char *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = emit(buf, 0, fmt, args);
	va_end(args);
	return len;
}

int sysfs_emit_at(char *buf, int at, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = emit(buf, at, fmt, args);
	va_end(args);
	return len;
}

struct kobject *kobject_create_and_add(const char *name, struct kobject *parent)
{
	if (parent->there || strcmp(name, "kho"))
		sim_die("no such folder");
	if (sim_fails())
		return NULL;
	parent->there = true;
	return parent;
}

void kobject_put(struct kobject *kobj)
{
	*kobj = (struct kobject){};
}

int sysfs_create_group(struct kobject *kobj, const struct attribute_group *group)
{
	if (sim_fails())
		return -ENOMEM;
	kobj->group = group;
	return sysfs_create_bin_file(kobj, group->bin_attrs[0]);
}

int sysfs_create_bin_file(struct kobject *kobj, const struct bin_attribute *attr)
{
	if (kobj->dt)
		sim_die("a file is there already");
	if (sim_fails())
		return -ENOMEM;
	kobj->dt = attr;
	return 0;
}

static struct kobj_attribute *find(const char *name)
{
	for (struct attribute **a = kernel.group->attrs; *a; a++)
		if (!strcmp((*a)->name, name))
			return container_of(*a, struct kobj_attribute, attr);
	sim_die(name);
}

static bool reads(const char *name, unsigned int mode, const char *text)
{
	struct kobj_attribute *attr = find(name);
	static char buf[PAGE_SIZE];
	ssize_t len;

	memset(buf, 0xee, sizeof(buf));
	len = attr->show(&kernel, attr, buf);
	if (attr->attr.mode == mode && len == (ssize_t)strlen(text) &&
	    !memcmp(buf, text, len))
		return true;
	printf("# %s: %o, %.*s", name, attr->attr.mode, (int)len, buf);
	return false;
}

static char got[512];

static ssize_t read_dt(struct kobject *kobj, loff_t pos, size_t count)
{
	return kobj->dt->read(NULL, kobj, (void *)kobj->dt, got, pos, count);
}

/* All of it, in pieces, and nothing behind */
static bool reads_dt(struct kobject *kobj, const void *fdt, size_t size)
{
	for (size_t pos = 0; pos < size; pos += sizeof(got)) {
		ssize_t want = min(sizeof(got), size - pos);

		if (read_dt(kobj, pos, sizeof(got)) != want ||
		    memcmp(got, fdt + pos, want))
			return false;
	}
	return !read_dt(kobj, size, 8) && read_dt(kobj, -1, 8) == -EINVAL;
}

static ssize_t writes(const char *text)
{
	struct kobj_attribute *attr = find("active");

	return attr->store(&kernel, attr, text, strlen(text));
}

static void restart(void)
{
	kobject_put(&kernel);
	kobject_put(&firmware);
	privileged = true;
	sim_cold();
	CHECK(!sim_initcall_kho_sysfs_init());
}

static void attributes(void)
{
	char text[512];

	restart();
	CHECK(reads("enabled", 0444, "1\n"));
	CHECK(reads("active", 0644, "0\n"));
	snprintf(text, sizeof(text), "%#llx\n%#llx\n%#llx\n", PFN_PHYS(SCRATCH_B),
		 PFN_PHYS(SCRATCH_A), PFN_PHYS(SCRATCH_C));
	CHECK(reads("scratch_phys", 0400, text));
	snprintf(text, sizeof(text), "%#llx\n%#llx\n%#llx\n", PFN_PHYS(U(8)),
		 PFN_PHYS(U(4)), PFN_PHYS(U(4)));
	CHECK(reads("scratch_len", 0444, text));
	CHECK(reads("dt_max", 0444, "131072\n"));
	CHECK(reads("preserved_bytes", 0444, "0\n"));
	CHECK(reads("unclaimed_bytes", 0444, "0\n"));
	CHECK(reads("generation", 0444, "0\n"));
	CHECK(reads("previous_release", 0444, ""));
	CHECK(reads("refused", 0444, ""));
	CHECK(!firmware.there);
	kho_in.refused = "somebody did not like it";
	CHECK(reads("refused", 0444, "somebody did not like it\n"));
	kho_in.refused = NULL;

	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B), 5));
	snprintf(text, sizeof(text), "%lu\n", 5 * PAGE_SIZE);
	CHECK(reads("preserved_bytes", 0444, text));
	sim_kexec();
	kobject_put(&kernel);
	CHECK(!sim_initcall_kho_init() && !sim_initcall_kho_sysfs_init());
	CHECK(reads("unclaimed_bytes", 0444, text));
	CHECK(reads("generation", 0444, "1\n"));
	CHECK(reads("previous_release", 0444, "6.12.0-sim\n"));
	CHECK(firmware.dt && firmware.dt->attr.mode == 0400 &&
	      firmware.dt->size == kho_in.fdt_size);
	CHECK(reads_dt(&firmware, kho_in.fdt, kho_in.fdt_size));
	sim_switch(false);
	CHECK(reads("enabled", 0444, "0\n"));
}

static void active(void)
{
	restart();
	CHECK(writes("2\n") == -EINVAL && writes("") == -EINVAL);
	CHECK(writes("11") == -EINVAL && !kho_finalized());
	privileged = false;
	CHECK(writes("1\n") == -EPERM && !kho_finalized());
	privileged = true;
	CHECK(writes("1\n") == 2 && reads("active", 0644, "1\n"));
	CHECK(writes("1") == 1 && kho_finalized());
	privileged = false;
	CHECK(writes("0") == -EPERM && kho_finalized());
	privileged = true;
	CHECK(writes("0\n") == 2 && reads("active", 0644, "0\n"));
	sim.gaps_err = -ENOSPC;
	CHECK(writes("1") == -ENOSPC && !kho_finalized());
}

/* The FDT can be read while it is true */
static void device_tree(void)
{
	const void *fdt;

	restart();
	CHECK(kernel.dt && kernel.dt->attr.mode == 0400);
	CHECK(read_dt(&kernel, 0, 60) == -ENODATA);
	CHECK(!kho_finalize());
	fdt = phys_to_virt(kho_out_fdt_phys());
	CHECK(reads_dt(&kernel, fdt, fdt_totalsize(fdt)));
	CHECK(!kho_abort() && read_dt(&kernel, 0, 60) == -ENODATA);
	CHECK(!kho_commit(NULL) && reads_dt(&kernel, fdt, fdt_totalsize(fdt)));
	kho_kexec_failed();
	CHECK(read_dt(&kernel, 0, 60) == -ENODATA);
}

/* KHO works without its files */
static void no_files(void)
{
	for (unsigned int at = 1; at <= 3; at++) {
		kobject_put(&kernel);
		sim_cold();
		sim.fail_at = at;
		CHECK(sim_initcall_kho_sysfs_init() == -ENOMEM && !kernel.there);
		CHECK(!kho_finalize() && !kho_abort());
	}
	for (unsigned int at = 4; at <= 5; at++) {
		restart();
		sim_kexec();
		kobject_put(&kernel);
		CHECK(!sim_initcall_kho_init());
		sim.fail_at = at;
		CHECK(sim_initcall_kho_sysfs_init() == -ENOMEM);
		CHECK(!firmware.there && kernel.there);
	}
}

const struct check checks_sysfs[] = {
	{ "sysfs: each file says what is", attributes },
	{ "sysfs: active finalizes and aborts", active },
	{ "sysfs: the FDT can be read while it is true", device_tree },
	{ "sysfs: without files all else works", no_files },
	{ }
};
