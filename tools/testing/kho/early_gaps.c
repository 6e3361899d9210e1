// SPDX-License-Identifier: GPL-2.0-only
/*
 * The largest gaps between what is preserved, found by the plainest of means: those
 * that early boot has opened, and those that were forecast.
 */

#include <stdlib.h>

#include <linux/kstrtox.h>

#include "check.h"
#include "early_layouts.h"
#include "early_tests.h"
#include "early_model.h"
#include "../../../kernel/liveupdate/kho_gaps.h"
#include "../../../kernel/liveupdate/kho_map.h"

#define GROUP		64
#define NR_LARGEST	32

/* A run of pages that are nobody's, as far as it is worth being opened */
struct run {
	unsigned long nr;
	unsigned long pages;
};

static struct run runs[200000];
static unsigned int nr_runs;
/* Pages between two of a group that are preserved */
static unsigned char *between;
static unsigned char *open;
/* Pages of runs that may be open: all that are as large as the smallest that is */
static unsigned char *allowed;

/* Whose memory is it, for the next kernel or for one that only knows its own tree? */
static bool occupied(unsigned long nr, bool forecast)
{
	return sim_owner[nr] == KEPT || (!forecast && sim_owner[nr] == NODE);
}

static void mark_between(unsigned long group, bool forecast)
{
	unsigned long first = group, last = group + GROUP - 1;

	while (first <= last && !occupied(first, forecast))
		first++;
	while (last > first && !occupied(last, forecast))
		last--;
	if (first <= last)
		memset(between + first, 1, last - first + 1);
}

static bool is_free(unsigned long nr, bool forecast)
{
	if (between[nr])
		return false;
	return sim_owner[nr] == FREE ||
	       (forecast && (sim_owner[nr] == NODE || sim_owner[nr] == FIRMWARE));
}

static void add_run(unsigned long nr, unsigned long end)
{
	unsigned long first = ALIGN(nr, MAX_ORDER_NR_PAGES);
	unsigned long last = ALIGN_DOWN(end, MAX_ORDER_NR_PAGES);

	if (first < last && last - first >= (end - nr) / 2) {
		nr = first;
		end = last;
	}
	if (nr == end)
		return;
	if (nr_runs == ARRAY_SIZE(runs))
		abort();
	runs[nr_runs++] = (struct run){ nr, end - nr };
}

static int larger_first(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	return x->pages > y->pages ? -1 : x->pages < y->pages;
}

static void find_in_bank(const struct bank *bank, bool forecast)
{
	unsigned long border = sim_index(sim_border), start = 0, nr;
	unsigned long end = sim_index(bank->end);
	bool in_run = false;

	for (nr = sim_index(bank->start); nr < end; nr += GROUP)
		mark_between(nr, forecast);
	for (nr = sim_index(bank->start); nr <= end; nr++) {
		bool free = nr < end && is_free(nr, forecast);

		if (in_run && (!free || (nr == border && !forecast))) {
			add_run(start, nr);
			in_run = false;
		}
		if (free && !in_run) {
			start = nr;
			in_run = true;
		}
	}
}

/* All of them, the largest first */
static void find_runs(bool forecast)
{
	if (!between) {
		between = sim_map(1);
		open = sim_map(1);
		allowed = sim_map(1);
	}
	sim_clear(between);
	nr_runs = 0;
	sim_for_each_bank(bank)
		if (!bank->nomap)
			find_in_bank(bank, forecast);
	qsort(runs, nr_runs, sizeof(runs[0]), larger_first);
}

static unsigned long largest_sum(void)
{
	unsigned long pages = 0;

	for (unsigned int i = 0; i < nr_runs && i < NR_LARGEST; i++)
		pages += runs[i].pages;
	return pages;
}

static unsigned long note_open(void)
{
	const struct memblock_region *r;
	unsigned long pages = 0;

	sim_clear(open);
	for_each_mem_region(r)
		if (memblock_is_kho_gap(r)) {
			memset(open + sim_index(r->base), 1, r->size >> PAGE_SHIFT);
			pages += r->size >> PAGE_SHIFT;
		}
	return pages;
}

/* Is so much from the run's start on open? */
static bool is_open(const struct run *run, unsigned long pages)
{
	while (pages--)
		if (!open[run->nr + pages])
			return false;
	return true;
}

/* How much of a run counts where only one node's memory does, or low memory */
static unsigned long pages_for(const struct run *run, int nid)
{
	/* The last page of low memory is none to end a range with */
	unsigned long low_end = sim_index(LOW_END) - 1;

	if (nid >= 0)
		return sim_nid(PFN_PHYS(run->nr)) == nid ? run->pages : 0;
	return run->nr < low_end ? min(run->pages, low_end - run->nr) : 0;
}

static void allow(const struct run *run, unsigned long pages)
{
	memset(allowed + run->nr, 1, pages);
}

static bool only_allowed(void)
{
	sim_for_each_page(nr)
		if (open[nr] && !allowed[nr])
			return false;
	return true;
}

/* One of the largest of a node, or of low memory, is open; and how large it is */
static const char *check_best(int nid, unsigned long *pages)
{
	unsigned long most = 0;

	for (unsigned int i = 0; i < nr_runs; i++)
		most = max(most, pages_for(&runs[i], nid));
	*pages += most;
	for (unsigned int i = 0; most && i < nr_runs; i++)
		if (pages_for(&runs[i], nid) == most)
			allow(&runs[i], most);
	for (unsigned int i = 0; most && i < nr_runs; i++)
		if (pages_for(&runs[i], nid) == most && is_open(&runs[i], most))
			return NULL;
	return most ? "the largest gap of a node, or in low memory, is closed" : NULL;
}

/**
 * model_check_gaps() - after the second hook: are the largest gaps open, and no other?
 */
const char *model_check_gaps(void)
{
	unsigned long pages, bound = 0;
	const char *wrong = NULL;

	find_runs(false);
	pages = note_open();
	bound = largest_sum();
	sim_clear(allowed);
	for (unsigned int i = 0; i < nr_runs; i++)
		if (i < NR_LARGEST || runs[i].pages == runs[NR_LARGEST - 1].pages)
			allow(&runs[i], runs[i].pages);
	/* Of those that are as large as the last any may be the last */
	for (unsigned int i = 0; i < nr_runs && i < NR_LARGEST; i++)
		if ((nr_runs <= NR_LARGEST ||
		     runs[i].pages > runs[NR_LARGEST].pages) &&
		    !is_open(&runs[i], runs[i].pages))
			return "one of the largest gaps is closed";
	for (int nid = -1; nid < SIM_NODES && !wrong; nid++)
		wrong = check_best(nid, &bound);
	return wrong ?: pages > bound || !only_allowed() ?
	       "more is open than the largest gaps" : NULL;
}

static void tooth(unsigned long chunks)
{
	machine_preserve(LOW_END + chunks * CHUNK, 6);
}

/*
 * In low memory nothing but gaps that are small, the largest of them up to 4 GiB and
 * beyond. On node 0 33 of different sizes, in no order. On node 1 none that is large.
 */
static void preserve_comb(void)
{
	unsigned long at = 3;

	tooth(-4);
	tooth(at);
	for (unsigned int i = 0; i < 33; i++) {
		at += 9 + i * 7 % 33;
		tooth(at);
	}
	for (at = 906; at < 1000; at += at == 951 ? 8 : 5)
		tooth(at);
}

static const struct shape comb = {
	"comb", 50, 0, 0, 1, 1, true, .more = preserve_comb,
};

static void gaps_comb(void)
{
	const char *wrong;

	machine_choose(&layout_comb);
	machine_hand_over(&comb);
	machine_kexec();
	machine_boot_early();
	wrong = model_check_early();
	machine_boot_open();
	wrong = wrong ?: model_check_open() ?: model_check_gaps();
	CHECK(nr_runs > NR_LARGEST + 10);
	machine_boot_all();
	wrong = wrong ?: model_check_all();
	if (!CHECK(!wrong))
		printf("# %s\n", wrong);
	machine_choose(&sim_plain);
}

/* The number before @unit's n-th occurrence in what was said; -1 for none */
static long said(unsigned int n)
{
	const char *p = sim_log;

	while ((p = strstr(p, " MiB"))) {
		const char *digits = p;

		while (digits > sim_log && isdigit(digits[-1]))
			digits--;
		if (!n--)
			return atol(digits);
		p++;
	}
	return -1;
}

/* Where this kernel took @need bytes to boot */
static bool forecast_is_bad(u64 need)
{
	static struct kho_map_walk blocks;
	int err;

	sim_remember(need);
	sim_reset_log();
	err = kho_check_gaps(&blocks);
	CHECK(!sim_log[0] == !err && (!err || err == -ENOSPC));
	return err;
}

/* What is found, half of scratch, and what is needed: to the byte */
static void forecast(const struct layout *layout, const struct shape *shape)
{
	u64 gaps, scratch = 4 * SIM_SCALE(SZ_8M), need;

	machine_choose(layout);
	machine_hand_over(shape);
	find_runs(true);
	gaps = (u64)largest_sum() << PAGE_SHIFT;
	need = gaps + scratch / 2;

	CHECK(!forecast_is_bad(need));
	if (CHECK(forecast_is_bad(need + 1))) {
		CHECK(said(0) == (long)((need + 1) >> 20));
		CHECK(said(1) == (long)(gaps >> 20));
		CHECK(said(2) == (long)(scratch >> 20));
	}
	machine_choose(&sim_plain);
}

static void gaps_forecast(void)
{
	static const struct shape scattered = {
		"scattered", 51, 8000, 0, 2, 1, true,
	}, few = {
		"few", 52, 20, 4, 2, 1, true,
	};

	forecast(&layout_comb, &comb);
	forecast(&sim_plain, &scattered);
	forecast(&sim_plain, &few);
	forecast(&layout_wide, &few);
}

const struct check checks_gaps[] = {
	{ "the largest gaps are opened, and of each node, and low", gaps_comb },
	{ "a next kernel that finds no room is forecast", gaps_forecast },
	{ }
};
