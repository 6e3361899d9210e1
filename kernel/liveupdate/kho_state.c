// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: the state of the handover to the next kernel, see kho_state.h.
 *
 * It is open until it is finalized by hand, or by the kexec itself, and can be
 * aborted again. Producers that registered are asked first and may refuse. Then
 * what is preserved is looked at as the next kernel will do, and the FDT is
 * written.
 *
 * Two locks: kho_lock orders the steps from one state to another, and the calls of
 * producers that belong to them; kho_changes, within it, is for the state itself
 * and for all that is preserved.
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
#include "kho_claim.h"
#include "kho_early.h"
#include "kho_fdt.h"
#include "kho_files.h"
#include "kho_gaps.h"
#include "kho_map.h"
#include "kho_memory.h"
#include "kho_metadata.h"
#include "kho_poison.h"
#include "kho_preserve.h"
#include "kho_scratch.h"
#include "kho_state.h"
#include "kho_subtree.h"

static bool kho_enabled __ro_after_init =
	IS_ENABLED(CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT);

enum kho_state kho_state;
DEFINE_PERCPU_RWSEM(kho_changes);

static DEFINE_MUTEX(kho_lock);
/* Those with the highest priority first. */
static LIST_HEAD(kho_notifiers);
/* A producer ended the finalized state, which files and notifiers do not know. */
static bool kho_revoked;

/* Of kho_out_tree, within kho_stop_changes(). */
static struct kho_map_walk kho_walk;

/* The FDT for the next kernel, at the same place for as long as this one runs. */
static void *kho_fdt;

static int __init kho_setup(char *arg)
{
	static const char * const words[] = {
		"off", "on", "0", "1", "n", "y", "no", "yes",
	};
	int i = arg ? match_string(words, ARRAY_SIZE(words), arg) : -EINVAL;

	if (i < 0)
		pr_warn("kho=%s is neither on nor off; ignored\n", arg ?: "");
	else
		kho_enabled = i % 2;
	return 0;
}
early_param("kho", kho_setup);

/**
 * kho_is_enabled() - is KHO switched on?
 *
 * Context: Any, once the command line was read.
 * Return: true when memory can be handed over, also when none came.
 */
bool kho_is_enabled(void)
{
	return kho_enabled;
}
EXPORT_SYMBOL_GPL(kho_is_enabled);

/**
 * kho_disable() - switch KHO off for as long as this kernel runs
 * @why: for the log; NULL when that was told
 *
 * Context: Boot.
 */
void __init kho_disable(const char *why)
{
	if (why)
		pr_err("%s; KHO is off\n", why);
	kho_enabled = false;
}

static void kho_set_state(enum kho_state state)
{
	kho_stop_changes();
	WRITE_ONCE(kho_state, state);
	kho_allow_changes();
}

/**
 * kho_finalized() - is the FDT written?
 *
 * Context: Any. The answer may be old when it arrives.
 * Return: true when the state is finalized, or committed.
 */
bool kho_finalized(void)
{
	return READ_ONCE(kho_state) >= KHO_FINALIZED;
}

/**
 * kho_out_fdt() - the finished FDT
 * @size: where to put its size in bytes
 *
 * Context: Any, while the state is finalized.
 * Return: The FDT.
 */
const void *kho_out_fdt(size_t *size)
{
	*size = fdt_totalsize(kho_fdt);
	return kho_fdt;
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
 * Return: 0; -EOPNOTSUPP when KHO is off; -EEXIST when @kn is registered.
 */
int register_kho_notifier(struct kho_notifier *kn)
{
	struct kho_notifier *other;
	struct list_head *before = &kho_notifiers;

	if (!kho_enabled)
		return -EOPNOTSUPP;
	guard(mutex)(&kho_lock);
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

	if (!kho_enabled)
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

/* A producer takes back what was finalized */

/* With kho_lock: let those know who think that the state is finalized. */
static void kho_settle_revoked(void)
{
	if (!kho_revoked)
		return;
	kho_revoked = false;
	kho_show_files(false);
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
	kho_settle_revoked();
}

static void kho_revoke_fn(struct work_struct *work)
{
	kho_settle();
}

static DECLARE_WORK(kho_revoke_work, kho_revoke_fn);

/*
 * A producer may hold locks that its own operations take: so they are not called
 * from here.
 */
static void kho_revoke(unsigned long ip)
{
	bool was_finalized;

	kho_stop_changes();
	was_finalized = kho_state == KHO_FINALIZED;
	if (was_finalized) {
		WRITE_ONCE(kho_state, KHO_OPEN);
		kho_revoked = true;
	}
	kho_allow_changes();
	if (!was_finalized)
		return;
	pr_notice("%pS takes back what it preserved: not finalized any more\n",
		  (void *)ip);
	schedule_work(&kho_revoke_work);
}

/**
 * kho_return_begin() - a producer begins to take back what it preserved
 * @ip: who it is, for the log
 *
 * Ends the finalized state, as what was finalized is not true any more.
 *
 * Context: Process context, may sleep.
 * Return: true, and then kho_change_end() must follow; false when everything
 * stays preserved because a kexec is on its way, or nothing ever was.
 */
bool kho_return_begin(unsigned long ip)
{
	for (;;) {
		enum kho_state state;

		percpu_down_read(&kho_changes);
		state = kho_state;
		if (likely(state == KHO_OPEN))
			return true;
		percpu_up_read(&kho_changes);
		if (state != KHO_FINALIZED)
			return false;
		kho_revoke(ip);
	}
}

/* From one state to the next, with kho_lock */

static int kho_write_fdt(void)
{
	struct kho_fdt_root root = {
		.map = virt_to_phys(kho_out_tree.root),
		.crc_tree = kho_map_crc32c(&kho_out_tree),
		.crc_scratch = kho_scratch_crc32c(kho_scratch, kho_scratch_cnt),
		.poison = &kho_poison_out,
	};

	return kho_write_subtrees(kho_fdt, KHO_DT_MAX, &root);
}

/* Nobody changes anything meanwhile. */
static int kho_close(void)
{
	int err;

	kho_stop_changes();
	kho_preserve_prune();
	err = kho_audit(&kho_walk) ?: kho_check_gaps(&kho_walk) ?:
	      kho_write_fdt();
	if (!err)
		WRITE_ONCE(kho_state, KHO_FINALIZED);
	kho_allow_changes();
	return err;
}

static int kho_finalize_locked(void)
{
	int err;

	kho_settle_revoked();
	if (kho_state == KHO_FINALIZED)
		return 0;
	if (kho_state != KHO_OPEN)
		return kho_enabled ? -EBUSY : -EOPNOTSUPP;

	err = kho_call_finalize();
	if (err)
		return err;
	err = kho_close();
	if (err) {
		pr_err("cannot be finalized: %pe\n", ERR_PTR(err));
		kho_call_abort();
		return err;
	}
	kho_show_files(true);
	pr_info("finalized, %llu bytes preserved\n", kho_preserved_bytes());
	return 0;
}

static void kho_abort_locked(void)
{
	kho_show_files(false);
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
 * the next kernel takes, see kho_audit(); -EHWPOISON when memory that has to be read
 * for it has a hardware error, see kho_find_poison(); -ENOSPC when it would find no
 * room to boot in, see kho_check_gaps(), or the FDT is full; or the errno of the
 * producer that refused, whose name is in the log. After an error everything is as it
 * was.
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
	kho_settle_revoked();
	if (kho_state == KHO_OPEN)
		return 0;
	if (kho_state != KHO_FINALIZED)
		return kho_enabled ? -EBUSY : -EOPNOTSUPP;
	kho_abort_locked();
	pr_info("aborted\n");
	return 0;
}

/*
 * Who was frozen may have changed a blob: the FDT has its checksum. And since it was
 * finalized, memory may have got hardware errors.
 */
static int kho_seal(bool changed)
{
	int err = -EBUSY;

	kho_stop_changes();
	if (kho_state == KHO_FINALIZED)
		err = kho_update_poison(&kho_walk, &changed);
	if (!err && changed)
		err = kho_write_fdt();
	if (!err)
		WRITE_ONCE(kho_state, KHO_COMMITTED);
	kho_allow_changes();
	return err;
}

/**
 * kho_commit() - a kexec is on its way
 *
 * Finalizes unless that was done, and lets producers freeze what they preserved.
 *
 * Context: Process context, may sleep. Devices are not shut down yet.
 * Return: 0, and then there is no way back but kho_kexec_failed(); -EBUSY when a
 * producer took something back meanwhile; else the errno of the producer that
 * refused, or an error of kho_finalize(). After an error everything is as it was.
 */
int kho_commit(void)
{
	bool was_finalized, changed = false;
	int err;

	guard(mutex)(&kho_lock);
	was_finalized = kho_state == KHO_FINALIZED;
	err = kho_finalize_locked();
	if (err)
		return err;
	err = kho_call_freeze(&changed) ?: kho_seal(changed);
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
	kho_call_thaw();
	kho_abort_locked();
}

/* Boot */

static int __init kho_alloc_fdt(void)
{
	unsigned int order = get_order(KHO_DT_MAX);
	struct page *page = kho_alloc_pages(order);
	int err;

	if (!page)
		return -ENOMEM;
	err = kho_preserve_own(page_to_pfn(page), 1UL << order);
	if (err)
		__free_pages(page, order);
	else
		kho_fdt = page_address(page);
	return err;
}

static void __init kho_free_fdt(void)
{
	unsigned int order = get_order(KHO_DT_MAX);
	struct page *page = virt_to_page(kho_fdt);

	kho_unpreserve_own(page_to_pfn(page), 1UL << order);
	__free_pages(page, order);
	kho_fdt = NULL;
}

static int __init kho_init_out(void)
{
	int err;

	err = kho_radix_init_tree(&kho_out_tree, NULL);
	if (err)
		return err;
	err = kho_alloc_fdt();
	if (err)
		goto free_tree;
	kho_set_state(KHO_OPEN);
	err = kho_metadata_add();
	if (!err)
		return 0;
	kho_set_state(KHO_OFF);
	kho_free_fdt();
free_tree:
	kho_radix_destroy_tree(&kho_out_tree);
	return err;
}

static int __init kho_init(void)
{
	if (!kho_enabled)
		return 0;
	if (kho_in.valid) {
		/* Ours now, for people to read in this generation. */
		kho_restore_folio(kho_in.fdt_phys);
		kho_metadata_read();
	}
	if (kho_init_out()) {
		kho_disable("there is no memory for the handover to come");
		return -ENOMEM;
	}
	return 0;
}
core_initcall(kho_init);
