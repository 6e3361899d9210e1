// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update: /dev/liveupdate, and what it does to a handover.
 *
 * Three kinds of calls meet with a handover. Those that preserve are allowed until it is
 * finalized. Those that give back what was preserved are allowed until it is frozen, and
 * undo that it was finalized. Those that deal with what came are allowed until it is
 * frozen and do not matter to it. Whoever comes later waits: either the kexec happens, or
 * everything is thawed.
 *
 * luo_gate is what calls hold for as long as they take, but for those that give back:
 * they may wait for a lock under which the handover asks us to freeze. They are counted.
 *
 * Locks, outermost first: luo_gate; luo_sessions_lock; a session's lock; that of the
 * handlers; that of the FLBs.
 */
#define pr_fmt(fmt) "LUO: " fmt

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kstrtox.h>
#include <linux/liveupdate.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/percpu-rwsem.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "kho_finalize.h"
#include "kho_state.h"
#include "luo_internal.h"

/* How long finalizing waits for sessions that are being closed. */
#define LUO_GIVE_BACK_PATIENCE	(10 * HZ)

enum luo_stage {
	LUO_OPEN,
	LUO_FINAL,
	LUO_FROZEN,
};

static bool luo_enabled __ro_after_init;
/* Changes under luo_gate. */
static enum luo_stage luo_stage;
DEFINE_STATIC_PERCPU_RWSEM(luo_gate);
static atomic_t luo_nr_giving_back = ATOMIC_INIT(0);
/* The stage has changed, or fewer give back. */
static DECLARE_WAIT_QUEUE_HEAD(luo_wait);

/* Of this kernel's live update: which it will be, and what tells of it. */
static u64 luo_num = 1;
static struct luo_ser *luo_header;

static int __init luo_setup(char *arg)
{
	if (!arg || kstrtobool(arg, &luo_enabled))
		pr_warn("liveupdate=%s is neither on nor off; ignored\n",
			arg ?: "");
	return 0;
}
early_param("liveupdate", luo_setup);

/**
 * luo_on() - is live update there?
 *
 * Context: Any, once the command line was read.
 * Return: true when it was asked for and KHO is on.
 */
bool luo_on(void)
{
	return luo_enabled && kho_is_enabled();
}

/**
 * liveupdate_enabled() - is live update switched on?
 *
 * Context: Any, once the command line was read.
 * Return: true when files can be preserved.
 */
bool liveupdate_enabled(void)
{
	return luo_on();
}
EXPORT_SYMBOL_GPL(liveupdate_enabled);

/**
 * luo_call_begin() - a call begins that does not change what is preserved
 *
 * Context: Process context, may sleep; for ever when a kexec is on its way.
 */
void luo_call_begin(void)
{
	percpu_down_read(&luo_gate);
	while (luo_stage == LUO_FROZEN) {
		percpu_up_read(&luo_gate);
		wait_event(luo_wait, READ_ONCE(luo_stage) != LUO_FROZEN);
		percpu_down_read(&luo_gate);
	}
}

/**
 * luo_call_end() - the call is done
 *
 * Context: As luo_call_begin().
 */
void luo_call_end(void)
{
	percpu_up_read(&luo_gate);
}

/**
 * luo_preserve_begin() - a call begins that preserves
 *
 * Context: As luo_call_begin().
 * Return: 0, and then luo_call_end() must follow; -EBUSY when the handover is finalized.
 */
int luo_preserve_begin(void)
{
	luo_call_begin();
	if (luo_stage == LUO_OPEN)
		return 0;
	luo_call_end();

	/* Somebody may have undone it, and we were not told yet. */
	kho_settle();
	luo_call_begin();
	if (luo_stage == LUO_OPEN)
		return 0;
	luo_call_end();
	return -EBUSY;
}

/**
 * luo_give_back_begin() - a call begins that gives back what was preserved
 *
 * Context: As luo_call_begin().
 */
void luo_give_back_begin(void)
{
	luo_call_begin();
	atomic_inc(&luo_nr_giving_back);
	luo_call_end();
}

/**
 * luo_give_back_end() - the call is done
 *
 * Context: As luo_call_begin().
 */
void luo_give_back_end(void)
{
	if (atomic_dec_and_test(&luo_nr_giving_back))
		wake_up_all(&luo_wait);
}

static void luo_set_stage(enum luo_stage stage)
{
	percpu_down_write(&luo_gate);
	WRITE_ONCE(luo_stage, stage);
	percpu_up_write(&luo_gate);
	wake_up_all(&luo_wait);
}

/* Nothing is half preserved when the handover is finalized, nor half given back. */
static int luo_finalize(struct kho_notifier *kn)
{
	luo_set_stage(LUO_FINAL);
	if (wait_event_timeout(luo_wait, !atomic_read(&luo_nr_giving_back),
			       LUO_GIVE_BACK_PATIENCE))
		return 0;
	luo_set_stage(LUO_OPEN);
	return -EBUSY;
}

static void luo_abort(struct kho_notifier *kn)
{
	luo_set_stage(LUO_OPEN);
}

static void luo_write(void)
{
	if (!luo_header)
		return;
	luo_header->sessions = luo_sessions_write();
	luo_header->flbs = luo_flbs_write();
}

static void luo_thaw(struct kho_notifier *kn)
{
	luo_sessions_unfreeze();
	luo_set_stage(LUO_FINAL);
}

static int luo_freeze(struct kho_notifier *kn)
{
	int err = 0;

	percpu_down_write(&luo_gate);
	/* It is about to undo that the handover was finalized. */
	if (atomic_read(&luo_nr_giving_back))
		err = -EBUSY;
	else
		WRITE_ONCE(luo_stage, LUO_FROZEN);
	percpu_up_write(&luo_gate);
	if (err)
		return err;

	err = luo_sessions_freeze();
	if (err)
		luo_set_stage(LUO_FINAL);
	else
		luo_write();
	return err;
}

static struct kho_notifier luo_notifier = {
	.name = "live update",
	.finalize = luo_finalize,
	.abort = luo_abort,
	.freeze = luo_freeze,
	.thaw = luo_thaw,
};

/**
 * luo_header_add() - there is a session to hand over
 *
 * Without one there is no subtree: nobody is bothered with what need not be read.
 *
 * Context: Process context, may sleep; after luo_preserve_begin(), with the list of
 * sessions locked.
 * Return: 0, or an error of kho_alloc_preserve() or kho_add_subtree().
 */
int luo_header_add(void)
{
	struct luo_ser *header = kho_alloc_preserve(sizeof(*header));
	int err;

	if (IS_ERR(header))
		return PTR_ERR(header);
	strscpy(header->compatible, LUO_COMPATIBLE);
	header->liveupdate_num = luo_num;
	err = kho_add_subtree(LUO_SUBTREE_NAME, header, sizeof(*header));
	if (err)
		kho_unpreserve_free(header);
	else
		luo_header = header;
	return err;
}

/**
 * luo_header_remove() - the last session is gone
 *
 * Context: Process context, may sleep, with the list of sessions locked.
 */
void luo_header_remove(void)
{
	kho_remove_subtree(luo_header);
	kho_unpreserve_free(luo_header);
	luo_header = NULL;
}

/* What came */

static int __init luo_read_header(struct luo_ser *header)
{
	size_t size;
	phys_addr_t phys;
	struct folio *folio;
	int err;

	err = kho_retrieve_subtree(LUO_SUBTREE_NAME, &phys, &size);
	if (err)
		return err;
	if (size < sizeof(*header))
		return -EINVAL;
	folio = kho_restore_folio(phys);
	if (!folio)
		return -EINVAL;
	memcpy(header, folio_address(folio), sizeof(*header));
	folio_put(folio);
	if (strncmp(header->compatible, LUO_COMPATIBLE,
		    sizeof(header->compatible)))
		return -EPROTONOSUPPORT;
	return 0;
}

static int __init luo_restore(void)
{
	struct luo_ser header;
	int err;

	err = luo_read_header(&header);
	if (err)
		return err == -ENOENT ? 0 : err;
	luo_num = header.liveupdate_num + 1;
	err = luo_sessions_restore(header.sessions) ?:
	      luo_flbs_restore(header.flbs);
	if (err) {
		luo_sessions_forget();
		luo_flbs_forget();
	}
	return err;
}

/* Before drivers, some of which look for what came. */
static int __init luo_restore_init(void)
{
	int err;

	if (luo_enabled && !kho_is_enabled())
		pr_warn("liveupdate=on does nothing without kho=on\n");
	if (!luo_on())
		return 0;
	err = luo_files_init() ?: luo_sessions_init() ?:
	      register_kho_notifier(&luo_notifier);
	if (err) {
		pr_err("cannot be set up: %pe\n", ERR_PTR(err));
		luo_enabled = false;
		return err;
	}
	err = luo_restore();
	if (err)
		pr_err("what the last kernel left cannot be read (%pe); no session came\n",
		       ERR_PTR(err));
	return 0;
}
subsys_initcall(luo_restore_init);

/* The device */

static unsigned long luo_device_open;

static int luo_open(struct inode *inode, struct file *file)
{
	return test_and_set_bit_lock(0, &luo_device_open) ? -EBUSY : 0;
}

static int luo_release(struct inode *inode, struct file *file)
{
	clear_bit_unlock(0, &luo_device_open);
	return 0;
}

static long luo_ioctl(struct file *file, unsigned int cmd, unsigned long user)
{
	void __user *ptr = (void __user *)user;
	union luo_arg arg;
	unsigned int whole;
	long err;

	switch (_IOC_NR(cmd)) {
	case LIVEUPDATE_CMD_CREATE_SESSION:
		whole = LIVEUPDATE_IOCTL_CREATE_SESSION;
		break;
	case LIVEUPDATE_CMD_RETRIEVE_SESSION:
		whole = LIVEUPDATE_IOCTL_RETRIEVE_SESSION;
		break;
	default:
		return -EINVAL;
	}
	err = luo_copy_in(&arg, sizeof(arg.create), ptr, cmd == whole);
	if (err)
		return err;
	if (cmd == LIVEUPDATE_IOCTL_CREATE_SESSION)
		return luo_session_create(ptr, &arg);
	return luo_session_retrieve(ptr, &arg);
}

static const struct file_operations luo_fops = {
	.owner = THIS_MODULE,
	.open = luo_open,
	.release = luo_release,
	.unlocked_ioctl = luo_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice luo_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "liveupdate",
	.fops = &luo_fops,
	.mode = 0600,
};

static int luo_list_show(struct seq_file *m, void *unused)
{
	luo_sessions_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(luo_list);

static int __init luo_device_init(void)
{
	int err;

	if (!luo_on())
		return 0;
	err = misc_register(&luo_device);
	if (err) {
		pr_err("no device: %pe\n", ERR_PTR(err));
		return err;
	}
	debugfs_create_file("sessions", 0400,
			    debugfs_create_dir("liveupdate", NULL), NULL,
			    &luo_list_fops);
	return 0;
}
late_initcall(luo_device_init);
