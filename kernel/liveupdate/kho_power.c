// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO and hibernation.
 *
 * What this kernel preserves is its own memory, which is in the image and comes
 * back with it. But the kernel that reads an image writes over all memory, also
 * over what was handed over to it: after a handover no image is read.
 *
 * Suspending leaves memory where it is and needs nothing of this.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/init.h>
#include <linux/kexec_handover.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/suspend.h>

static int kho_power_event(struct notifier_block *nb, unsigned long event,
			   void *unused)
{
	if (event != PM_RESTORE_PREPARE || !is_kho_boot())
		return NOTIFY_DONE;
	pr_err("no image is restored over memory that was handed over\n");
	return notifier_from_errno(-EBUSY);
}

static struct notifier_block kho_power_nb = {
	.notifier_call = kho_power_event,
};

static int __init kho_power_init(void)
{
	return register_pm_notifier(&kho_power_nb);
}
postcore_initcall(kho_power_init);
