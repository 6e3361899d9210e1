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
	const struct bin_attribute *density;
};

unsigned long max_pfn = SIM_PAGES;
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
	kobj->density = group->bin_attrs[1];
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

#define ALL_ORDERS	((2UL << KHO_KEY_MAX_ORDER) - 1)

/* What a line of density has to say: pieces have 64 pages here */
static void density_of(unsigned long pfn, char *line)
{
	u64 bytes[2] = {};

	for (unsigned long i = pfn; i < pfn + 64; i++) {
		if (kho_map_orders_at(&kho_out_tree, ALL_ORDERS, PFN_PHYS(i)))
			bytes[0] += PAGE_SIZE;
		if (kho_in.valid &&
		    kho_map_orders_at(&kho_in.tree, kho_in.orders, PFN_PHYS(i)))
			bytes[1] += PAGE_SIZE;
	}
	sprintf(line, "%016lx %016lx %016lx\n", (unsigned long)PFN_PHYS(pfn),
		(unsigned long)bytes[0], (unsigned long)bytes[1]);
}

/* All of it, in pieces that end anywhere in a line */
static bool density_right(void)
{
	static char want[SIM_PAGES / 64 * 51 + 1], have[sizeof(want) + 100];
	ssize_t got, at = 0;

	for (unsigned long pfn = 0; pfn < SIM_PAGES; pfn += 64)
		density_of(pfn, want + pfn / 64 * 51);
	do {
		got = kernel.density->read(NULL, &kernel, (void *)kernel.density,
					   have + at, at, 70);
		at += got;
	} while (got);
	return at == sizeof(want) - 1 && kernel.density->size == (size_t)at &&
	       !memcmp(have, want, at);
}

static void density(void)
{
	restart();
	CHECK(kernel.density->attr.mode == 0400 && density_right());
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 61), 5));
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 256), 256));
	CHECK(density_right());
	sim_kexec();
	kobject_put(&kernel);
	CHECK(!sim_initcall_kho_init() && !sim_initcall_kho_sysfs_init());
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 900), 3));
	CHECK(kho_restore_pages(PFN_PHYS(BANK_B + 256), 256));
	CHECK(density_right());
	sim_switch(false);
	CHECK(reads("preserved_orders", 0400, ""));
	CHECK(!kernel.density->read(NULL, &kernel, (void *)kernel.density, got,
				    0, 10));
}

/* KHO's own are there, too */
static void orders(void)
{
	u64 blocks[KHO_KEY_MAX_ORDER + 1];
	char text[256];
	int len = 0;

	restart();
	for (unsigned int order = 0; order <= KHO_KEY_MAX_ORDER; order++)
		blocks[order] = kho_map_blocks(&kho_out_tree, order);
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B), 7));
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 256), 512));
	blocks[0]++;
	blocks[1]++;
	blocks[2]++;
	blocks[8] += 2;
	for (unsigned int order = 0; order <= KHO_KEY_MAX_ORDER; order++)
		if (blocks[order])
			len += sprintf(text + len, "%u %lu\n", order,
				       (unsigned long)blocks[order]);
	CHECK(reads("preserved_orders", 0400, text));
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
	{ "sysfs: density says where", density },
	{ "sysfs: preserved_orders says in which blocks", orders },
	{ "sysfs: active finalizes and aborts", active },
	{ "sysfs: the FDT can be read while it is true", device_tree },
	{ "sysfs: without files all else works", no_files },
	{ }
};
