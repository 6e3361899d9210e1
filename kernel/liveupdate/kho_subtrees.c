// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: named blobs, in which producers describe what they hand over.
 *
 * Those that go are a list, written as an FDT when the state is finalized.
 * Those that came were checked at early boot and stand in an array since, in the
 * order of their names.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/bsearch.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/libfdt.h>
#include <linux/list.h>
#include <linux/memblock.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "kho_internal.h"
#include "kho_validate.h"

/*
 * Bytes of an FDT without subtrees, with its header, the properties of the root
 * and all property names. Generous; a test fills an FDT to the brim.
 */
#define KHO_FDT_BASE_SIZE	512

static DEFINE_MUTEX(kho_subtrees_lock);
static LIST_HEAD(kho_out_subtrees);
/* Bytes that the FDT will have. */
static size_t kho_out_fdt_need = KHO_FDT_BASE_SIZE;

static struct kho_subtree *kho_in_subtrees;
static unsigned int kho_nr_in_subtrees;
/* Early boot: the size of the array. */
static size_t kho_in_subtrees_size __initdata;

static size_t kho_fdt_prop_size(size_t len)
{
	/* Tag, length, offset of the name, value. */
	return 3 * sizeof(fdt32_t) + ALIGN(len, sizeof(fdt32_t));
}

static size_t kho_subtree_fdt_size(const char *name)
{
	/* Both tags of the node, its name, and three properties. */
	return 2 * sizeof(fdt32_t) + ALIGN(strlen(name) + 1, sizeof(fdt32_t)) +
	       2 * kho_fdt_prop_size(sizeof(u64)) +
	       kho_fdt_prop_size(sizeof(u32));
}

static bool kho_name_valid(const char *name)
{
	size_t len = strnlen(name, KHO_SUB_TREE_NAME_MAX + 1);

	return len && len <= KHO_SUB_TREE_NAME_MAX && !strchr(name, '/');
}

static struct kho_subtree *kho_find_out(const char *name)
{
	struct kho_subtree *subtree;

	list_for_each_entry(subtree, &kho_out_subtrees, list)
		if (!strcmp(subtree->name, name))
			return subtree;
	return NULL;
}

static int kho_insert_subtree(struct kho_subtree *subtree)
{
	size_t need = kho_subtree_fdt_size(subtree->name);

	guard(mutex)(&kho_subtrees_lock);
	if (kho_find_out(subtree->name))
		return -EEXIST;
	if (kho_out_fdt_need + need > kho_dt_max())
		return -ENOSPC;
	kho_out_fdt_need += need;
	list_add_tail(&subtree->list, &kho_out_subtrees);
	kho_debugfs_add_subtree(subtree, false);
	return 0;
}

/**
 * kho_add_subtree() - hand over a named blob
 * @name: 1 to 31 bytes without a slash, unique
 * @blob: in memory that the caller has preserved, for instance from
 *	kho_alloc_preserve()
 * @size: bytes in the blob, at least 1
 *
 * The blob may change until the state is finalized.
 *
 * Context: Process context, may sleep. Also from a finalize notifier.
 * Return: 0; -EOPNOTSUPP when KHO is off; -EBUSY while the state is finalized;
 * -EINVAL for a bad name or size; -EEXIST when the name is taken; -ENOSPC when
 * the FDT is full, and then the other subtrees are as they were; -ENOMEM.
 */
int kho_add_subtree(const char *name, void *blob, size_t size)
{
	struct kho_subtree *subtree;
	int err;

	err = kho_change_begin();
	if (err)
		return err;

	err = -EINVAL;
	if (!name || !kho_name_valid(name) || !blob || !size)
		goto out;
	err = -ENOMEM;
	subtree = kzalloc(sizeof(*subtree), GFP_KERNEL);
	if (!subtree)
		goto out;
	strscpy(subtree->name, name);
	subtree->blob = blob;
	subtree->size = size;
	err = kho_insert_subtree(subtree);
	if (err)
		kfree(subtree);
out:
	kho_change_end();
	return err;
}
EXPORT_SYMBOL_GPL(kho_add_subtree);

/**
 * kho_remove_subtree() - do not hand a blob over after all
 * @blob: as given to kho_add_subtree(); nothing happens when it was not
 *
 * While the state is finalized the subtree stays: abort first.
 *
 * Context: Process context, may sleep.
 */
void kho_remove_subtree(void *blob)
{
	struct kho_subtree *subtree;

	if (kho_change_begin()) {
		WARN_ON_ONCE(IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG));
		return;
	}
	scoped_guard(mutex, &kho_subtrees_lock) {
		list_for_each_entry(subtree, &kho_out_subtrees, list) {
			if (subtree->blob != blob)
				continue;
			kho_out_fdt_need -= kho_subtree_fdt_size(subtree->name);
			list_del(&subtree->list);
			kho_debugfs_remove_subtree(subtree);
			kfree(subtree);
			break;
		}
	}
	kho_change_end();
}
EXPORT_SYMBOL_GPL(kho_remove_subtree);

static int kho_cmp_name(const void *name, const void *b)
{
	const struct kho_subtree *subtree = b;

	return strcmp(name, subtree->name);
}

/**
 * kho_retrieve_subtree() - find a blob that the last kernel handed over
 * @name: its name
 * @phys: where to put its physical address
 * @size: where to put its size in bytes; may be NULL
 *
 * Nothing is restored by it, and it may be asked for any number of times; but
 * what nobody ever asked for is named when the next handover is finalized.
 *
 * Context: Any after kho_early_open().
 * Return: 0; -ENOENT when no such blob came, or nothing at all, or KHO is off.
 */
int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size)
{
	struct kho_subtree *subtree;

	if (!kho_in.valid)
		return -ENOENT;
	subtree = bsearch(name, kho_in_subtrees, kho_nr_in_subtrees,
			  sizeof(*subtree), kho_cmp_name);
	if (!subtree)
		return -ENOENT;
	*phys = virt_to_phys(subtree->blob);
	if (size)
		*size = subtree->size;
	WRITE_ONCE(subtree->claimed, true);
	return 0;
}
EXPORT_SYMBOL_GPL(kho_retrieve_subtree);

static int __init kho_cmp_subtrees(const void *a, const void *b)
{
	const struct kho_subtree *subtree = a;

	return kho_cmp_name(subtree->name, b);
}

static const char *__init kho_sort_incoming(void)
{
	unsigned int i;

	sort(kho_in_subtrees, kho_nr_in_subtrees, sizeof(*kho_in_subtrees),
	     kho_cmp_subtrees, NULL);
	for (i = 1; i < kho_nr_in_subtrees; i++)
		if (!kho_cmp_subtrees(&kho_in_subtrees[i - 1],
				      &kho_in_subtrees[i]))
			return "two subtrees have the same name";
	return NULL;
}

/**
 * kho_incoming_init() - make the list of the subtrees that came
 * @nr_subtrees: how many there are in kho_in.fdt, which is valid
 *
 * Context: Early boot, from kho_early_open().
 * Return: NULL, or a sentence that says what is wrong; then
 * kho_incoming_forget() gives back what was allocated.
 */
const char *__init kho_incoming_init(unsigned int nr_subtrees)
{
	struct kho_fdt_subtree came;
	int node = 0;

	if (!nr_subtrees)
		return NULL;
	kho_in_subtrees_size = array_size(nr_subtrees, sizeof(*kho_in_subtrees));
	kho_in_subtrees = memblock_alloc(kho_in_subtrees_size, SMP_CACHE_BYTES);
	if (!kho_in_subtrees)
		return "scratch has no room for the list of subtrees";
	while (kho_nr_in_subtrees < nr_subtrees) {
		struct kho_subtree *subtree;

		node = kho_fdt_next_subtree(kho_in.fdt, node, &came);
		if (node < 0)
			return "a subtree in the FDT is malformed";
		subtree = &kho_in_subtrees[kho_nr_in_subtrees++];
		strscpy(subtree->name, came.name);
		subtree->blob = phys_to_virt(came.phys);
		subtree->size = came.size;
	}
	return kho_sort_incoming();
}

/**
 * kho_incoming_forget() - drop the list of the subtrees that came
 *
 * Context: Early boot, when a handover is refused.
 */
void __init kho_incoming_forget(void)
{
	if (kho_in_subtrees)
		memblock_free(kho_in_subtrees, kho_in_subtrees_size);
	kho_in_subtrees = NULL;
	kho_nr_in_subtrees = 0;
}

/**
 * kho_visit_subtrees() - call a function for each subtree
 * @incoming: those that came, or those that go
 * @fn: the function, which may not sleep on KHO's own files
 *
 * Context: Process context.
 */
void kho_visit_subtrees(bool incoming, kho_subtree_fn fn)
{
	struct kho_subtree *subtree;
	unsigned int i;

	guard(mutex)(&kho_subtrees_lock);
	if (!incoming) {
		list_for_each_entry(subtree, &kho_out_subtrees, list)
			fn(subtree);
		return;
	}
	for (i = 0; i < kho_nr_in_subtrees; i++)
		fn(&kho_in_subtrees[i]);
}

static void kho_tell_unclaimed(struct kho_subtree *subtree)
{
	if (!READ_ONCE(subtree->claimed))
		pr_warn("subtree '%s' (%zu bytes) was not claimed and is given up\n",
			subtree->name, subtree->size);
}

/**
 * kho_report_unclaimed() - name what came and is not handed on
 *
 * Context: Process context, when the state is finalized.
 */
void kho_report_unclaimed(void)
{
	u64 bytes = kho_unclaimed_bytes();

	kho_visit_subtrees(true, kho_tell_unclaimed);
	if (bytes)
		pr_warn("%llu bytes of the last kernel were not claimed and are given up\n",
			bytes);
}

/**
 * kho_fdt_need() - bytes that the FDT will have, at most
 *
 * Context: Any.
 * Return: Bytes.
 */
size_t kho_fdt_need(void)
{
	return READ_ONCE(kho_out_fdt_need);
}

static int kho_write_subtree(void *fdt, const struct kho_subtree *subtree)
{
	u64 phys = virt_to_phys(subtree->blob), size = subtree->size;
	u32 crc = ~kho_crc32c(~0U, subtree->blob, subtree->size);

	return fdt_begin_node(fdt, subtree->name) ?:
	       fdt_property(fdt, KHO_SUB_TREE_PROP_NAME, &phys, sizeof(phys)) ?:
	       fdt_property(fdt, KHO_SUB_TREE_SIZE_PROP_NAME, &size,
			    sizeof(size)) ?:
	       fdt_property(fdt, KHO_SUB_TREE_CRC_PROP_NAME, &crc, sizeof(crc)) ?:
	       fdt_end_node(fdt);
}

static int kho_write_root(void *fdt, size_t size, u32 crc_tree)
{
	u64 map = virt_to_phys(kho_out_tree.root);
	u32 crc_scratch = kho_scratch_crc32c(kho_scratch, kho_scratch_cnt);
	u32 page_size = PAGE_SIZE, zero = 0;

	return fdt_create(fdt, size) ?:
	       fdt_finish_reservemap(fdt) ?:
	       fdt_begin_node(fdt, "") ?:
	       fdt_property(fdt, "compatible", KHO_FDT_COMPATIBLE,
			    sizeof(KHO_FDT_COMPATIBLE)) ?:
	       fdt_property(fdt, KHO_FDT_MEMORY_MAP_PROP_NAME, &map,
			    sizeof(map)) ?:
	       fdt_property(fdt, KHO_FDT_PAGE_SIZE_PROP_NAME, &page_size,
			    sizeof(page_size)) ?:
	       fdt_property(fdt, KHO_FDT_CRC_TREE_PROP_NAME, &crc_tree,
			    sizeof(crc_tree)) ?:
	       fdt_property(fdt, KHO_FDT_CRC_SCRATCH_PROP_NAME, &crc_scratch,
			    sizeof(crc_scratch)) ?:
	       fdt_property(fdt, KHO_FDT_CRC_FDT_PROP_NAME, &zero,
			    sizeof(zero));
}

/**
 * kho_write_fdt() - write the FDT for the next kernel
 * @fdt: where to
 * @size: bytes there
 * @crc_tree: checksum of the memory map
 *
 * Context: Process context, while the state cannot change.
 * Return: 0, or -ENOSPC.
 */
int kho_write_fdt(void *fdt, size_t size, u32 crc_tree)
{
	struct kho_subtree *subtree;
	void *prop;
	u32 crc;
	int err;

	guard(mutex)(&kho_subtrees_lock);
	err = kho_write_root(fdt, size, crc_tree);
	list_for_each_entry(subtree, &kho_out_subtrees, list)
		err = err ?: kho_write_subtree(fdt, subtree);
	err = err ?: fdt_end_node(fdt) ?: fdt_finish(fdt);
	if (err)
		return -ENOSPC;

	prop = fdt_getprop_w(fdt, 0, KHO_FDT_CRC_FDT_PROP_NAME, NULL);
	crc = kho_fdt_crc32c(fdt, prop - fdt);
	memcpy(prop, &crc, sizeof(crc));
	return 0;
}
