// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: what live update hands over is wrong.
 *
 * luo=FIELD=VALUE: when the kexec freezes what is preserved, after live update has written
 * all of it, one field is written over. It takes two sessions of which the first has two
 * files, and an FLB where one is named.
 *
 * VALUE: a number; odd (the address and 1); plus (one more); no-ram; spare (a page that
 * is not preserved); header, sessions, files, flbs (where these lie); for a string: empty;
 * full (no NUL); unknown; other (the same as in the next entry, also for a token).
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/build_bug.h>
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

/* In the first entry, behind the head of a block or of the page of FLBs */
#define IN_FIRST(entry, field) \
	(sizeof(struct kho_block_header) + offsetof(struct entry, field))
static_assert(sizeof(struct kho_block_header) == sizeof(struct luo_flb_header_ser));

static const struct field {
	const char *name;
	enum place place;
	size_t offset;
	size_t size;
	/* Bytes to the same field of the next entry */
	size_t next;
} fields[] = {
	{ "compatible", HEADER, offsetof(struct luo_ser, compatible),
	  sizeof_field(struct luo_ser, compatible), 0 },
	{ "sessions", HEADER, offsetof(struct luo_ser, sessions),
	  sizeof_field(struct luo_ser, sessions), 0 },
	{ "flbs", HEADER, offsetof(struct luo_ser, flbs),
	  sizeof_field(struct luo_ser, flbs), 0 },
	{ "sessions-next", SESSIONS, offsetof(struct kho_block_header, next),
	  sizeof_field(struct kho_block_header, next), 0 },
	{ "sessions-count", SESSIONS, offsetof(struct kho_block_header, count),
	  sizeof_field(struct kho_block_header, count), 0 },
	{ "session-name", SESSIONS, IN_FIRST(luo_session_ser, name),
	  sizeof_field(struct luo_session_ser, name), sizeof(struct luo_session_ser) },
	{ "session-files", SESSIONS, IN_FIRST(luo_session_ser, files),
	  sizeof_field(struct luo_session_ser, files), sizeof(struct luo_session_ser) },
	{ "session-count", SESSIONS, IN_FIRST(luo_session_ser, count),
	  sizeof_field(struct luo_session_ser, count), sizeof(struct luo_session_ser) },
	{ "files-next", FILES, offsetof(struct kho_block_header, next),
	  sizeof_field(struct kho_block_header, next), 0 },
	{ "files-count", FILES, offsetof(struct kho_block_header, count),
	  sizeof_field(struct kho_block_header, count), 0 },
	{ "file-compatible", FILES, IN_FIRST(luo_file_ser, compatible),
	  sizeof_field(struct luo_file_ser, compatible), sizeof(struct luo_file_ser) },
	{ "file-data", FILES, IN_FIRST(luo_file_ser, data),
	  sizeof_field(struct luo_file_ser, data), sizeof(struct luo_file_ser) },
	{ "file-token", FILES, IN_FIRST(luo_file_ser, token),
	  sizeof_field(struct luo_file_ser, token), sizeof(struct luo_file_ser) },
	{ "flbs-pages", FLBS, offsetof(struct luo_flb_header_ser, pages),
	  sizeof_field(struct luo_flb_header_ser, pages), 0 },
	{ "flbs-count", FLBS, offsetof(struct luo_flb_header_ser, count),
	  sizeof_field(struct luo_flb_header_ser, count), 0 },
	{ "flb-name", FLBS, IN_FIRST(luo_flb_ser, name),
	  sizeof_field(struct luo_flb_ser, name), sizeof(struct luo_flb_ser) },
	{ "flb-data", FLBS, IN_FIRST(luo_flb_ser, data),
	  sizeof_field(struct luo_flb_ser, data), sizeof(struct luo_flb_ser) },
	{ "flb-count", FLBS, IN_FIRST(luo_flb_ser, count),
	  sizeof_field(struct luo_flb_ser, count), sizeof(struct luo_flb_ser) },
};

static bool registered;
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
 * @how: FIELD=VALUE; where there is no such field the kexec is refused
 *
 * Return: 0, or an errno.
 */
int test_kho_luo(const char *how)
{
	unsigned long page = get_zeroed_page(GFP_KERNEL);
	int err;

	if (!page)
		return -ENOMEM;
	spare = virt_to_phys((void *)page);
	if (strscpy(text, how) < 0)
		return -EINVAL;
	/* The FDT is there to be read only now; the blob stays where it is. */
	err = test_kho_write_file("/sys/kernel/kho/active", "1") ?:
	      find_header() ?:
	      test_kho_write_file("/sys/kernel/kho/active", "0") ?:
	      register_kho_notifier(&notifier);
	registered = !err;
	return err;
}

/* Let it be. */
void test_kho_luo_undo(void)
{
	if (registered)
		unregister_kho_notifier(&notifier);
	if (spare)
		free_page((unsigned long)phys_to_virt(spare));
}
