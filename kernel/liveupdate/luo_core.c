// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update: /dev/liveupdate, and what a handover asks of it.
 *
 * Locks, outermost first: luo_gate; luo_sessions_lock; a session's lock; that of the
 * handlers; that of the FLBs.
 */
#define pr_fmt(fmt) "LUO: " fmt

#include <linux/bitops.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/miscdevice.h>
#include <linux/seq_file.h>

#include "luo_internal.h"

/* Nothing is half preserved when the handover is finalized, nor half given back. */
static int luo_finalize(struct kho_notifier *kn)
{
	luo_set_stage(LUO_FINAL);
	if (luo_await_given_back())
		return 0;
	luo_set_stage(LUO_OPEN);
	return -EBUSY;
}

static void luo_abort(struct kho_notifier *kn)
{
	luo_set_stage(LUO_OPEN);
}

static void luo_thaw(struct kho_notifier *kn)
{
	luo_sessions_unfreeze();
	luo_set_stage(LUO_FINAL);
}

static int luo_freeze(struct kho_notifier *kn)
{
	u64 sessions;
	int err;

	if (!luo_close_gate())
		return -EBUSY;
	err = luo_sessions_freeze();
	if (err) {
		luo_set_stage(LUO_FINAL);
		return err;
	}
	sessions = luo_sessions_write();
	luo_header_write(sessions, luo_flbs_write());
	return 0;
}

static struct kho_notifier luo_notifier = {
	.name = "live update",
	.finalize = luo_finalize,
	.abort = luo_abort,
	.freeze = luo_freeze,
	.thaw = luo_thaw,
};

/* What came */

static int __init luo_restore(void)
{
	struct luo_ser header;
	int err;

	err = luo_header_read(&header);
	if (err)
		return err == -ENOENT ? 0 : err;
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

	if (luo_wanted() && !kho_is_enabled())
		pr_warn("liveupdate=on does nothing without kho=on\n");
	if (!luo_on())
		return 0;
	err = luo_files_init() ?: luo_sessions_init() ?:
	      register_kho_notifier(&luo_notifier);
	if (err) {
		pr_err("cannot be set up: %pe\n", ERR_PTR(err));
		luo_disable();
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
