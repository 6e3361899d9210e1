// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kexec HandOver (KHO): the life of a handover.
 *
 * It is switched on or off at boot, collects what producers preserve, is
 * finalized (by hand, or by the kexec itself), and can be aborted again. Only
 * while it is finalized is there an FDT, and only then does nothing change.
 *
 * Locks, outermost first: kho_lock orders finalizing, aborting and resizing;
 * kho_state lets producers change what is preserved or keeps all of them out;
 * the locks of the subtrees and the trees are leaves.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kstrtox.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/percpu-rwsem.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/utsname.h>

#include <linux/kho/abi/kexec_metadata.h>

#include "kho_gaps.h"
#include "kho_internal.h"
#include "kho_validate.h"

static bool kho_enabled __ro_after_init =
	IS_ENABLED(CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT);

struct kho_radix_tree kho_out_tree;

static DEFINE_MUTEX(kho_lock);
DEFINE_STATIC_PERCPU_RWSEM(kho_state);
/* Changes are refused; until kho_init() because there is nothing to change. */
static bool kho_frozen = true;
/* See kho_may_change(): what is neither frozen nor kept still. */
bool kho_near_open;
static bool kho_is_final;
/* Neither finalized nor aborted; see kho_hold_empty() and kho_commit(). */
static bool kho_held;

/* The FDT for the next kernel: its place is fixed while an image may know it. */
static void *kho_fdt;
static size_t kho_fdt_size;

static BLOCKING_NOTIFIER_HEAD(kho_chain);

static int __init kho_setup(char *arg)
{
	if (!arg || kstrtobool(arg, &kho_enabled))
		pr_warn("kho=%s is neither on nor off; ignored\n", arg ?: "");
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
 * is_kho_boot() - did this kernel take over from another one?
 *
 * Context: Any after kho_early_open().
 * Return: true after a handover that was accepted.
 */
bool is_kho_boot(void)
{
	return kho_in.valid;
}
EXPORT_SYMBOL_GPL(is_kho_boot);

/**
 * kho_disable() - switch KHO off for as long as this kernel runs
 *
 * Context: Boot.
 */
void __init kho_disable(void)
{
	kho_enabled = false;
}

/**
 * kho_change_begin() - a producer begins to change what is preserved
 *
 * Context: Process context, may sleep while the state is being frozen.
 * Return: 0, and then kho_change_end() must follow; -EOPNOTSUPP when KHO is
 * off; -EBUSY while the state is finalized.
 */
int kho_change_begin(void)
{
	if (!kho_enabled)
		return -EOPNOTSUPP;
	percpu_down_read(&kho_state);
	if (likely(!kho_frozen))
		return 0;
	percpu_up_read(&kho_state);
	return -EBUSY;
}

/**
 * kho_change_end() - the change is done
 *
 * Context: As kho_change_begin().
 */
void kho_change_end(void)
{
	percpu_up_read(&kho_state);
}

/**
 * kho_still_begin() - keep what is preserved from changing, for a moment
 *
 * For who looks at all of it. Producers wait until kho_still_end().
 *
 * Context: Process context, may sleep; not between kho_change_begin() and
 * kho_change_end().
 */
void kho_still_begin(void)
{
	percpu_down_write(&kho_state);
	if (!kho_near_open)
		return;
	/* Changes that sleep are over; those that do not end with this. */
	WRITE_ONCE(kho_near_open, false);
	synchronize_rcu();
}

/**
 * kho_still_end() - let it change again
 *
 * Context: As kho_still_begin().
 */
void kho_still_end(void)
{
	WRITE_ONCE(kho_near_open, !kho_frozen);
	percpu_up_write(&kho_state);
}

static void kho_freeze(bool freeze)
{
	kho_still_begin();
	kho_frozen = freeze;
	kho_still_end();
}

/**
 * kho_hold_empty() - see to it that nothing is preserved, for longer
 *
 * What a producer wants to preserve meanwhile is refused with -EBUSY, and so
 * are finalizing and aborting.
 *
 * Context: Process context, may sleep.
 * Return: 0, also with KHO off, and then kho_release() must follow; -EBUSY when a
 * producer of this kernel preserves something, or something of the last kernel was
 * not claimed.
 */
int kho_hold_empty(void)
{
	bool held;

	if (!kho_enabled)
		return 0;
	guard(mutex)(&kho_lock);
	kho_still_begin();
	held = !kho_producers_preserved() && !kho_unclaimed_bytes();
	if (held) {
		kho_held = true;
		kho_frozen = true;
	}
	kho_still_end();
	return held ? 0 : -EBUSY;
}

/**
 * kho_release() - what kho_hold_empty() held may change again
 *
 * Context: Process context, may sleep. Also after a kho_hold_empty() that
 * failed.
 */
void kho_release(void)
{
	guard(mutex)(&kho_lock);
	if (!kho_held)
		return;
	kho_held = false;
	kho_freeze(kho_is_final);
}

/**
 * register_kho_notifier() - be asked before the state is finalized
 * @nb: called in process context with an event of enum kho_event
 *
 * Context: Process context, may sleep.
 * Return: 0; -EOPNOTSUPP when KHO is off; -EEXIST when @nb is registered.
 */
int register_kho_notifier(struct notifier_block *nb)
{
	if (!kho_enabled)
		return -EOPNOTSUPP;
	return blocking_notifier_chain_register(&kho_chain, nb);
}
EXPORT_SYMBOL_GPL(register_kho_notifier);

/**
 * unregister_kho_notifier() - be asked no more
 * @nb: as it was registered
 *
 * Context: Process context, may sleep until a call of @nb has returned.
 * Return: 0; -EOPNOTSUPP when KHO is off; -ENOENT when it was not registered.
 */
int unregister_kho_notifier(struct notifier_block *nb)
{
	if (!kho_enabled)
		return -EOPNOTSUPP;
	return blocking_notifier_chain_unregister(&kho_chain, nb);
}
EXPORT_SYMBOL_GPL(unregister_kho_notifier);

/* The chain is walked by hand to be able to name who vetoed. */
static void kho_notify_abort(struct notifier_block *end)
{
	struct notifier_block *nb = rcu_dereference_raw(kho_chain.head);

	for (; nb && nb != end; nb = rcu_dereference_raw(nb->next))
		nb->notifier_call(nb, KEXEC_KHO_ABORT, NULL);
}

static int kho_notify_finalize(void)
{
	struct notifier_block *nb;
	int err = 0;

	guard(rwsem_read)(&kho_chain.rwsem);
	for (nb = rcu_dereference_raw(kho_chain.head); nb;
	     nb = rcu_dereference_raw(nb->next)) {
		err = notifier_to_errno(nb->notifier_call(nb, KEXEC_KHO_FINALIZE,
							  NULL));
		if (err) {
			pr_err("%ps refuses the handover: %pe\n",
			       nb->notifier_call, ERR_PTR(err));
			kho_notify_abort(nb);
			break;
		}
	}
	return err;
}

static int kho_sum_node(phys_addr_t node, unsigned int level, void *data)
{
	u32 *crc = data;

	*crc = kho_crc32c(*crc, phys_to_virt(node), PAGE_SIZE);
	return 0;
}

static int kho_finish_fdt(void)
{
	u32 crc = ~0U;

	kho_radix_walk_nodes(virt_to_phys(kho_out_tree.root), kho_sum_node, &crc);
	return kho_write_fdt(kho_fdt, kho_fdt_size, ~crc);
}

static void kho_show_state(bool final)
{
	WRITE_ONCE(kho_is_final, final);
	kho_debugfs_state(final);
	kho_sysfs_state(final);
}

/**
 * kho_finalize() - freeze what is preserved, for the next kernel to read
 *
 * Producers that registered are asked first and may refuse.
 *
 * Context: Process context, may sleep.
 * Return: 0, also when it was finalized before; -EOPNOTSUPP when KHO is off;
 * -EBUSY during a hibernation; -EUCLEAN when what is preserved contradicts
 * itself, see kho_audit(); -ENOMEM; -ENOSPC when the FDT is too small; or the
 * errno of the producer that refused, whose name is in the log. After an error
 * everything is as it was.
 */
int kho_finalize(void)
{
	int err;

	if (!kho_enabled)
		return -EOPNOTSUPP;
	guard(mutex)(&kho_lock);
	if (kho_is_final)
		return 0;
	if (kho_held)
		return -EBUSY;

	err = kho_notify_finalize();
	if (err)
		return err;
	kho_freeze(true);
	err = kho_audit() ?: kho_finish_fdt();
	if (err) {
		pr_err("cannot be finalized: %pe\n", ERR_PTR(err));
		kho_freeze(false);
		scoped_guard(rwsem_read, &kho_chain.rwsem)
			kho_notify_abort(NULL);
		return err;
	}
	kho_report_unclaimed();
	kho_forecast_gaps();
	kho_show_state(true);
	pr_info("finalized, %llu bytes preserved\n", kho_preserved_bytes());
	return 0;
}

/**
 * kho_abort() - let the state change again
 *
 * Context: Process context, may sleep.
 * Return: 0, also when it was not finalized; -EOPNOTSUPP when KHO is off; -EBUSY
 * during a hibernation, and once a kexec is on its way.
 */
int kho_abort(void)
{
	if (!kho_enabled)
		return -EOPNOTSUPP;
	guard(mutex)(&kho_lock);
	if (!kho_is_final)
		return 0;
	if (kho_held)
		return -EBUSY;

	kho_show_state(false);
	kho_freeze(false);
	scoped_guard(rwsem_read, &kho_chain.rwsem)
		kho_notify_abort(NULL);
	pr_info("aborted\n");
	return 0;
}

/**
 * kho_commit() - there is no way back: a kexec is on its way
 *
 * While devices are shut down others still run. An abort by one of them would let
 * the next kernel read what has changed since it was written.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBUSY when somebody has aborted meanwhile.
 */
int kho_commit(void)
{
	guard(mutex)(&kho_lock);
	if (!kho_is_final)
		return -EBUSY;
	kho_held = true;
	return 0;
}

/**
 * kho_finalized() - is the state frozen and the FDT written?
 *
 * Context: Any. The answer may be old when it arrives.
 * Return: true when it is.
 */
bool kho_finalized(void)
{
	return READ_ONCE(kho_is_final);
}

/**
 * kho_out_fdt() - the finished FDT
 * @size: where to put its size in bytes
 *
 * Context: Any. The caller sees to it that nobody aborts meanwhile.
 * Return: The FDT, NULL with a size of 0 while the state is not finalized.
 */
const void *kho_out_fdt(size_t *size)
{
	*size = kho_finalized() ? fdt_totalsize(kho_fdt) : 0;
	return kho_finalized() ? kho_fdt : NULL;
}

/**
 * kho_out_fdt_phys() - what an image tells the next kernel of the FDT
 * @size: where to put how many bytes to pass: one page where that will do
 *
 * Context: Any.
 * Return: The FDT's physical address, 0 when KHO is off.
 */
phys_addr_t kho_out_fdt_phys(size_t *size)
{
	*size = kho_fdt_need() <= PAGE_SIZE ? PAGE_SIZE : kho_dt_max();
	return kho_enabled ? virt_to_phys(kho_fdt) : 0;
}

/**
 * kho_dt_max() - the largest that the FDT may become
 *
 * Context: Any.
 * Return: Bytes.
 */
size_t kho_dt_max(void)
{
	return READ_ONCE(kho_fdt_size);
}

static void *kho_alloc_fdt(size_t size)
{
	unsigned int order = get_order(size);
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_COMP,
					order);

	if (!page)
		return NULL;
	if (kho_preserve_own(page, 1UL << order)) {
		__free_pages(page, order);
		return NULL;
	}
	return page_address(page);
}

static void kho_free_fdt(void *fdt, size_t size)
{
	unsigned int order = get_order(size);

	kho_unpreserve_own(virt_to_page(fdt), 1UL << order);
	__free_pages(virt_to_page(fdt), order);
}

/**
 * kho_set_dt_max() - let the FDT become larger
 * @size: bytes, rounded up to a power of two pages; not less than it may become
 *	now, at most KHO_DT_MAX_LIMIT
 *
 * The FDT gets another place: an image that is loaded must be loaded again.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EOPNOTSUPP when KHO is off; -EBUSY while the state is finalized
 * or during a hibernation; -EINVAL for a size out of range; -ENOMEM, also when
 * all memory that is free was added after boot.
 */
int kho_set_dt_max(size_t size)
{
	void *fdt;

	if (!kho_enabled)
		return -EOPNOTSUPP;
	guard(mutex)(&kho_lock);
	if (kho_is_final || kho_held)
		return -EBUSY;
	if (size < kho_fdt_size || size > KHO_DT_MAX_LIMIT)
		return -EINVAL;
	size = PAGE_SIZE << get_order(size);
	if (size == kho_fdt_size)
		return 0;
	fdt = kho_alloc_fdt(size);
	if (!fdt)
		return -ENOMEM;
	swap(fdt, kho_fdt);
	kho_free_fdt(fdt, kho_fdt_size);
	WRITE_ONCE(kho_fdt_size, size);
	return 0;
}

/* Who we are, for the next kernel. */
static int __init kho_add_metadata(void)
{
	struct kho_kexec_metadata *metadata;
	struct folio *folio;
	int err;

	folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, 0);
	if (!folio)
		return -ENOMEM;
	err = kho_preserve_own(folio_page(folio, 0), 1);
	if (err) {
		folio_put(folio);
		return err;
	}
	metadata = folio_address(folio);
	metadata->version = KHO_KEXEC_METADATA_VERSION;
	strscpy(metadata->previous_release, init_utsname()->release);
	metadata->kexec_count = kho_in.kexec_count + 1;
	err = kho_add_subtree(KHO_KEXEC_METADATA_NAME, metadata,
			      sizeof(*metadata));
	if (err) {
		kho_unpreserve_own(folio_page(folio, 0), 1);
		folio_put(folio);
	}
	return err;
}

/* Who the last kernel was. Metadata of another version is none. */
static void __init kho_read_metadata(void)
{
	struct kho_kexec_metadata *metadata;
	phys_addr_t phys;
	size_t size;

	/* Something came, so there was a kexec, even if nobody counted. */
	kho_in.kexec_count = 1;
	if (kho_retrieve_subtree(KHO_KEXEC_METADATA_NAME, &phys, &size))
		return;
	metadata = phys_to_virt(phys);
	if (size >= sizeof(*metadata) &&
	    metadata->version == KHO_KEXEC_METADATA_VERSION) {
		kho_in.kexec_count = max(metadata->kexec_count, 1);
		/* Not trusted to be terminated. */
		strscpy(kho_in.previous_release, metadata->previous_release);
	}
	kho_restore_free(metadata);
	pr_info("generation %u, handed over by %s\n", kho_in.kexec_count,
		kho_in.previous_release[0] ? kho_in.previous_release :
					     "a kernel that does not say which");
}

static int __init kho_init(void)
{
	if (!kho_enabled)
		return 0;
	if (kho_radix_init_tree(&kho_out_tree, NULL))
		goto off;
	kho_fdt_size = KHO_DT_MAX_DEFAULT;
	kho_fdt = kho_alloc_fdt(kho_fdt_size);
	if (!kho_fdt)
		goto off;
	if (kho_in.valid) {
		/* Ours now, for people to read in this generation. */
		kho_restore_folio(kho_in.fdt_phys);
		kho_read_metadata();
	}
	kho_freeze(false);
	if (kho_add_metadata())
		goto off;
	return 0;
off:
	/* The near way of preserving looks at this alone. */
	kho_freeze(true);
	pr_err("no memory for the handover to come; KHO is off\n");
	kho_disable();
	return -ENOMEM;
}
core_initcall(kho_init);

static int __init kho_files_init(void)
{
	if (!kho_enabled && !IS_ENABLED(CONFIG_SYSFS))
		return 0;
	kho_debugfs_init();
	return kho_sysfs_init();
}
fs_initcall(kho_files_init);
