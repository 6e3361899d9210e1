// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: finalizing, aborting, preserving and
 * unregistering at the same time.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/kexec_handover.h>
#include <linux/kstrtox.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "test_kho.h"
#include "test_kho_actions.h"

#define SYS_KHO			"/sys/kernel/kho/"

/* So many folios are preserved while the state comes and goes. */
#define RACE_FOLIOS		10000

/* How long a notifier takes that wants to be met while it runs. */
#define SLOW_MS			300

/* Somebody who preserves, one page after the other. */
struct producer {
	struct task_struct *task;
	struct page **pages;
	unsigned int nr;	/* pages there are */
	unsigned int done;	/* of them preserved, the first ones */
	unsigned int refused;	/* times with -EBUSY */
	long wrong;		/* any other error */
	unsigned int pause_us;	/* between two pages */
};

static long preserved_bytes(void)
{
	char text[32] = "";
	u64 bytes;

	if (test_kho_read_file(SYS_KHO "preserved_bytes", text, sizeof(text)) < 0 ||
	    kstrtou64(strim(text), 0, &bytes))
		return -EIO;
	return bytes;
}

static int finalize(bool on)
{
	return test_kho_write_file(SYS_KHO "active", on ? "1" : "0");
}

static int produce(void *data)
{
	struct producer *p = data;
	int err;

	while (!kthread_should_stop()) {
		if (p->done == p->nr || p->wrong) {
			schedule_timeout_interruptible(1);
			continue;
		}
		err = kho_preserve_pages(p->pages[p->done], 1);
		if (!err)
			WRITE_ONCE(p->done, p->done + 1);
		else if (err == -EBUSY)
			p->refused++;
		else
			p->wrong = err;
		usleep_range(p->pause_us, 2 * p->pause_us);
	}
	return 0;
}

static int producer_start(struct producer *p)
{
	p->pages = vcalloc(RACE_FOLIOS, sizeof(*p->pages));
	if (!p->pages)
		return -ENOMEM;
	for (p->nr = 0; p->nr < RACE_FOLIOS; p->nr++) {
		p->pages[p->nr] = alloc_page(GFP_KERNEL | __GFP_NORETRY);
		if (!p->pages[p->nr])
			break;
	}
	p->task = kthread_run(produce, p, "test_kho_produce");
	return PTR_ERR_OR_ZERO(p->task);
}

static void producer_end(struct producer *p)
{
	if (!IS_ERR_OR_NULL(p->task))
		kthread_stop(p->task);
	while (p->done)
		kho_unpreserve_pages(p->pages[--p->done], 1);
	while (p->nr)
		__free_page(p->pages[--p->nr]);
	vfree(p->pages);
	*p = (struct producer){};
}

/* What was finalized stands still, however much somebody wants to add to it. */
static bool stands_still(void)
{
	long bytes = preserved_bytes();

	msleep(20);
	return bytes >= 0 && bytes == preserved_bytes();
}

static void race_with_preserve(void)
{
	unsigned int rounds = 0, moved = 0;
	struct producer p = { .pause_us = 20 };
	long before = preserved_bytes();

	test_kho_expect("race: start to preserve", producer_start(&p), 0);
	while (p.pages && READ_ONCE(p.done) < p.nr && rounds++ < 60) {
		unsigned int start = READ_ONCE(p.done);
		int err = finalize(true);

		if (err || !stands_still()) {
			test_kho_expect("race: finalized, and it stands still",
					err ?: -EUCLEAN, 0);
			break;
		}
		err = finalize(false);
		if (err) {
			test_kho_expect("race: abort", err, 0);
			break;
		}
		usleep_range(100, 200);
		moved += start != READ_ONCE(p.done);
	}
	finalize(false);
	pr_info("race: finalized %u times, preserved in %u of them, %u pages, refused %u times\n",
		rounds, moved, p.done, p.refused);
	test_kho_expect("race: both got somewhere",
			moved > 1 && p.refused && p.done, true);
	test_kho_expect("race: no other error", p.wrong, 0);
	if (!IS_ERR_OR_NULL(p.task))
		kthread_stop(p.task);
	p.task = NULL;
	test_kho_expect("race: every page counts", preserved_bytes(),
			before + ((long)p.done << PAGE_SHIFT));
	producer_end(&p);
	test_kho_expect("race: none stays", preserved_bytes(), before);
}

/* A notifier that takes its time, and somebody who does not wait for it */
static DECLARE_COMPLETION(inside);
static bool in_notifier;
static unsigned int finalized, aborted;

static int test_kho_is_slow(struct kho_notifier *kn)
{
	WRITE_ONCE(in_notifier, true);
	finalized++;
	complete(&inside);
	msleep(SLOW_MS);
	WRITE_ONCE(in_notifier, false);
	return 0;
}

static void test_kho_slow_abort(struct kho_notifier *kn)
{
	aborted++;
}

static struct kho_notifier slow = {
	.name = "test_kho_is_slow",
	.finalize = test_kho_is_slow,
	.abort = test_kho_slow_abort,
};

static int finalize_thread(void *data)
{
	int *err = data;

	*err = finalize(true);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* Calls @meanwhile while a finalize is inside the notifier; what that returned */
static int during_finalize(int (*meanwhile)(void), int *finalize_err)
{
	struct task_struct *task;
	int err;

	*finalize_err = -EINPROGRESS;
	reinit_completion(&inside);
	task = kthread_run(finalize_thread, finalize_err, "test_kho_final");
	if (IS_ERR(task))
		return PTR_ERR(task);
	wait_for_completion(&inside);
	err = READ_ONCE(in_notifier) ? meanwhile() : -ETIME;
	kthread_stop(task);
	return err;
}

static int abort_now(void)
{
	return finalize(false);
}

/* As a module's exit does: afterwards nobody may be inside. */
static int unregister_now(void)
{
	int err = unregister_kho_notifier(&slow);

	return READ_ONCE(in_notifier) ? -EBUSY : err;
}

static void race_with_notifier(void)
{
	char active[8] = "";
	int err;

	test_kho_expect("race: register", register_kho_notifier(&slow), 0);

	test_kho_expect("race: abort while a notifier runs",
			during_finalize(abort_now, &err), 0);
	test_kho_expect("race: the finalize that was met", err, 0);
	test_kho_read_file(SYS_KHO "active", active, sizeof(active));
	test_kho_expect("race: aborted in the end", active[0], '0');
	test_kho_expect("race: told of both", finalized == 1 && aborted == 1,
			true);

	test_kho_expect("race: unregister while the notifier runs",
			during_finalize(unregister_now, &err), 0);
	test_kho_expect("race: the finalize that was met, again", err, 0);
	test_kho_expect("race: abort", finalize(false), 0);
	test_kho_expect("race: not told any more",
			finalized == 2 && aborted == 1, true);
	test_kho_expect("race: unregister twice",
			unregister_kho_notifier(&slow), -ENOENT);
}

/* As a driver that is loaded and unloaded again and again. */
static int come_and_go(void *data)
{
	unsigned int *times = data;
	void *mem;
	int err;

	while (!kthread_should_stop()) {
		mem = kho_alloc_preserve(PAGE_SIZE);
		if (IS_ERR(mem)) {
			usleep_range(10, 20);
			continue;
		}
		err = kho_add_subtree("test-come-and-go", mem, PAGE_SIZE);
		if (err && err != -EBUSY)
			test_kho_expect("race: add a subtree", err, 0);
		usleep_range(10, 20);
		kho_remove_subtree(mem);
		kho_unpreserve_free(mem);
		WRITE_ONCE(*times, *times + !err);
	}
	return 0;
}

/* What goes is gone, also where that ends what was just finalized. */
static void race_with_driver(void)
{
	long before = preserved_bytes();
	unsigned int times = 0, rounds;
	struct task_struct *task;
	int err = 0;

	task = kthread_run(come_and_go, &times, "test_kho_comes");
	test_kho_expect("race: a driver", PTR_ERR_OR_ZERO(task), 0);
	if (IS_ERR(task))
		return;
	for (rounds = 0; rounds < 60 && !err; rounds++) {
		err = finalize(true) ?: finalize(false);
		usleep_range(100, 200);
	}
	kthread_stop(task);
	pr_info("race: a driver came and went %u times\n", times);
	test_kho_expect("race: finalize and abort beside it", err, 0);
	test_kho_expect("race: it was there", times > 1, true);
	test_kho_expect("race: nothing of it stays", preserved_bytes(), before);
	test_kho_expect("race: finalize", finalize(true), 0);
	test_kho_expect("race: abort", finalize(false), 0);
}

/* action=race */
void test_kho_race(unsigned long arg)
{
	race_with_preserve();
	race_with_driver();
	race_with_notifier();
}

static struct producer storm;

/* Called when the kexec is on its way, and devices are not shut down yet */
static int test_kho_leaves(struct notifier_block *nb, unsigned long event,
			   void *data)
{
	test_kho_expect("storm: no abort any more", finalize(false), -EBUSY);
	test_kho_expect("storm: it stands still", stands_still(), true);
	return NOTIFY_OK;
}

static struct notifier_block leaving = { .notifier_call = test_kho_leaves };

/* action=storm */
void test_kho_storm(unsigned long arg)
{
	storm.pause_us = 500;
	test_kho_expect("storm: start to preserve", producer_start(&storm), 0);
	test_kho_expect("storm: hear of a kexec",
			register_reboot_notifier(&leaving), 0);
}

/* End what action=storm began. */
void test_kho_storm_undo(void)
{
	if (!storm.pages)
		return;
	unregister_reboot_notifier(&leaving);
	producer_end(&storm);
}
