// SPDX-License-Identifier: GPL-2.0-only
/* What the kho program believes of structs is what the kernel's headers say */

#include <linux/kho/abi/hugetlb.h>
#include <linux/kho/abi/kexec_metadata.h>
#include <linux/kho/abi/luo.h>
#include <string.h>

#include "check.h"
#include "tool.h"
#include "../../kho/blob.h"

struct known {
	const char *name;
	size_t offset;
	size_t size;
};

/* For the sizes of their members */
static const struct kho_kexec_metadata a_metadata;
static const struct luo_ser a_luo;
static const struct hugetlb_kho_pool a_pool;
static const struct hugetlb_kho_count a_count;

static const struct known metadata[] = {
	{ "version", offsetof(struct kho_kexec_metadata, version),
	  sizeof(a_metadata.version) },
	{ "previous_release", offsetof(struct kho_kexec_metadata, previous_release),
	  sizeof(a_metadata.previous_release) },
	{ "kexec_count", offsetof(struct kho_kexec_metadata, kexec_count),
	  sizeof(a_metadata.kexec_count) },
	{ }
};

static const struct known luo[] = {
	{ "compatible", offsetof(struct luo_ser, compatible),
	  sizeof(a_luo.compatible) },
	{ "liveupdate_num", offsetof(struct luo_ser, liveupdate_num),
	  sizeof(a_luo.liveupdate_num) },
	{ "sessions", offsetof(struct luo_ser, sessions), sizeof(a_luo.sessions) },
	{ "flbs", offsetof(struct luo_ser, flbs), sizeof(a_luo.flbs) },
	{ }
};

static const struct known pool[] = {
	{ "version", offsetof(struct hugetlb_kho_pool, version),
	  sizeof(a_pool.version) },
	{ "nr", offsetof(struct hugetlb_kho_pool, nr), sizeof(a_pool.nr) },
	{ }
};

static const struct known count[] = {
	{ "order", offsetof(struct hugetlb_kho_count, order), sizeof(a_count.order) },
	{ "nid", offsetof(struct hugetlb_kho_count, nid), sizeof(a_count.nid) },
	{ "count", offsetof(struct hugetlb_kho_count, count), sizeof(a_count.count) },
	{ }
};

static bool alike(const struct field *field, const struct known *known)
{
	for (; field->name && known->name; field++, known++)
		if (strcmp(field->name, known->name) || field->offset != known->offset ||
		    field->size != known->size)
			return false;
	return !field->name && !known->name;
}

static const struct format *find(const char *name)
{
	const struct format *format = formats;

	while (format->name && strcmp(format->name, name))
		format++;
	return format;
}

void tool_abi(void)
{
	const struct format *format = find(KHO_KEXEC_METADATA_NAME);

	CHECK(format->size == sizeof(struct kho_kexec_metadata));
	CHECK(alike(format->fields, metadata));
	format = find(LUO_SUBTREE_NAME);
	CHECK(format->size == sizeof(struct luo_ser));
	CHECK(alike(format->fields, luo));
	format = find(HUGETLB_KHO_SUBTREE);
	CHECK(format->size == sizeof(struct hugetlb_kho_pool));
	CHECK(alike(format->fields, pool));
	CHECK(format->entry_size == sizeof(struct hugetlb_kho_count));
	CHECK(alike(format->entry, count));
}
