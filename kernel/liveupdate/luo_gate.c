// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update: when which call is allowed.
 *
 * Three kinds of calls meet with a handover. Those that preserve are allowed until it is
 * finalized. Those that give back what was preserved are allowed until it is frozen, and
 * undo that it was finalized. Those that deal with what came are allowed until it is
 * frozen and do not matter to it. Whoever comes later waits: either the kexec happens, or
 * everything is thawed.
 *
 * luo_gate is what calls hold for as long as they take, but for those that give back:
 * they may wait for a lock under which the handover asks us to freeze. They are counted.
 */
#define pr_fmt(fmt) "LUO: " fmt

#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kexec_handover.h>
#include <linux/kstrtox.h>
#include <linux/liveupdate.h>
#include <linux/percpu-rwsem.h>
#include <linux/wait.h>

#include "kho_finalize.h"
#include "luo_internal.h"

/* How long finalizing waits for sessions that are being closed. */
#define LUO_GIVE_BACK_PATIENCE	(10 * HZ)

static bool luo_enabled __ro_after_init;
/* Changes under luo_gate. */
static enum luo_stage luo_stage;
DEFINE_STATIC_PERCPU_RWSEM(luo_gate);
static atomic_t luo_nr_giving_back = ATOMIC_INIT(0);
/* The stage has changed, or fewer give back. */
static DECLARE_WAIT_QUEUE_HEAD(luo_wait);

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
 * luo_disable() - switch live update off for as long as this kernel runs
 *
 * Context: Boot.
 */
void __init luo_disable(void)
{
	luo_enabled = false;
}

/**
 * luo_wanted() - was live update asked for?
 *
 * Context: Boot.
 * Return: true when it was, whether or not KHO is on.
 */
bool __init luo_wanted(void)
{
	return luo_enabled;
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

/**
 * luo_set_stage() - let other calls through
 * @stage: which they are
 *
 * Context: Process context, may sleep; from an operation of the notifier.
 */
void luo_set_stage(enum luo_stage stage)
{
	percpu_down_write(&luo_gate);
	WRITE_ONCE(luo_stage, stage);
	percpu_up_write(&luo_gate);
	wake_up_all(&luo_wait);
}

/**
 * luo_await_given_back() - wait until nothing is half given back
 *
 * Context: Process context, may sleep; after luo_set_stage(LUO_FINAL).
 * Return: true when nothing is; false when somebody takes too long.
 */
bool luo_await_given_back(void)
{
	return wait_event_timeout(luo_wait, !atomic_read(&luo_nr_giving_back),
				  LUO_GIVE_BACK_PATIENCE);
}

/**
 * luo_close_gate() - let no call through any more
 *
 * Context: Process context, may sleep; from an operation of the notifier.
 * Return: true; false when somebody gives back, and is about to undo that the handover
 * was finalized.
 */
bool luo_close_gate(void)
{
	bool idle;

	percpu_down_write(&luo_gate);
	idle = !atomic_read(&luo_nr_giving_back);
	if (idle)
		WRITE_ONCE(luo_stage, LUO_FROZEN);
	percpu_up_write(&luo_gate);
	return idle;
}
