// SPDX-License-Identifier: GPL-2.0-only
/* What came is taken back: once, whole, by who asks for what was there */

#include <stdio.h>

#include "pages.h"

#define NR_HANDOVERS	(PAGE_SHIFT == 12 ? 60 : 25)
#define NR_CLAIMS	400

/* Pages that came, and how many of them were taken since */
static u64 came, taken;

static unsigned long some_pfn(void)
{
	unsigned long pfn;

	do {
		pfn = sim_random(2) ? BANK_A + sim_random(LATE - BANK_A) :
		      sim_random(2) ? BORDER - 40 + sim_random(80) :
				      ZONE - 40 + sim_random(80);
	} while (sim_is_home(pfn));
	return pfn;
}

static bool is_free_for(unsigned long pfn, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++)
		if (sim_is_home(pfn + i) || model_preserved(pfn + i))
			return false;
	return model_allows(pfn, nr);
}

static void hand_over(unsigned int steps)
{
	sim_cold();
	model_reset();
	while (steps--) {
		unsigned long pfn = some_pfn(), nr = 1 + sim_random(40);
		unsigned int order = sim_random(6);

		if (sim_random(2)) {
			if (is_free_for(pfn, nr)) {
				CHECK(!kho_preserve_pages(pfn_to_page(pfn), nr));
				model_change(pfn, nr, true);
			}
			continue;
		}
		pfn = ALIGN_DOWN(pfn, 1UL << order);
		if (is_free_for(pfn, 1UL << order) &&
		    pfn_to_nid(pfn) == pfn_to_nid(pfn + (1UL << order) - 1)) {
			CHECK(!kho_preserve_folio(sim_folio(pfn, order)));
			model_change_block(pfn, order, true);
		}
	}
}

static void take_over(void)
{
	sim_kexec();
	came = (u64)sim_count(kho_in.tree.root).pages;
	taken = 0;
}

static bool is_on_zones(unsigned long pfn, unsigned int order)
{
	return page_zone(&sim_pages[pfn]) != page_zone(&sim_pages[pfn + (1UL << order) - 1]);
}

/* Are there blocks that begin and end where the run does? */
static bool is_run(unsigned long pfn, unsigned long nr)
{
	while (nr) {
		int order = model_block(pfn);

		if (order < 0 || 1UL << order > nr)
			return false;
		pfn += 1UL << order;
		nr -= 1UL << order;
	}
	return true;
}

static bool is_folio(const struct page *page, unsigned int order)
{
	if (page->reserved || page->count != 1 || page->private ||
	    page->is_head != !!order || page->head || page->order != order ||
	    page->rmappable != !!order)
		return false;
	for (unsigned long i = 1; i < 1UL << order; i++)
		if (page[i].reserved || page[i].count || page[i].head != page ||
		    page[i].mapping != TAIL_MAPPING)
			return false;
	return true;
}

static bool are_pages(const struct page *page, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++)
		if (page[i].reserved || page[i].count != 1 || page[i].head ||
		    page[i].is_head || page[i].mapping)
			return false;
	return true;
}

static void note_taken(unsigned long pfn, unsigned long nr)
{
	unsigned long end = pfn + nr;

	taken += nr;
	while (pfn < end) {
		int order = model_block(pfn);

		model_change_block(pfn, order, false);
		pfn += 1UL << order;
	}
}

static void claim_folio(unsigned long pfn)
{
	int order = model_block(pfn);
	struct folio *folio;

	sim_quiet();
	folio = kho_restore_folio(PFN_PHYS(pfn));
	if (order < 0 || is_on_zones(pfn, order)) {
		CHECK(!folio);
		CHECK(sim_said("lies in two zones and stays untouched") == (order >= 0));
		return;
	}
	if (!CHECK(folio == page_folio(&sim_pages[pfn]) &&
		   is_folio(&folio->page, order)))
		return;
	note_taken(pfn, 1UL << order);
	if (sim_random(2))
		folio_put(folio);
}

static void claim_run(unsigned long pfn, unsigned long nr)
{
	struct page *page = kho_restore_pages(PFN_PHYS(pfn), nr);
	unsigned long i;

	if (!is_run(pfn, nr)) {
		CHECK(!page);
		return;
	}
	if (!CHECK(page == &sim_pages[pfn] && are_pages(page, nr)))
		return;
	note_taken(pfn, nr);
	for (i = 0; i < nr; i += 2)
		__free_page(page + i);
}

static void random_claim(void)
{
	unsigned long pfn = some_pfn(), nr = 1 + sim_random(30);

	sim_cpu = sim_random(SIM_CPUS);
	/* Few guesses are good ones */
	while (sim_random(8) && model_block(pfn) < 0)
		pfn = some_pfn();
	switch (sim_random(4)) {
	case 0:
		claim_folio(pfn);
		break;
	case 1:
		/* As far as blocks go */
		for (nr = 0; model_block(pfn + nr) >= 0 && sim_random(6);)
			nr += 1UL << model_block(pfn + nr);
		claim_run(pfn, nr ?: 1);
		break;
	case 2:
		claim_run(pfn, 1);
		break;
	default:
		claim_run(pfn, nr);
	}
}

static void check_left(void)
{
	struct sim_count left = sim_count(kho_in.tree.root);

	model_check(kho_in.tree.root);
	CHECK(left.pages == came - taken);
	CHECK(kho_unclaimed_bytes() == left.pages << PAGE_SHIFT);
	CHECK(sim_managed() == (long)taken);
}

/* Nodes and zones may meet elsewhere in this kernel */
static void random_claims(void)
{
	for (unsigned int i = 0; i < NR_HANDOVERS && !check_failed; i++) {
		hand_over(300);
		if (sim_random(2))
			sim.border = BORDER - 30 + sim_random(60);
		if (sim_random(2))
			sim.zone = ZONE - 30 + sim_random(60);
		take_over();
		for (unsigned int c = 0; c < NR_CLAIMS; c++)
			random_claim();
		check_left();
	}
	CHECK(taken);
}

/* Several things in one claim, kept or put back */
static void random_groups(void)
{
	unsigned int kept = 0, whole = 0;

	for (unsigned int i = 0; i < NR_HANDOVERS && !check_failed; i++) {
		struct sim_state before;
		struct kho_claim claim;
		struct { unsigned long pfn, nr; } in[20];
		unsigned int nr = 0;
		int err = 0;

		hand_over(200);
		take_over();
		before = sim_state();
		kho_claim_begin(&claim);
		while (nr < ARRAY_SIZE(in)) {
			unsigned long pfn = some_pfn();
			int order = model_block(pfn);

			if (order < 0)
				continue;
			if (sim_random(2))
				err = kho_claim_folio(&claim, PFN_PHYS(pfn));
			else
				err = kho_claim_run(&claim, PFN_PHYS(pfn), 1UL << order);
			if (err > 0)
				err = err == order ? 0 : err;
			if (err)
				break;
			in[nr].pfn = pfn;
			in[nr].nr = 1UL << order;
			/* It is nobody else's now, and not to be had twice */
			CHECK(!kho_restore_folio(PFN_PHYS(pfn)));
			CHECK(kho_claim_run(&claim, PFN_PHYS(pfn), in[nr++].nr) == -ENOENT);
			model_change_block(pfn, order, false);
		}
		CHECK(!err || err == -EXDEV);
		whole += !err;
		if (err || sim_random(2)) {
			kho_claim_cancel(&claim);
			CHECK(sim_same(&before));
			while (nr--) {
				model_change_block(in[nr].pfn, ilog2(in[nr].nr), true);
				CHECK(sim_pages[in[nr].pfn].reserved &&
				      !sim_pages[in[nr].pfn].private);
			}
			check_left();
			continue;
		}
		kho_claim_commit(&claim);
		kept++;
		while (nr--)
			taken += in[nr].nr;
		check_left();
	}
	CHECK(kept > 3 && whole > kept);
}

/* A run that is not all there adds nothing to a claim that has something */
static void run_within_claim(void)
{
	struct kho_claim claim;
	struct sim_state before;

	hand_over(0);
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 1), 6));
	CHECK(!kho_preserve_folio(sim_folio(BANK_B + 16, 2)));
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 32), 3));
	take_over();
	before = sim_state();
	kho_claim_begin(&claim);
	CHECK(kho_claim_folio(&claim, PFN_PHYS(BANK_B + 16)) == 2);
	CHECK(kho_claim_run(&claim, PFN_PHYS(BANK_B + 1), 8) == -ENOENT);
	CHECK(sim_count(kho_in.tree.root).pages == came - 4);
	CHECK(kho_claim_run(&claim, PFN_PHYS(BANK_B + 32), 2) == 0);
	/* In the midst of a block, and more than a block has */
	CHECK(kho_claim_run(&claim, PFN_PHYS(BANK_B + 3), 1) == -ENOENT);
	CHECK(kho_claim_run(&claim, PFN_PHYS(BANK_B + 2), 1) == -ENOENT);
	CHECK(kho_claim_run(&claim, PFN_PHYS(BANK_B + 34), 2) == -ENOENT);
	CHECK(sim_count(kho_in.tree.root).pages == came - 6);
	kho_claim_cancel(&claim);
	CHECK(sim_same(&before));

	kho_claim_begin(&claim);
	kho_claim_cancel(&claim);
	kho_claim_begin(&claim);
	kho_claim_commit(&claim);
	CHECK(sim_same(&before));
	CHECK(kho_restore_pages(PFN_PHYS(BANK_B + 1), 6));
	CHECK(kho_restore_pages(PFN_PHYS(BANK_B + 16), 4));
	CHECK(kho_restore_pages(PFN_PHYS(BANK_B + 32), 3));
}

/* Addresses and numbers that are none */
static void any_number(void)
{
	static const u64 none[] = {
		0, PFN_PHYS(SIM_PAGES), 1ULL << 52, 1ULL << 63, ~(PAGE_SIZE - 1),
		PFN_PHYS(BANK_B + 2),
	};
	struct kho_claim claim;
	struct sim_state before;

	hand_over(0);
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B), 2));
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 4), 1));
	take_over();
	before = sim_state();
	kho_claim_begin(&claim);
	for (unsigned int i = 0; i < ARRAY_SIZE(none); i++) {
		CHECK(kho_claim_folio(&claim, none[i]) == -ENOENT);
		CHECK(kho_claim_folio(&claim, none[i] + 8) == -EINVAL);
		CHECK(kho_claim_run(&claim, none[i], 1) == -ENOENT);
		CHECK(kho_claim_run(&claim, none[i] + PAGE_SIZE / 2, 1) == -EINVAL);
		CHECK(kho_claim_run(&claim, none[i], 0) == -EINVAL);
		CHECK(!kho_restore_pages(none[i], 1) && !kho_restore_folio(none[i]));
	}
	CHECK(kho_claim_run(&claim, PFN_PHYS(BANK_B), ~0UL) == -EINVAL);
	CHECK(kho_claim_run(&claim, PFN_PHYS(BANK_B), ~0UL - BANK_B + 1) == -EINVAL);
	CHECK(kho_claim_run(&claim, PFN_PHYS(BANK_B), ~0UL - BANK_B) == -ENOENT);
	CHECK(kho_claim_run(&claim, PFN_PHYS(BANK_B), 1UL << 40) == -ENOENT);
	CHECK(!kho_restore_pages(PFN_PHYS(BANK_B + 4) + 1, 1));
	CHECK(!kho_restore_pages(PFN_PHYS(BANK_B), 0));
	kho_claim_cancel(&claim);
	CHECK(sim_same(&before) && !sim_warnings);
	kho_restore_free(phys_to_virt(PFN_PHYS(BANK_B + 2)));
	CHECK(sim_same(&before) && sim_warnings == SIM_DEBUG);
	kho_restore_free(phys_to_virt(PFN_PHYS(BANK_B)));
	CHECK(sim_pages[BANK_B].buddy && sim_pages[BANK_B + 1].buddy);
	CHECK(sim_warnings == SIM_DEBUG);
	CHECK(kho_restore_pages(PFN_PHYS(BANK_B + 4), 1));
	CHECK(!kho_restore_pages(PFN_PHYS(BANK_B + 4), 1));
}

/* Nothing came: nothing is there to be taken */
static void nothing_came(void)
{
	sim_cold();
	CHECK(!kho_restore_folio(PFN_PHYS(BANK_B)));
	CHECK(!kho_restore_pages(PFN_PHYS(BANK_B), 1));
	CHECK(!kho_restore_pages(PFN_PHYS(BANK_B), 2));
	CHECK(!kho_unclaimed_bytes());
	CHECK(kho_early_claim(PFN_PHYS(BANK_B), PAGE_SIZE) == -ENOENT);
}

/* Runs that are claimed when there are no struct pages yet */
static void early(void)
{
	static const struct { u64 at, size; int err; } tries[] = {
		{ PFN_PHYS(BANK_B + 3), PFN_PHYS(14), -ENOENT },
		{ PFN_PHYS(BANK_B + 3), PFN_PHYS(12), -ENOENT },
		{ PFN_PHYS(BANK_B + 2), PFN_PHYS(14), -ENOENT },
		{ PFN_PHYS(BANK_B + 4), PFN_PHYS(2), -ENOENT },
		{ PFN_PHYS(BANK_B + 3), 0, -ENOENT },
		{ PFN_PHYS(BANK_B + 3), ~0ULL, -ENOENT },
		{ PFN_PHYS(BANK_B + 3), PFN_PHYS(13) - 100, 0 },
		{ PFN_PHYS(BANK_B + 3), PFN_PHYS(13), -ENOENT },
		{ PFN_PHYS(BANK_B + 40) + 8, 16, 0 },
		{ PFN_PHYS(BANK_B + 40), PAGE_SIZE, -ENOENT },
	};

	hand_over(0);
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 3), 13));
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 40), 1));
	take_over();
	for (unsigned int i = 0; i < ARRAY_SIZE(tries); i++) {
		struct sim_state before = sim_state();

		CHECK(kho_early_claim(tries[i].at, tries[i].size) == tries[i].err);
		CHECK(sim_same(&before) == !!tries[i].err);
	}
	CHECK(sim_count(kho_in.tree.root).pages == came - 14);
	CHECK(!kho_restore_pages(PFN_PHYS(BANK_B + 3), 13));
}

/* A block where zones meet now: no folio, but pages as any */
static void zones_meet(void)
{
	hand_over(0);
	CHECK(!kho_preserve_folio(sim_folio(U(144), 4)));
	CHECK(!kho_preserve_folio(sim_folio(U(144) + 16, 3)));
	sim.zone = U(144) + 5;
	take_over();
	CHECK(!kho_restore_folio(PFN_PHYS(U(144))));
	CHECK(sim_printed('e') == 1);
	CHECK(kho_restore_folio(PFN_PHYS(U(144) + 16)));
	CHECK(kho_restore_pages(PFN_PHYS(U(144)), 16));
	CHECK(sim_managed() == 24);
	CHECK(page_zone(&sim_pages[U(144)])->managed == 5);
}

/* Several folios, small and large, of three zones; then one that is not there */
static void several(void)
{
	const phys_addr_t phys[] = {
		PFN_PHYS(BANK_B + 7), PFN_PHYS(BANK_B + 6), PFN_PHYS(INITRD + 1),
		PFN_PHYS(BANK_B + 16), PFN_PHYS(ZONE + 1), PFN_PHYS(BANK_B + 5),
		PFN_PHYS(BANK_B + 8), PFN_PHYS(BANK_B + 4),
	};
	struct folio *folios[ARRAY_SIZE(phys)];

	hand_over(0);
	for (unsigned int i = 0; i < ARRAY_SIZE(phys); i++)
		if (i != 6)
			CHECK(!kho_preserve_folio(sim_folio(PHYS_PFN(phys[i]), 4 * (i == 3))));
	take_over();
	CHECK(!kho_restore_folios(phys + 6, folios, 2));
	CHECK(kho_restore_folios(phys, folios, ARRAY_SIZE(phys)) == 6);
	for (unsigned int i = 0; i < 6; i++)
		CHECK(folios[i] == page_folio(&sim_pages[PHYS_PFN(phys[i])]) &&
		      is_folio(&folios[i]->page, 4 * (i == 3)));
	CHECK(sim_managed() == 5 + 16);
	CHECK(kho_restore_folios(phys + 7, folios, 1) == 1);
	CHECK(!kho_restore_folios(phys, folios, 1));
	sim_managed();
}

/* Three kernels, one after the other: what is handed on, and what is left behind */
static void generations(void)
{
	hand_over(0);
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B), 8));
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_C), 8));
	for (unsigned int i = 1; i <= 3; i++) {
		take_over();
		CHECK(!sim_initcall_kho_init() && kho_in.kexec_count == i);
		CHECK(!strcmp(kho_in.previous_release, "6.12.0-sim"));
		CHECK(!!kho_restore_pages(PFN_PHYS(BANK_C), 8) == (i == 1));
		CHECK(kho_restore_pages(PFN_PHYS(BANK_B), 8));
		CHECK(!kho_preserve_pages(pfn_to_page(BANK_B), 8));
	}
	sim_quiet();
	CHECK(!kho_unclaimed_bytes() && !kho_commit(NULL));
	CHECK(!sim_said("left behind"));
}

const struct check checks_claim[] = {
	{ "claim: folios and runs, wherever nodes and zones meet", random_claims },
	{ "claim: several things are taken all, or none", random_groups },
	{ "claim: a run that is not all there adds nothing", run_within_claim },
	{ "claim: any number may be asked for", any_number },
	{ "claim: without a handover there is nothing", nothing_came },
	{ "claim: several folios, up to one that is not there", several },
	{ "claim: early, runs as they were", early },
	{ "claim: no folio is in two zones", zones_meet },
	{ "claim: kernel after kernel", generations },
	{ }
};
