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

#include <linux/kho/abi/luo.h>

#include "kho_claim.h"
#include "kho_fdt.h"
#include "kho_map.h"
#include "kho_state.h"
#include "kho_subtree.h"

static DEFINE_MUTEX(kho_subtrees_lock);
static LIST_HEAD(kho_out_subtrees);
/* Bytes that the FDT will have. */
static size_t kho_out_fdt_need = KHO_FDT_BASE_SIZE;

static struct kho_subtree *kho_in_subtrees;
static unsigned int kho_nr_in_subtrees;
/* Who is told what goes, and no more. */
static const struct kho_subtree_watch *kho_watch;
/* Early boot: the size of the array. */
static size_t kho_in_subtrees_size __initdata;

static bool kho_name_valid(const char *name)
{
	size_t len = strnlen(name, KHO_SUB_TREE_NAME_MAX + 1);

	return len && len <= KHO_SUB_TREE_NAME_MAX && !strchr(name, '/');
}

static struct kho_subtree *kho_find_out(const char *name, const void *blob)
{
	struct kho_subtree *subtree;

	list_for_each_entry(subtree, &kho_out_subtrees, list)
		if (!strcmp(subtree->name, name) || subtree->blob == blob)
			return subtree;
	return NULL;
}

static int kho_insert_subtree(struct kho_subtree *subtree)
{
	size_t need = kho_fdt_subtree_size(subtree->name);

	guard(mutex)(&kho_subtrees_lock);
	if (kho_find_out(subtree->name, subtree->blob))
		return -EEXIST;
	if (kho_out_fdt_need + need > KHO_DT_MAX)
		return -ENOSPC;
	kho_out_fdt_need += need;
	list_add_tail(&subtree->list, &kho_out_subtrees);
	if (kho_watch)
		kho_watch->added(subtree);
	return 0;
}

static int kho_new_subtree(const char *name, void *blob, size_t size)
{
	struct kho_subtree *subtree;
	int err;

	if (!name || !kho_name_valid(name) || !blob || !virt_addr_valid(blob) ||
	    !size)
		return -EINVAL;
	subtree = kzalloc(sizeof(*subtree), GFP_KERNEL);
	if (!subtree)
		return -ENOMEM;
	strscpy(subtree->name, name);
	subtree->blob = blob;
	subtree->size = size;
	err = kho_insert_subtree(subtree);
	if (err)
		kfree(subtree);
	return err;
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
 * Context: Process context, may sleep. Also from a finalize operation.
 * Return: 0; -EOPNOTSUPP when KHO is off; -EBUSY unless the state is open;
 * -EINVAL for a bad name, blob or size; -EEXIST when the name is taken, or the blob
 * has another; -ENOSPC when
 * the FDT is full, and then the other subtrees are as they were; -ENOMEM. The log
 * tells of -EINVAL, -EEXIST and -ENOSPC.
 */
int kho_add_subtree(const char *name, void *blob, size_t size)
{
	int err = kho_change_begin();

	if (err)
		return err;
	err = kho_new_subtree(name, blob, size);
	kho_change_end();
	if (err && err != -ENOMEM)
		pr_err_ratelimited("%pS: subtree '%.*s' (%zu bytes) cannot be added: %pe\n",
				   (void *)_RET_IP_, KHO_SUB_TREE_NAME_MAX + 1,
				   name ?: "", size, ERR_PTR(err));
	return err;
}
EXPORT_SYMBOL_GPL(kho_add_subtree);

/**
 * kho_remove_subtree() - do not hand a blob over after all
 * @blob: as given to kho_add_subtree(); nothing happens when it was not
 *
 * While the state is finalized, that ends with it. Once a kexec is on its way the
 * subtree stays.
 *
 * Context: Process context, may sleep.
 */
void kho_remove_subtree(void *blob)
{
	struct kho_subtree *subtree;

	if (!kho_return_begin(_RET_IP_))
		return;
	scoped_guard(mutex, &kho_subtrees_lock) {
		list_for_each_entry(subtree, &kho_out_subtrees, list) {
			if (subtree->blob != blob)
				continue;
			kho_out_fdt_need -= kho_fdt_subtree_size(subtree->name);
			list_del(&subtree->list);
			if (kho_watch)
				kho_watch->removed(subtree);
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
 * what nobody ever asked for is named when the next kexec leaves it behind.
 *
 * Context: Any after kho_early_open().
 * Return: 0; -ENOENT when no such blob came, or nothing at all, or KHO is off;
 * -EBADMSG when it came damaged, and then the rest of what came is not;
 * -EOPNOTSUPP without CONFIG_KEXEC_HANDOVER.
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
	if (subtree->damaged)
		return -EBADMSG;
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

/* With kho-v1 a blob is an FDT, whose header alone tells its size; else 0. */
static u64 __init kho_blob_size(const struct kho_fdt_subtree *came)
{
	const void *blob = phys_to_virt(came->phys);

	if (came->size)
		return came->size;
	if (!IS_ALIGNED(came->phys, sizeof(fdt64_t)) ||
	    !kho_map_covers(&kho_in.tree, kho_in.orders, came->phys,
			    sizeof(struct fdt_header)) || fdt_check_header(blob))
		return 0;
	return fdt_totalsize(blob);
}

/* Is the blob as the last kernel left it? If not, that is its owner's loss alone. */
static void __init kho_check_blob(struct kho_subtree *subtree,
				  const struct kho_fdt_subtree *came, u64 *left)
{
	const char *wrong = NULL;

	subtree->size = kho_blob_size(came);
	/* Bounds the work: blobs are nobody else's, too. */
	if (!subtree->size)
		wrong = "is no FDT";
	else if (subtree->size > *left)
		wrong = "is larger than all that is preserved";
	else if (!kho_map_covers(&kho_in.tree, kho_in.orders, came->phys,
				 subtree->size))
		wrong = "is not preserved";
	else if (came->has_crc &&
		 ~kho_crc32c(~0U, subtree->blob, subtree->size) != came->crc)
		wrong = "has another checksum";
	else
		*left -= subtree->size;
	if (!wrong)
		return;
	subtree->damaged = true;
	pr_err("subtree '%s' is refused: its blob %s\n", subtree->name, wrong);
}

/**
 * kho_incoming_init() - make the list of the subtrees that came
 * @nr_subtrees: how many there are in kho_in.fdt, which is valid
 * @preserved: bytes in all blocks that came
 *
 * Context: Early boot, from kho_early_open().
 * Return: NULL, or a sentence that says what is wrong; then
 * kho_incoming_forget() gives back what was allocated.
 */
const char *__init kho_incoming_init(unsigned int nr_subtrees, u64 preserved)
{
	struct kho_fdt_subtree came;
	int node = 0;

	if (!nr_subtrees)
		return NULL;
	kho_in_subtrees_size = array_size(nr_subtrees, sizeof(*kho_in_subtrees));
	kho_in_subtrees = memblock_alloc(kho_in_subtrees_size, SMP_CACHE_BYTES);
	if (!kho_in_subtrees)
		return "scratch has no room for the list of subtrees";
	while ((node = kho_fdt_next_subtree(kho_in.fdt, node, &came)) > 0) {
		struct kho_subtree *subtree =
			&kho_in_subtrees[kho_nr_in_subtrees++];

		strscpy(subtree->name, came.name);
		subtree->blob = phys_to_virt(came.phys);
		kho_check_blob(subtree, &came, &preserved);
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
 * kho_watch_subtrees() - be told of the subtrees that go
 * @watch: what to call, also for those that are there; for good
 *
 * Context: Boot, once.
 */
void __init kho_watch_subtrees(const struct kho_subtree_watch *watch)
{
	struct kho_subtree *subtree;

	guard(mutex)(&kho_subtrees_lock);
	list_for_each_entry(subtree, &kho_out_subtrees, list)
		watch->added(subtree);
	kho_watch = watch;
}

/**
 * kho_visit_subtrees() - call a function for each subtree
 * @incoming: those that came, or those that go
 * @fn: the function, which may not sleep on KHO's own files
 * @data: for @fn
 *
 * Context: Process context.
 */
void kho_visit_subtrees(bool incoming, kho_subtree_fn fn, void *data)
{
	struct kho_subtree *subtree;
	unsigned int i;

	guard(mutex)(&kho_subtrees_lock);
	if (!incoming) {
		list_for_each_entry(subtree, &kho_out_subtrees, list)
			fn(subtree, data);
		return;
	}
	for (i = 0; i < kho_nr_in_subtrees; i++)
		fn(&kho_in_subtrees[i], data);
}

static void kho_tell_unclaimed(struct kho_subtree *subtree, void *unused)
{
	if (!READ_ONCE(subtree->claimed))
		pr_warn("subtree '%s' (%zu bytes) was not claimed and is left behind\n",
			subtree->name, subtree->size);
}

/**
 * kho_report_unclaimed() - name what came and is not handed on
 *
 * Context: Process context, when a kexec is on its way.
 */
void kho_report_unclaimed(void)
{
	u64 bytes = kho_unclaimed_bytes();

	kho_visit_subtrees(true, kho_tell_unclaimed, NULL);
	if (bytes)
		pr_warn("%llu bytes of the last kernel were not claimed and are left behind\n",
			bytes);
}

/* Readers of kho-v1 believe whatever stands where an FDT has its size. */
static bool kho_blob_tells_size(const struct kho_subtree *subtree)
{
	return subtree->size >= sizeof(struct fdt_header) &&
	       !fdt_check_header(subtree->blob) &&
	       fdt_totalsize(subtree->blob) <= subtree->size;
}

/**
 * kho_write_subtrees() - write the FDT for the next kernel
 * @fdt: where to
 * @size: bytes there
 * @root: what its root says
 *
 * Context: Process context, within kho_stop_changes().
 * Return: 0, or -ENOSPC.
 */
int kho_write_subtrees(void *fdt, size_t size, struct kho_fdt_root *root)
{
	struct kho_subtree *subtree;
	int err;

	guard(mutex)(&kho_subtrees_lock);
	/* Kernels that read no more than kho-v3 panic on this one. */
	root->newest_only = kho_find_out(LUO_SUBTREE_NAME, NULL);
	err = kho_fdt_begin(fdt, size, root);
	list_for_each_entry(subtree, &kho_out_subtrees, list) {
		const struct kho_fdt_subtree out = {
			.name = subtree->name,
			.phys = virt_to_phys(subtree->blob),
			.size = subtree->size,
			.crc = ~kho_crc32c(~0U, subtree->blob, subtree->size),
		};

		err = err ?: kho_fdt_add_subtree(fdt, &out, root->bitmaps &&
						 kho_blob_tells_size(subtree));
		cond_resched();
	}
	return err || kho_fdt_end(fdt) ? -ENOSPC : 0;
}
