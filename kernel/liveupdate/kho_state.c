// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: the state of the handover to the next kernel, see kho_state.h.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/export.h>
#include <linux/init.h>
#include <linux/kexec_handover.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "kho_state.h"

static bool kho_enabled __ro_after_init =
	IS_ENABLED(CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT) ||
	IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEMAND_DEFAULT);
static bool kho_on_demand __ro_after_init =
	IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEMAND_DEFAULT);

enum kho_state kho_state;
DEFINE_PERCPU_RWSEM(kho_changes);

/* For those who were told that the state is finalized. */
static struct work_struct kho_revoked_work;

static int __init kho_setup(char *arg)
{
	static const char * const words[] = {
		"off", "on", "0", "1", "n", "y", "no", "yes", "demand",
	};
	int i = arg ? match_string(words, ARRAY_SIZE(words), arg) : -EINVAL;

	if (i < 0) {
		pr_warn("kho=%s is none of on, off and demand; ignored\n",
			arg ?: "");
		return 0;
	}
	kho_on_demand = i == ARRAY_SIZE(words) - 1;
	kho_enabled = kho_on_demand || i % 2;
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
 * kho_has_reserve() - is scratch reserved at boot?
 *
 * Context: Any, once the command line was read.
 * Return: false when it is taken on demand, and when KHO is off.
 */
bool kho_has_reserve(void)
{
	return kho_enabled && !kho_on_demand;
}

/**
 * kho_drop_reserve() - take scratch on demand, for as long as this kernel runs
 *
 * Context: Boot.
 */
void __init kho_drop_reserve(void)
{
	kho_on_demand = true;
}

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

/**
 * kho_set_state() - go on to another state
 * @state: the state
 *
 * Context: Process context, may sleep; one caller at a time.
 */
void kho_set_state(enum kho_state state)
{
	kho_stop_changes();
	WRITE_ONCE(kho_state, state);
	kho_allow_changes();
}

/**
 * kho_set_open() - open the state for the first time
 * @revoked: called, as work, whenever a producer has ended the finalized state
 *
 * Context: Boot.
 */
void __init kho_set_open(void (*revoked)(struct work_struct *work))
{
	INIT_WORK(&kho_revoked_work, revoked);
	kho_set_state(KHO_OPEN);
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

/*
 * A producer may hold locks that its own operations take: so they are not called
 * from here.
 */
static void kho_revoke(unsigned long ip)
{
	bool was_finalized;

	kho_stop_changes();
	was_finalized = kho_state == KHO_FINALIZED;
	if (was_finalized)
		WRITE_ONCE(kho_state, KHO_OPEN);
	kho_allow_changes();
	if (!was_finalized)
		return;
	pr_notice("%pS changes what it preserves: not finalized any more\n",
		  (void *)ip);
	schedule_work(&kho_revoked_work);
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

/**
 * kho_reopen() - end the finalized state for who has to preserve something now
 *
 * For what cannot be refused, as a page of a file that is preserved.
 *
 * Context: Process context, may sleep.
 * Return: true, and then one may try; false when a kexec is on its way, or KHO is off.
 */
bool kho_reopen(void)
{
	if (!kho_return_begin(_RET_IP_))
		return false;
	kho_change_end();
	return true;
}
