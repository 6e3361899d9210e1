// SPDX-License-Identifier: GPL-2.0-only
/* What has to be in the map, by the plainest of means: a bit for each order of each page */

#include <stdio.h>

#include "pages.h"

/* The blocks that start at a page, and how many blocks it is in */
static u64 starts[SIM_PAGES];
static unsigned char covered[SIM_PAGES];
static unsigned long nr_blocks, nr_pages;
static bool wrong;

void model_reset(void)
{
	memset(starts, 0, sizeof(starts));
	memset(covered, 0, sizeof(covered));
	nr_blocks = 0;
	nr_pages = 0;
}

bool model_allows(unsigned long pfn, unsigned long nr)
{
	if (!nr || pfn >= SIM_PAGES || nr > SIM_PAGES - pfn)
		return false;
	while (nr--)
		if (!sim_allowed[pfn++])
			return false;
	return true;
}

/* The largest block that starts a run, is aligned and on one node */
unsigned int model_order(unsigned long pfn, unsigned long left)
{
	unsigned int order = 0;

	while (2UL << order <= left && !(pfn % (2UL << order)) &&
	       (pfn >= sim.border) == (pfn + (2UL << order) - 1 >= sim.border))
		order++;
	return order;
}

static bool has_block(unsigned long pfn, unsigned int order)
{
	return starts[pfn] >> order & 1;
}

/* What the call is to return for a run */
int model_expect(unsigned long pfn, unsigned long nr)
{
	unsigned int order;

	if (!model_allows(pfn, nr))
		return -EINVAL;
	for (; nr; pfn += 1UL << order, nr -= 1UL << order) {
		order = model_order(pfn, nr);
		if (has_block(pfn, order))
			return -EEXIST;
		for (unsigned long i = 0; SIM_DEBUG && i < 1UL << order; i++)
			if (covered[pfn + i])
				return -EEXIST;
	}
	return 0;
}

void model_change_block(unsigned long pfn, unsigned int order, bool add)
{
	starts[pfn] ^= 1ULL << order;
	nr_blocks += add ? 1 : -1;
	for (unsigned long i = 0; i < 1UL << order; i++) {
		covered[pfn + i] += add ? 1 : -1;
		nr_pages += add ? 1 : -1;
	}
}

void model_change(unsigned long pfn, unsigned long nr, bool add)
{
	while (nr) {
		unsigned int order = model_order(pfn, nr);

		model_change_block(pfn, order, add);
		pfn += 1UL << order;
		nr -= 1UL << order;
	}
}

bool model_preserved(unsigned long pfn)
{
	return pfn < SIM_PAGES && covered[pfn];
}

/* The order of the smallest block that starts at a page; -1 for none */
int model_block(unsigned long pfn)
{
	return pfn < SIM_PAGES && starts[pfn] ? __builtin_ctzll(starts[pfn]) : -1;
}

bool model_twice(void)
{
	for (unsigned long pfn = 0; pfn < SIM_PAGES; pfn++)
		if (covered[pfn] > 1)
			return true;
	return false;
}

static void check_key(unsigned long pfn, unsigned int order)
{
	if (sim_is_home(pfn))
		return;
	nr_blocks--;
	nr_pages -= 1UL << order;
	if (pfn >= SIM_PAGES || !(starts[pfn] >> order & 1))
		wrong = true;
}

/* Is in the map what has to be, and nothing else? But for what KHO took itself. */
void model_check(const struct kho_radix_node *root)
{
	unsigned long blocks = nr_blocks, pages = nr_pages;

	wrong = false;
	sim_visit_keys(root, check_key);
	CHECK(!wrong && !nr_blocks && !nr_pages);
	nr_blocks = blocks;
	nr_pages = pages;
}
