// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: what live update hands over is wrong.
 *
 * luo=FIELD=VALUE finalizes, and when the kexec freezes what is preserved, after live
 * update has written all of it, one field is written over. It takes two sessions of which
 * the first has two files, and an FLB where one is named.
 *
 * VALUE: a number; odd (the address and 1); plus (one more); no-ram; spare (a page that
 * is not preserved); header, sessions, files, flbs (where these lie); for a string: empty;
 * full (no NUL); unknown; other (the same as in the next entry, also for a token).
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/gfp.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/block.h>
#include <linux/kho/abi/luo.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "test_kho.h"

#define DT_SIZE_MAX		SZ_1M

/* No machine has memory there. */
#define NO_RAM			BIT_ULL(46)

enum place {
	HEADER,
	SESSIONS,
	FILES,
	FLBS,
	PLACES,
};

static const char * const place_names[PLACES] = {
	[HEADER] = "header", [SESSIONS] = "sessions", [FILES] = "files",
	[FLBS] = "flbs",
};

#define ENTRY(head, entry, field) \
	sizeof(struct head) + offsetof(struct entry, field), \
	sizeof_field(struct entry, field), sizeof(struct entry)
#define HEAD(head, field) \
	offsetof(struct head, field), sizeof_field(struct head, field), 0

static const struct field {
	const char *name;
	enum place place;
	size_t offset;
	size_t size;
	/* Bytes to the same field of the next entry */
	size_t next;
} fields[] = {
	{ "compatible", HEADER, HEAD(luo_ser, compatible) },
	{ "sessions", HEADER, HEAD(luo_ser, sessions) },
	{ "flbs", HEADER, HEAD(luo_ser, flbs) },
	{ "sessions-next", SESSIONS, HEAD(kho_block_header, next) },
	{ "sessions-count", SESSIONS, HEAD(kho_block_header, count) },
	{ "session-name", SESSIONS,
	  ENTRY(kho_block_header, luo_session_ser, name) },
	{ "session-files", SESSIONS,
	  ENTRY(kho_block_header, luo_session_ser, files) },
	{ "session-count", SESSIONS,
	  ENTRY(kho_block_header, luo_session_ser, count) },
	{ "files-next", FILES, HEAD(kho_block_header, next) },
	{ "files-count", FILES, HEAD(kho_block_header, count) },
	{ "file-compatible", FILES,
	  ENTRY(kho_block_header, luo_file_ser, compatible) },
	{ "file-data", FILES, ENTRY(kho_block_header, luo_file_ser, data) },
	{ "file-token", FILES, ENTRY(kho_block_header, luo_file_ser, token) },
	{ "flbs-pages", FLBS, HEAD(luo_flb_header_ser, pages) },
	{ "flbs-count", FLBS, HEAD(luo_flb_header_ser, count) },
	{ "flb-name", FLBS, ENTRY(luo_flb_header_ser, luo_flb_ser, name) },
	{ "flb-data", FLBS, ENTRY(luo_flb_header_ser, luo_flb_ser, data) },
	{ "flb-count", FLBS, ENTRY(luo_flb_header_ser, luo_flb_ser, count) },
};

static u64 header;
static u64 spare;
static char text[64];

static u64 place_phys(enum place place)
{
	struct luo_ser *ser = phys_to_virt(header);
	struct luo_session_ser *session;

	switch (place) {
	case SESSIONS:
		return ser->sessions;
	case FILES:
		session = phys_to_virt(ser->sessions +
				       sizeof(struct kho_block_header));
		return session->files;
	case FLBS:
		return ser->flbs;
	default:
		return header;
	}
}

static const struct field *find_field(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(fields); i++)
		if (!strcmp(fields[i].name, name))
			return &fields[i];
	return NULL;
}

/* Returns false for a value that is none of a string. */
static bool write_string(const struct field *field, char *at, const char *value)
{
	if (!strcmp(value, "other"))
		memcpy(at, at + field->next, field->size);
	else if (!strcmp(value, "empty"))
		memset(at, 0, field->size);
	else if (!strcmp(value, "full"))
		memset(at, 'x', field->size);
	else if (!strcmp(value, "unknown"))
		strscpy_pad(at, "nobody", field->size);
	else
		return false;
	return true;
}

static int find_number(const char *value, u64 right, u64 *number)
{
	int i = match_string(place_names, PLACES, value);

	if (i >= 0)
		*number = place_phys(i);
	else if (!strcmp(value, "odd") || !strcmp(value, "plus"))
		*number = right + 1;
	else if (!strcmp(value, "no-ram"))
		*number = NO_RAM;
	else if (!strcmp(value, "spare"))
		*number = spare;
	else
		return kstrtou64(value, 0, number);
	return 0;
}

static int damage(void)
{
	char copy[sizeof(text)], *value = copy;
	const struct field *field;
	u64 number, phys;
	char *at;
	int err;

	strscpy(copy, text);
	field = find_field(strsep(&value, "="));
	if (!field || !value)
		return -EINVAL;
	phys = place_phys(field->place);
	if (!phys)
		return -ENOENT;
	at = phys_to_virt(phys + field->offset);
	if (write_string(field, at, value))
		return 0;
	err = find_number(value, get_unaligned((u64 *)at), &number);
	if (!err)
		put_unaligned(number, (u64 *)at);
	return err;
}

static int luo_freeze(struct kho_notifier *kn)
{
	int err = damage();

	pr_info("%s: live update's %s\n", err ? "FAIL" : "damaged", text);
	return err;
}

/* After live update, whose priority is 0 */
static struct kho_notifier notifier = {
	.name = "test_kho: luo",
	.priority = -1,
	.freeze = luo_freeze,
};

static int find_header(void)
{
	void *fdt = vmalloc(DT_SIZE_MAX);
	u64 root, blob_size;
	int size;

	if (!fdt)
		return -ENOMEM;
	size = test_kho_find_root(fdt, DT_SIZE_MAX, &root);
	if (size > 0)
		size = test_kho_find_subtree(fdt, size, LUO_SUBTREE_NAME,
					     &header, &blob_size);
	vfree(fdt);
	return size;
}

/**
 * test_kho_luo - damage what live update hands over
 * @how: FIELD=VALUE
 *
 * The module stays.
 *
 * Return: 0, or an errno.
 */
int test_kho_luo(const char *how)
{
	int err;

	spare = virt_to_phys((void *)get_zeroed_page(GFP_KERNEL));
	if (strscpy(text, how) < 0)
		return -EINVAL;
	err = test_kho_write_file("/sys/kernel/kho/active", "1") ?:
	      find_header() ?: register_kho_notifier(&notifier);
	if (!err)
		__module_get(THIS_MODULE);
	return err;
}
