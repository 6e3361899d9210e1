// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: from one state of the handover to the next, see kho_state.h.
 *
 * It is open until it is finalized by hand, or by the kexec itself, and can be
 * aborted again. Producers that registered are asked first and may refuse. Then
 * what is preserved is looked at as the next kernel will do, and the FDT is
 * written.
 *
 * kho_lock orders the steps, and the calls of producers that belong to them. The
 * state itself, and all that is preserved, is under kho_changes, within it.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/libfdt.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "kho_audit.h"
#include "kho_bitmaps.h"
#include "kho_claim.h"
#include "kho_fdt.h"
#include "kho_finalize.h"
#include "kho_gaps.h"
#include "kho_map.h"
#include "kho_metadata.h"
#include "kho_poison.h"
#include "kho_preserve.h"
#include "kho_scratch.h"
#include "kho_state.h"
#include "kho_subtree.h"
#include "kho_version.h"

static DEFINE_MUTEX(kho_lock);
/* Those with the highest priority first. */
static LIST_HEAD(kho_notifiers);

/* Of kho_out_tree, within kho_stop_changes(). */
static struct kho_map_walk kho_walk;

/* The FDT for the next kernel, at the same place for as long as this one runs. */
static void *kho_fdt;

/*
 * The version that the FDT was written in, none of them while it is not whole; and
 * chunks that were written for it.
 */
static enum kho_version kho_version_written;
static phys_addr_t kho_chunks;

/**
 * kho_read_out_fdt() - copy a piece of the FDT for the next kernel
 * @buf: where to
 * @pos: offset in the FDT
 * @count: bytes, at most
 *
 * Context: Process context, may sleep.
 * Return: The bytes that were copied, 0 at the FDT's end; -ENODATA unless the state
 * is finalized; -EINVAL for a negative @pos.
 */
ssize_t kho_read_out_fdt(void *buf, loff_t pos, size_t count)
{
	ssize_t ret = -ENODATA;

	percpu_down_read(&kho_changes);
	if (kho_finalized() && kho_version_written)
		ret = memory_read_from_buffer(buf, count, &pos, kho_fdt,
					      fdt_totalsize(kho_fdt));
	percpu_up_read(&kho_changes);
	return ret;
}

/**
 * kho_out_fdt_phys() - where the next kernel will find the FDT
 *
 * There are KHO_DT_MAX bytes, whether or not the FDT fills them.
 *
 * Context: Any.
 * Return: The FDT's physical address, 0 when KHO is off.
 */
phys_addr_t kho_out_fdt_phys(void)
{
	return kho_fdt ? virt_to_phys(kho_fdt) : 0;
}

/* Producers: asked in the order of the list, told of the end in the other one. */

/**
 * register_kho_notifier() - be asked before the state is finalized
 * @kn: the operations and where they stand among others
 *
 * Context: Process context, may sleep; not from an operation of a notifier.
 * Return: 0; -EOPNOTSUPP when KHO is off; -EBUSY while the state is finalized, or
 * committed, since @kn was not asked; -EEXIST when it is registered.
 */
int register_kho_notifier(struct kho_notifier *kn)
{
	struct kho_notifier *other;
	struct list_head *before = &kho_notifiers;

	if (!kho_is_enabled())
		return -EOPNOTSUPP;
	guard(mutex)(&kho_lock);
	if (kho_finalized())
		return -EBUSY;
	list_for_each_entry_reverse(other, &kho_notifiers, list) {
		if (other == kn)
			return -EEXIST;
		if (other->priority < kn->priority)
			before = &other->list;
	}
	kn->finalized = false;
	kn->frozen = false;
	list_add_tail(&kn->list, before);
	return 0;
}
EXPORT_SYMBOL_GPL(register_kho_notifier);

/**
 * unregister_kho_notifier() - be asked no more
 * @kn: as it was registered
 *
 * Context: Process context, may sleep until an operation of @kn has returned; not
 * from an operation of a notifier.
 * Return: 0; -EOPNOTSUPP when KHO is off; -ENOENT when it was not registered.
 */
int unregister_kho_notifier(struct kho_notifier *kn)
{
	struct kho_notifier *other;

	if (!kho_is_enabled())
		return -EOPNOTSUPP;
	guard(mutex)(&kho_lock);
	list_for_each_entry(other, &kho_notifiers, list) {
		if (other != kn)
			continue;
		list_del(&kn->list);
		return 0;
	}
	return -ENOENT;
}
EXPORT_SYMBOL_GPL(unregister_kho_notifier);

static void kho_call_abort(void)
{
	struct kho_notifier *kn;

	list_for_each_entry_reverse(kn, &kho_notifiers, list) {
		if (kn->finalized && kn->abort)
			kn->abort(kn);
		kn->finalized = false;
	}
}

static void kho_call_thaw(void)
{
	struct kho_notifier *kn;

	list_for_each_entry_reverse(kn, &kho_notifiers, list) {
		if (kn->frozen && kn->thaw)
			kn->thaw(kn);
		kn->frozen = false;
	}
}

static int kho_call_finalize(void)
{
	struct kho_notifier *kn;
	int err;

	list_for_each_entry(kn, &kho_notifiers, list) {
		err = kn->finalize ? kn->finalize(kn) : 0;
		if (err) {
			pr_err("%s refuses the handover: %pe\n", kn->name,
			       ERR_PTR(err));
			kho_call_abort();
			return err;
		}
		kn->finalized = true;
	}
	return 0;
}

static int kho_call_freeze(bool *changed)
{
	struct kho_notifier *kn;
	int err;

	list_for_each_entry(kn, &kho_notifiers, list) {
		err = kn->freeze ? kn->freeze(kn) : 0;
		if (kn->freeze)
			*changed = true;
		if (err) {
			pr_err("%s refuses the kexec: %pe\n", kn->name,
			       ERR_PTR(err));
			return err;
		}
		kn->frozen = true;
	}
	return 0;
}

/* With kho_lock: a producer may have ended the state that others were told of. */
static void kho_settle_locked(void)
{
	if (!kho_finalized())
		kho_call_abort();
}

/**
 * kho_settle() - see to it that all know when the finalized state has ended
 *
 * For who was told that it is finalized, and would refuse something for that.
 *
 * Context: Process context, may sleep; not from an operation of a notifier, nor with
 * a lock that one takes.
 */
void kho_settle(void)
{
	guard(mutex)(&kho_lock);
	kho_settle_locked();
}

static void kho_revoked(struct work_struct *work)
{
	kho_settle();
}

/* From one state to the next, with kho_lock */

/* What stays as it is while the state is finalized */
static struct kho_fdt_root kho_root = { .poison = &kho_poison_out };

static int kho_write_map(enum kho_version version)
{
	int err;

	kho_bitmaps_free(kho_chunks);
	kho_chunks = 0;
	kho_root.bitmaps = version == KHO_VERSION_1;
	if (!kho_root.bitmaps) {
		kho_root.map = virt_to_phys(kho_out_tree.root);
		kho_root.crc_tree = kho_map_crc32c(&kho_out_tree);
		return 0;
	}
	err = kho_bitmaps_write(&kho_out_tree, &kho_chunks, &kho_root.crc_tree);
	kho_root.map = kho_chunks;
	return err;
}

/* Until it is known which image will be executed: one that takes nothing on demand. */
static u32 kho_list_crc32c(const struct kho_scratch *areas)
{
	static struct kho_scratch reserve[KHO_SCRATCH_MAX];

	if (areas)
		return kho_scratch_crc32c(areas, KHO_LISTED);
	memcpy(reserve, kho_scratch, kho_scratch_cnt * sizeof(*reserve));
	return kho_scratch_crc32c(reserve, KHO_LISTED);
}

static int kho_write_fdt(const struct kho_scratch *areas)
{
	enum kho_version version = kho_version_out();
	int err = 0;

	kho_root.crc_scratch = kho_list_crc32c(areas);
	kho_root.on_demand = KHO_DEMAND_MAX;
	if (version != kho_version_written)
		err = kho_write_map(version);
	kho_version_written = KHO_VERSION_AUTO;
	err = err ?: kho_write_subtrees(kho_fdt, KHO_DT_MAX, &kho_root);
	if (!err && kho_root.newest_only && version != KHO_VERSION_4) {
		pr_err("the next kernel does not read live update's sessions\n");
		err = -EOPNOTSUPP;
	}
	if (!err)
		kho_version_written = version;
	return err;
}

static int kho_write_first_fdt(void)
{
	kho_version_written = KHO_VERSION_AUTO;
	return kho_write_fdt(NULL);
}

/* Nobody changes anything meanwhile. */
static int kho_close(void)
{
	int err;

	kho_stop_changes();
	kho_preserve_prune();
	err = kho_audit(&kho_walk) ?:
	      kho_find_poison(&kho_walk, kho_out_fdt_phys()) ?:
	      kho_check_gaps(&kho_walk) ?: kho_write_first_fdt();
	if (!err)
		WRITE_ONCE(kho_state, KHO_FINALIZED);
	kho_allow_changes();
	return err;
}

static int kho_finalize_locked(void)
{
	int err;

	kho_settle_locked();
	if (kho_state == KHO_FINALIZED)
		return 0;
	if (kho_state != KHO_OPEN)
		return kho_is_enabled() ? -EBUSY : -EOPNOTSUPP;

	err = kho_call_finalize();
	if (err)
		return err;
	err = kho_close();
	if (err) {
		pr_err("cannot be finalized: %pe\n", ERR_PTR(err));
		kho_call_abort();
		return err;
	}
	pr_info("finalized, %llu bytes preserved\n", kho_preserved_bytes());
	return 0;
}

static void kho_abort_locked(void)
{
	kho_set_state(KHO_OPEN);
	kho_call_abort();
}

/**
 * kho_finalize() - write down what is preserved, for the next kernel to read
 *
 * Producers that registered are asked first and may refuse.
 *
 * Context: Process context, may sleep.
 * Return: 0, also when it was finalized before; -EOPNOTSUPP when KHO is off;
 * -EBUSY once a kexec is on its way; -EUCLEAN when what is preserved is not what
 * the next kernel takes, see kho_audit(); -EHWPOISON when memory that has to be
 * read for it has a hardware error, see kho_find_poison(); -ENOSPC when the next
 * kernel would find no room to boot in, see kho_check_gaps(), or the FDT is full;
 * -EOPNOTSUPP also when the version that is written cannot tell of all that is
 * preserved; -ENOMEM;
 * or the errno of the producer that refused, whose name is in the log. After an
 * error everything is as it was.
 */
int kho_finalize(void)
{
	guard(mutex)(&kho_lock);
	return kho_finalize_locked();
}

/**
 * kho_abort() - let what is preserved change again
 *
 * Context: Process context, may sleep.
 * Return: 0, also when it was not finalized; -EOPNOTSUPP when KHO is off; -EBUSY
 * once a kexec is on its way.
 */
int kho_abort(void)
{
	guard(mutex)(&kho_lock);
	kho_settle_locked();
	if (kho_state == KHO_OPEN)
		return 0;
	if (kho_state != KHO_FINALIZED)
		return kho_is_enabled() ? -EBUSY : -EOPNOTSUPP;
	kho_abort_locked();
	pr_info("aborted\n");
	return 0;
}

/*
 * Who was frozen may have changed a blob: the FDT has its checksum, and that of the
 * image's areas. And since it was finalized, memory may have got hardware errors.
 */
static int kho_seal(const struct kho_scratch *areas, bool changed)
{
	int err = -EBUSY;

	kho_stop_changes();
	if (kho_state == KHO_FINALIZED)
		err = kho_update_poison(&kho_walk, kho_out_fdt_phys(), &changed);
	/* An image may have been loaded since, or the last time have failed. */
	changed |= kho_version_written != kho_version_out() ||
		   kho_root.crc_scratch != kho_list_crc32c(areas);
	if (!err && changed)
		err = kho_write_fdt(areas);
	if (!err)
		WRITE_ONCE(kho_state, KHO_COMMITTED);
	kho_allow_changes();
	return err;
}

/**
 * kho_commit() - a kexec is on its way
 * @areas: those of its image, KHO_LISTED of them; NULL for the reserve alone
 *
 * Finalizes unless that was done, and lets producers freeze what they preserved.
 *
 * Context: Process context, may sleep. Devices are not shut down yet.
 * Return: 0, and then there is no way back but kho_kexec_failed(); -EBUSY when a
 * producer took something back meanwhile; else the errno of the producer that
 * refused, or an error of kho_finalize(). After an error everything is as it was.
 */
int kho_commit(const struct kho_scratch *areas)
{
	bool was_finalized, changed = false;
	int err;

	guard(mutex)(&kho_lock);
	was_finalized = kho_state == KHO_FINALIZED;
	err = kho_finalize_locked();
	if (err)
		return err;
	err = kho_call_freeze(&changed) ?: kho_seal(areas, changed);
	if (err) {
		kho_call_thaw();
		if (!was_finalized)
			kho_abort_locked();
		return err;
	}
	kho_report_unclaimed();
	return 0;
}

/**
 * kho_commit_nothing() - a kexec is on its way that hands nothing over
 *
 * Context: Process context, may sleep.
 * Return: 0, and then nothing can be preserved unless kho_kexec_failed() follows;
 * -EBUSY when producers have something preserved.
 */
int kho_commit_nothing(void)
{
	int err = 0;

	guard(mutex)(&kho_lock);
	kho_stop_changes();
	if (kho_preserved_bytes())
		err = -EBUSY;
	else
		WRITE_ONCE(kho_state, KHO_COMMITTED);
	kho_allow_changes();
	return err;
}

/**
 * kho_kexec_failed() - the kexec that was on its way did not happen
 *
 * What producers gave back meanwhile stays preserved: nobody knows of it any more.
 *
 * Context: Process context, may sleep.
 */
void kho_kexec_failed(void)
{
	if (READ_ONCE(kho_state) != KHO_COMMITTED)
		return;
	guard(mutex)(&kho_lock);
	pr_err("the kexec failed; what is preserved may change again\n");
	/* Who is thawed may give back at once. */
	kho_set_state(KHO_FINALIZED);
	kho_call_thaw();
	kho_abort_locked();
}

/* Boot */

static int __init kho_init_out(void)
{
	int err = kho_radix_init_tree(&kho_out_tree, NULL);

	if (err)
		return err;
	kho_set_open(kho_revoked);
	kho_fdt = kho_alloc_preserve(KHO_DT_MAX);
	err = PTR_ERR_OR_ZERO(kho_fdt) ?: kho_metadata_add();
	if (!err) {
		kho_count_own();
		return 0;
	}
	if (!IS_ERR(kho_fdt))
		kho_unpreserve_free(kho_fdt);
	kho_fdt = NULL;
	kho_set_state(KHO_OFF);
	kho_radix_destroy_tree(&kho_out_tree);
	return err;
}

static int __init kho_init(void)
{
	if (!kho_is_enabled())
		return 0;
	if (kho_in.valid) {
		/* Ours now, for people to read in this generation. */
		kho_restore_folio(kho_in.fdt_phys);
		kho_metadata_read();
	}
	if (kho_init_out()) {
		kho_disable("there is no memory for the handover to come");
		/* What came is nobody's, and stays where it is. */
		kho_in.valid = false;
		return -ENOMEM;
	}
	return 0;
}
core_initcall(kho_init);
