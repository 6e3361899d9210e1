// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO and hibernation, which do not go together.
 *
 * An image would hold what is preserved, on a disk, and come to life in a machine
 * whose memory has been somebody else's meanwhile. And the kernel that reads an
 * image writes over all memory, also over what was handed over to it. So there is
 * no hibernation as long as anything is preserved, and nothing is preserved as
 * long as there is a hibernation.
 *
 * Suspending leaves memory where it is and needs nothing of this.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/init.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/suspend.h>

#include "kho_internal.h"

static int kho_prepare_hibernation(void)
{
	int err = kho_hold_empty();

	if (err)
		pr_err("no hibernation while memory is handed over\n");
	return err;
}

static int kho_power_event(struct notifier_block *nb, unsigned long event,
			   void *unused)
{
	switch (event) {
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		return notifier_from_errno(kho_prepare_hibernation());
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		kho_release();
		return NOTIFY_OK;
	default:
		return NOTIFY_DONE;
	}
}

static struct notifier_block kho_power_nb = {
	.notifier_call = kho_power_event,
};

static int __init kho_power_init(void)
{
	return kho_is_enabled() ? register_pm_notifier(&kho_power_nb) : 0;
}

/* After kho_init(), which may switch KHO off */
postcore_initcall(kho_power_init);
