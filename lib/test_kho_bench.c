// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: figures that a set of blocks does not give.
 *
 * They are measured with the guest's clock; tools/testing/selftests/kho/bench.sh
 * lets that count instructions, and reads what is printed here.
 */
#define pr_fmt(fmt) "test_kho: " fmt

#include <linux/bits.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/kexec_handover.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "test_kho.h"
#include "test_kho_actions.h"

/* Memory is taken in blocks of so many pages. */
#define BLOCK_ORDER	MAX_PAGE_ORDER
#define BLOCK_PAGES	BIT(BLOCK_ORDER)

/* Rounds of which the best counts: a host that is busy only makes them worse. */
#define ROUNDS		16
#define CPUS_MAX	2

static void free_all_blocks(struct list_head *blocks)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, blocks, lru) {
		list_del(&page->lru);
		__free_pages(page, BLOCK_ORDER);
	}
}

static int alloc_all_blocks(struct list_head *blocks, unsigned long nr)
{
	struct page *page;

	while (nr--) {
		/* Only of a compound page are all pages somebody's */
		page = alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_COMP,
				   BLOCK_ORDER);
		if (!page)
			return -ENOMEM;
		list_add_tail(&page->lru, blocks);
	}

	return 0;
}

/* Preserve or not, page for page; the first of each block is left alone. */
static int preserve_each(struct list_head *blocks, bool preserve)
{
	struct page *page;
	int err;

	list_for_each_entry(page, blocks, lru) {
		for (unsigned long i = 1; i < BLOCK_PAGES; i++) {
			if (!preserve) {
				kho_unpreserve_pages(page + i, 1);
				continue;
			}
			err = kho_preserve_pages(page + i, 1);
			if (err)
				return err;
		}
	}

	return 0;
}

static int preserve_first(struct list_head *blocks, bool preserve)
{
	struct page *page;
	int err;

	list_for_each_entry(page, blocks, lru) {
		if (!preserve) {
			kho_unpreserve_pages(page, 1);
			continue;
		}
		err = kho_preserve_pages(page, 1);
		if (err)
			return err;
	}

	return 0;
}

/**
 * test_kho_dense - pages of metadata where so many pages lie densely
 * @arg: number of pages
 */
void test_kho_dense(unsigned long arg)
{
	unsigned long nr = DIV_ROUND_UP(arg, BLOCK_PAGES);
	u64 before = 0, after = 0;
	LIST_HEAD(blocks);

	test_kho_expect("dense: allocate", alloc_all_blocks(&blocks, nr), 0);
	test_kho_expect("dense: count", test_kho_count_nodes(&before), 0);
	test_kho_expect("dense: preserve", preserve_first(&blocks, true) ?:
			preserve_each(&blocks, true), 0);
	test_kho_expect("dense: count", test_kho_count_nodes(&after), 0);
	pr_info("dense: %lu pages in %llu nodes\n", nr * BLOCK_PAGES,
		after - before);
	preserve_each(&blocks, false);
	preserve_first(&blocks, false);
	free_all_blocks(&blocks);
}

/* How the format cuts a run on one node. */
static unsigned int count_blocks(unsigned long pfn, unsigned long nr_pages)
{
	unsigned int blocks = 0;

	while (nr_pages) {
		unsigned int order = min_t(unsigned int, ilog2(nr_pages),
					   __ffs(pfn));

		pfn += 1UL << order;
		nr_pages -= 1UL << order;
		blocks++;
	}

	return blocks;
}

static void time_span(unsigned long pfn, unsigned long nr_pages)
{
	u64 start = ktime_get_ns(), mid;

	test_kho_expect("span: preserve",
			kho_preserve_pages(pfn_to_page(pfn), nr_pages), 0);
	mid = ktime_get_ns();
	kho_unpreserve_pages(pfn_to_page(pfn), nr_pages);
	pr_info("span: %lu pages in %u blocks, preserve %llu ns, unpreserve %llu ns\n",
		nr_pages, count_blocks(pfn, nr_pages), mid - start,
		ktime_get_ns() - mid);
}

/**
 * test_kho_span - preserve one run of very many pages
 * @arg: GiB, of the RAM from 4 GiB on, where scratch must not lie
 *
 * The pages are anybody's: they are put into the set and taken out again, and
 * no kexec may follow in between. Once a run that is as aligned as can be, then
 * runs that are cut into as many blocks as can be.
 */
void test_kho_span(unsigned long arg)
{
	unsigned long pfn = PHYS_PFN(SZ_4G);

	/* Measure neither the first use nor the first leaf. */
	time_span(pfn, 1);
	for (unsigned long nr = PHYS_PFN(SZ_1G); nr <= PHYS_PFN(arg * SZ_1G);
	     nr *= 4) {
		time_span(pfn, nr);
		time_span(pfn + 1, nr - 2);
	}
}

/* One CPU's part of a round. */
struct bench_cpu {
	struct list_head blocks;
	struct completion done;
	atomic_t *waiting;
	u64 start;
	u64 end;
	int err;
};

static int bench_cpu_run(void *data)
{
	struct bench_cpu *cpu = data;

	atomic_dec(cpu->waiting);
	while (atomic_read(cpu->waiting))
		cpu_relax();
	cpu->start = ktime_get_ns();
	cpu->err = preserve_each(&cpu->blocks, true);
	cpu->end = ktime_get_ns();
	preserve_each(&cpu->blocks, false);
	complete(&cpu->done);

	return 0;
}

/* From the first one's start to the last one's end; 0 after an error. */
static u64 bench_round(struct bench_cpu *cpus, unsigned int nr)
{
	atomic_t waiting = ATOMIC_INIT(nr);
	u64 start = U64_MAX, end = 0;
	struct task_struct *task;
	int err = 0;

	for (unsigned int i = 0; i < nr; i++) {
		init_completion(&cpus[i].done);
		cpus[i].waiting = &waiting;
		task = kthread_run_on_cpu(bench_cpu_run, &cpus[i], i,
					  "test_kho/%u");
		if (IS_ERR(task)) {
			/* Those that run wait for this one. */
			cpus[i].err = PTR_ERR(task);
			atomic_dec(&waiting);
			complete(&cpus[i].done);
		}
	}
	for (unsigned int i = 0; i < nr; i++) {
		wait_for_completion(&cpus[i].done);
		err = err ?: cpus[i].err;
		start = min(start, cpus[i].start);
		end = max(end, cpus[i].end);
	}

	return err ? 0 : end - start;
}

static u64 bench_best(struct bench_cpu *cpus, unsigned int nr)
{
	u64 best = U64_MAX;

	for (unsigned int i = 0; i < ROUNDS; i++)
		best = min(best, bench_round(cpus, nr));

	return best;
}

/**
 * test_kho_cpus - preserve on two CPUs at once
 * @arg: number of pages on each
 *
 * In leaves that exist: each holds another key all the time.
 */
void test_kho_cpus(unsigned long arg)
{
	unsigned long nr = DIV_ROUND_UP(arg, BLOCK_PAGES);
	struct bench_cpu cpus[CPUS_MAX] = {};
	int err = 0;
	u64 one, both;

	test_kho_expect("cpus: there are enough",
			num_online_cpus() >= CPUS_MAX, true);
	if (num_online_cpus() < CPUS_MAX)
		return;
	for (unsigned int i = 0; i < CPUS_MAX; i++) {
		INIT_LIST_HEAD(&cpus[i].blocks);
		err = err ?: alloc_all_blocks(&cpus[i].blocks, nr);
		err = err ?: preserve_first(&cpus[i].blocks, true);
	}
	test_kho_expect("cpus: allocate", err, 0);
	one = bench_best(cpus, 1);
	both = bench_best(cpus, CPUS_MAX);
	test_kho_expect("cpus: preserve", one && both, true);
	pr_info("cpus: %lu pages on one %llu ns, as many on each of %u %llu ns\n",
		nr * (BLOCK_PAGES - 1), one, CPUS_MAX, both);
	for (unsigned int i = 0; i < CPUS_MAX; i++) {
		preserve_first(&cpus[i].blocks, false);
		free_all_blocks(&cpus[i].blocks);
	}
}
