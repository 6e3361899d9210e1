// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: what live update hands over is wrong.
 *
 * luo=FIELD=VALUE[,...]: when the kexec freezes what is preserved, after live update has
 * written all of it, fields are written over. It takes two sessions of which the first has
 * two files, and an FLB where one is named. FIELD@N is one of the first session's file N,
 * from 0 on: of what tells of a memfd, of the array of its folios, or of the chunk that
 * tells where that lies.
 *
 * VALUE: a number; ones; odd (the address and 1); plus (one more); no-ram; spare (a page that
 * is not preserved); header, sessions, files, flbs, memfd, chunk, array (where these lie);
 * for a string: empty; full (no NUL); unknown; other (the same as in the next entry, also
 * for a number); first (as in file 0).
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/build_bug.h>
#include <linux/gfp.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/block.h>
#include <linux/kho/abi/hugetlb.h>
#include <linux/kho/abi/luo.h>
#include <linux/kho/abi/memfd.h>
#include <linux/kho/abi/vmalloc.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
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
	POOL,
	MEMFD,
	CHUNK,
	ARRAY,
	PLACES,
};

static const char * const place_names[PLACES] = {
	[HEADER] = "header", [SESSIONS] = "sessions", [FILES] = "files",
	[FLBS] = "flbs", [POOL] = "pool", [MEMFD] = "memfd", [CHUNK] = "chunk",
	[ARRAY] = "array",
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
	{ "pool-version", POOL, offsetof(struct hugetlb_kho_pool, version),
	  sizeof_field(struct hugetlb_kho_pool, version), 0 },
	{ "pool-nr", POOL, offsetof(struct hugetlb_kho_pool, nr),
	  sizeof_field(struct hugetlb_kho_pool, nr), 0 },
	{ "pool-count", POOL, sizeof(struct hugetlb_kho_pool) +
	  offsetof(struct hugetlb_kho_count, count),
	  sizeof_field(struct hugetlb_kho_count, count), 0 },
	/* Huge pages or not, they are at the same places. */
	{ "pos", MEMFD, offsetof(struct memfd_luo_ser, pos),
	  sizeof_field(struct memfd_luo_ser, pos), 0 },
	{ "size", MEMFD, offsetof(struct memfd_luo_ser, size),
	  sizeof_field(struct memfd_luo_ser, size), 0 },
	{ "seals", MEMFD, offsetof(struct memfd_luo_ser, seals),
	  sizeof_field(struct memfd_luo_ser, seals), 0 },
	{ "flags", MEMFD, offsetof(struct memfd_luo_ser, flags),
	  sizeof_field(struct memfd_luo_ser, flags), 0 },
	{ "order", MEMFD, offsetof(struct hugetlb_luo_ser, order),
	  sizeof_field(struct hugetlb_luo_ser, order), 0 },
	{ "nr", MEMFD, offsetof(struct memfd_luo_ser, nr_folios),
	  sizeof_field(struct memfd_luo_ser, nr_folios), 0 },
	{ "area-first", MEMFD, offsetof(struct memfd_luo_ser, folios.first),
	  sizeof_field(struct memfd_luo_ser, folios.first), 0 },
	{ "area-pages", MEMFD, offsetof(struct memfd_luo_ser, folios.total_pages),
	  sizeof_field(struct memfd_luo_ser, folios.total_pages), 0 },
	{ "area-flags", MEMFD, offsetof(struct memfd_luo_ser, folios.flags),
	  sizeof_field(struct memfd_luo_ser, folios.flags), 0 },
	{ "area-order", MEMFD, offsetof(struct memfd_luo_ser, folios.order),
	  sizeof_field(struct memfd_luo_ser, folios.order), 0 },
	{ "chunk-next", CHUNK, offsetof(struct kho_vmalloc_chunk, next),
	  sizeof_field(struct kho_vmalloc_chunk, next), 0 },
	{ "chunk-page", CHUNK, offsetof(struct kho_vmalloc_chunk, phys[0]), sizeof(u64), 0 },
	/* A pfn, and flags above it */
	{ "folio", ARRAY, 0, sizeof(u64), sizeof(struct memfd_luo_folio_ser) },
	{ "index", ARRAY, offsetof(struct memfd_luo_folio_ser, index),
	  sizeof_field(struct memfd_luo_folio_ser, index),
	  sizeof(struct memfd_luo_folio_ser) },
	{ "page", ARRAY, 0, sizeof(u64), sizeof(u64) },
};

static_assert(offsetof(struct memfd_luo_ser, folios) ==
	      offsetof(struct hugetlb_luo_ser, pages));

static bool registered;
static u64 header, pool;
static u64 spare;
static char *text;

static u64 files_phys(void)
{
	struct luo_ser *ser = phys_to_virt(header);
	struct luo_session_ser *session;

	session = phys_to_virt(ser->sessions + sizeof(struct kho_block_header));
	return session->files;
}

static u64 memfd_phys(unsigned int file)
{
	struct luo_file_ser *files;

	files = phys_to_virt(files_phys() + sizeof(struct kho_block_header));
	return files[file].data;
}

static u64 chunk_phys(unsigned int file)
{
	struct memfd_luo_ser *ser = phys_to_virt(memfd_phys(file));

	return ser->folios.first;
}

static u64 array_phys(unsigned int file)
{
	struct kho_vmalloc_chunk *chunk = phys_to_virt(chunk_phys(file));

	return chunk->phys[0];
}

static u64 place_phys(enum place place, unsigned int file)
{
	struct luo_ser *ser = phys_to_virt(header);

	switch (place) {
	case SESSIONS:
		return ser->sessions;
	case FILES:
		return files_phys();
	case FLBS:
		return ser->flbs;
	case POOL:
		return pool;
	case MEMFD:
		return memfd_phys(file);
	case CHUNK:
		return chunk_phys(file);
	case ARRAY:
		return array_phys(file);
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

static u64 read_number(const struct field *field, const void *at)
{
	u64 number = 0;

	memcpy(&number, at, field->size);
	return number;
}

static int find_number(const struct field *field, const void *at, unsigned int file,
		       const char *value, u64 *number)
{
	int i = match_string(place_names, PLACES, value);

	if (i >= 0)
		*number = place_phys(i, file);
	else if (!strcmp(value, "odd") || !strcmp(value, "plus"))
		*number = read_number(field, at) + 1;
	else if (!strcmp(value, "ones"))
		*number = ~0ULL;
	else if (!strcmp(value, "no-ram"))
		*number = NO_RAM;
	else if (!strcmp(value, "spare"))
		*number = spare;
	else if (!strcmp(value, "first"))
		*number = read_number(field, phys_to_virt(place_phys(field->place, 0) +
							  field->offset));
	else
		return kstrtou64(value, 0, number);
	return 0;
}

static int damage(char *what)
{
	char *value = what, *name = strsep(&value, "="), *number = name;
	const struct field *field;
	unsigned int file = 0;
	u64 phys, wrong;
	char *at;
	int err;

	field = find_field(strsep(&number, "@"));
	if (!field || !value || (number && kstrtouint(number, 0, &file)))
		return -EINVAL;
	phys = place_phys(field->place, file);
	if (!phys)
		return -ENOENT;
	at = phys_to_virt(phys + field->offset);
	if (write_string(field, at, value))
		return 0;
	err = find_number(field, at, file, value, &wrong);
	/* The low bytes of it */
	if (!err)
		memcpy(at, &wrong, field->size);
	return err;
}

static int damage_all(void)
{
	char *copy = kstrdup(text, GFP_KERNEL), *rest = copy, *what;
	int err = copy ? 0 : -ENOMEM;

	while (!err && (what = strsep(&rest, ",")))
		err = damage(what);
	kfree(copy);
	return err;
}

static int luo_freeze(struct kho_notifier *kn)
{
	int err = damage_all();

	pr_info("%s: live update's %s\n", err ? "FAIL" : "damaged", text);
	return err;
}

/* After live update, whose priority is 0 */
static struct kho_notifier notifier = {
	.name = "test_kho: luo",
	.priority = -1,
	.freeze = luo_freeze,
};

static int find_blobs(void)
{
	void *fdt = vmalloc(DT_SIZE_MAX);
	u64 root, blob_size;
	int size;

	if (!fdt)
		return -ENOMEM;
	size = test_kho_find_root(fdt, DT_SIZE_MAX, &root);
	if (size > 0) {
		test_kho_find_subtree(fdt, size, HUGETLB_KHO_SUBTREE, &pool, &blob_size);
		size = test_kho_find_subtree(fdt, size, LUO_SUBTREE_NAME,
					     &header, &blob_size);
	}
	vfree(fdt);
	return size;
}

/**
 * test_kho_luo - damage what live update hands over
 * @how: FIELD[@N]=VALUE,...; where there is no such field the kexec is refused
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
	text = kstrdup(how, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	/* The FDT is there to be read only now; the blob stays where it is. */
	err = test_kho_write_file("/sys/kernel/kho/active", "1") ?:
	      find_blobs() ?:
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
	kfree(text);
}
