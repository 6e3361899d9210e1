// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the calls accept, the audit and the next kernel do; what breaks a rule is
 * refused at the call. On thousands of random maps.
 */

#include <stdio.h>

#include "pages.h"

#define NR_MAPS		(PAGE_SHIFT == 12 ? 1500 : 400)
#define NR_STEPS	40

/* Where rules begin and end */
static const unsigned long edges[] = {
	BANK_A, FIRMWARE_END, SCRATCH_A, SCRATCH_A_END, OWN, TABLE, TABLE_END,
	INITRD, INITRD_END, LENT, LENT_END, HOME, BANK_B, SCRATCH_B, SCRATCH_B_END,
	BORDER, ZONE, NOMAP, MANAGED, BANK_C, SCRATCH_C, SCRATCH_C_END, LATE,
	OFFLINE, OFFLINE_END,
};

static struct kho_map_walk walk;

/* A run that somebody preserves, or tries to */
struct run {
	unsigned long pfn, nr;
	bool folio;
};

static struct run runs[NR_STEPS];
static unsigned int nr_runs;

static unsigned long some_pfn(void)
{
	unsigned long pfn;

	do {
		if (sim_random(3))
			pfn = BANK_A + sim_random(OFFLINE_END - BANK_A);
		else
			pfn = edges[sim_random(ARRAY_SIZE(edges))] + 9 - sim_random(18);
	} while (!pfn_valid(pfn) || sim_is_home(pfn));
	return pfn;
}

static unsigned long some_count(void)
{
	switch (sim_random(8)) {
	case 0:
		return sim_random(5000);
	case 1:
		return sim_random(200);
	default:
		return sim_random(20);
	}
}

static struct run some_run(void)
{
	struct run run = { .pfn = some_pfn(), .folio = sim_random(2) };
	unsigned int order = sim_random(4) ? sim_random(4) :
					     sim_random(MAX_PAGE_ORDER + 1);

	if (run.folio && pfn_valid(ALIGN_DOWN(run.pfn, 1UL << order))) {
		run.pfn = ALIGN_DOWN(run.pfn, 1UL << order);
		run.nr = 1UL << order;
		/* The page allocator has none that is on two nodes */
		run.folio = pfn_valid(run.pfn + run.nr - 1) &&
			    pfn_to_nid(run.pfn) == pfn_to_nid(run.pfn + run.nr - 1);
	}
	if (!run.folio || !run.nr) {
		run.folio = false;
		run.nr = some_count();
	}
	/* The page allocator's, which a producer would have to ask first */
	while (run.nr && pfn_valid(run.pfn) &&
	       (sim_is_home(run.pfn) || sim_is_home(run.pfn + run.nr - 1)))
		run = (struct run){ some_pfn(), 1, false };
	return run;
}

/* Whose pages they are, who may have asked in vain for a part of them meanwhile */
static void own(const struct run *run)
{
	if (run->folio)
		sim_folio(run->pfn, ilog2(run->nr));
	for (unsigned long i = 0; !run->folio && i < run->nr; i++)
		if (pfn_valid(run->pfn + i))
			sim_folio(run->pfn + i, 0);
}

static int preserve(const struct run *run)
{
	own(run);
	if (run->folio)
		return kho_preserve_folio(page_folio(pfn_to_page(run->pfn)));
	return kho_preserve_pages(pfn_to_page(run->pfn), run->nr);
}

static void unpreserve(const struct run *run)
{
	if (run->folio)
		kho_unpreserve_folio(sim_folio(run->pfn, ilog2(run->nr)));
	else
		kho_unpreserve_pages(pfn_to_page(run->pfn), run->nr);
}

static bool overlaps(const struct run *run)
{
	for (unsigned long i = 0; i < run->nr; i++)
		if (model_preserved(run->pfn + i))
			return true;
	return false;
}

/* Each error but a lack of memory has one line, which says where */
static void check_told(int err, const struct run *run)
{
	char where[32];

	if (!err) {
		CHECK(!sim.log[0]);
		return;
	}
	snprintf(where, sizeof(where), ", at %#llx\n", PFN_PHYS(run->pfn));
	CHECK(sim_printed('e') == 1 && sim_said("the caller: ") && sim_said(where));
	CHECK(sim_said("preserved already") == (err == -EEXIST));
}

static void step_preserve(bool right)
{
	struct run run = some_run();
	int want, err;

	if (right && overlaps(&run))
		return;
	want = model_expect(run.pfn, run.nr);
	sim_quiet();
	err = preserve(&run);
	if (!CHECK(err == want))
		printf("# %#lx, %lu pages%s: %d, not %d\n", run.pfn, run.nr,
		       run.folio ? ", a folio" : "", err, want);
	check_told(err, &run);
	if (err)
		return;
	model_change(run.pfn, run.nr, true);
	runs[nr_runs++] = run;
}

static void step_unpreserve(void)
{
	unsigned int i = sim_random(nr_runs);

	sim_quiet();
	unpreserve(&runs[i]);
	CHECK(!sim.log[0]);
	model_change(runs[i].pfn, runs[i].nr, false);
	runs[i] = runs[--nr_runs];
}

static int audit(void)
{
	int err;

	kho_stop_changes();
	sim_quiet();
	err = kho_audit(&walk);
	kho_allow_changes();
	CHECK(!err == !sim.log[0] && sim_printed('e') <= 17);
	return err;
}

static void fill_map(bool right)
{
	model_reset();
	nr_runs = 0;
	sim.border = BORDER - 32 + sim_random(64);
	for (unsigned int i = 0; i < NR_STEPS; i++) {
		sim_cpu = sim_random(SIM_CPUS);
		if (nr_runs && !sim_random(5))
			step_unpreserve();
		else
			step_preserve(right);
	}
	for (unsigned int i = 0; i < nr_runs; i++)
		own(&runs[i]);
	model_check(kho_out_tree.root);
}

static void empty_map(const struct sim_state *before)
{
	while (nr_runs)
		step_unpreserve();
	CHECK(sim_same(before));
}

static u64 runs_bytes(void)
{
	u64 pages = 0;

	for (unsigned int i = 0; i < nr_runs; i++)
		pages += runs[i].nr;
	return pages << PAGE_SHIFT;
}

/* Some more go all the way */
static void good_maps(void)
{
	struct sim_state before;

	sim_cold();
	before = sim_state();
	for (unsigned int i = 0; i < NR_MAPS && !check_failed; i++) {
		fill_map(true);
		CHECK(kho_preserved_bytes() == runs_bytes());
		CHECK(!audit() && !sim_next_says());
		empty_map(&before);
	}
	for (unsigned int i = 0; i < 20; i++) {
		sim_cold();
		fill_map(true);
		sim_kexec();
		model_check(kho_in.tree.root);
	}
}

/* Producers that preserve the same twice, in another cut: told before the kexec */
static void preserved_twice(void)
{
	struct sim_state before;
	unsigned int bad = 0;

	sim_cold();
	before = sim_state();
	for (unsigned int i = 0; i < NR_MAPS && !check_failed; i++) {
		fill_map(false);
		bad += model_twice();
		CHECK(audit() == (model_twice() ? -EUCLEAN : 0));
		CHECK(!sim_next_says() == !model_twice());
		CHECK(sim_said("memory is preserved twice, at ") == model_twice());
		empty_map(&before);
	}
	CHECK(SIM_DEBUG ? !bad : bad > NR_MAPS / 20);
}

/* Keys that no call would have put there: both kernels refuse them, or neither */
static void random_keys(void)
{
	unsigned int bad = 0;

	for (unsigned int i = 0; i < NR_MAPS && !check_failed; i++) {
		unsigned int nr = 1 + sim_random(4);
		bool right = true;

		if (!(i % 50))
			sim_cold();
		model_reset();
		while (nr--) {
			unsigned int order = sim_random(9);
			unsigned long pfn = sim_random(SIM_PAGES >> order) << order;
			u64 key = kho_radix_encode_key(PFN_PHYS(pfn), order);

			if (sim_is_home(pfn) || sim_is_home(pfn + (1UL << order) - 1) ||
			    kho_radix_add_key(&kho_out_tree, key))
				continue;
			model_change_block(pfn, order, true);
			right &= model_allows(pfn, 1UL << order);
		}
		right &= !model_twice();
		bad += !right;
		CHECK(audit() == (right ? 0 : -EUCLEAN));
		CHECK(!sim_next_says() == right);
		for (unsigned long pfn = 0; pfn < SIM_PAGES; pfn++)
			while (model_block(pfn) >= 0) {
				unsigned int order = model_block(pfn);

				u64 key = kho_radix_encode_key(PFN_PHYS(pfn), order);

				CHECK(!kho_radix_del_key(&kho_out_tree, key));
				model_change_block(pfn, order, false);
			}
	}
	CHECK(bad > NR_MAPS / 10 && bad < NR_MAPS - NR_MAPS / 10);
}

/* One block that is wrong: what the audit says of it, word by word */
static void one_wrong(unsigned long pfn, unsigned int order, unsigned long at,
		      const char *why)
{
	u64 key = kho_radix_encode_key(PFN_PHYS(pfn), order);
	char line[128];

	CHECK(!kho_radix_add_key(&kho_out_tree, key));
	CHECK(audit() == -EUCLEAN);
	snprintf(line, sizeof(line), "eKHO: %s, at %#llx (order %u)\n", why,
		 PFN_PHYS(at), order);
	/* More may be wrong with one that is large */
	if (!CHECK(!strncmp(sim.log, line, strlen(line))))
		printf("# %s", sim.log);
	if (!CHECK(sim_next_says() && !strcmp(sim_next_says(), why)))
		printf("# %s, not %s\n", sim_next_says(), why);
	CHECK(!kho_radix_del_key(&kho_out_tree, key));
	CHECK(!audit() && !sim_next_says());
}

static void each_rule(void)
{
	static const char ram[] = "preserved memory is not in RAM";
	static const char in_use[] =
		"preserved memory is in use by this kernel or its firmware";
	static const char in_scratch[] = "preserved memory lies in scratch";
	const unsigned int last = 63 - PAGE_SHIFT;

	sim_cold();
	one_wrong(BANK_A - 1, 0, BANK_A - 1, ram);
	one_wrong(BANK_A_END, 0, BANK_A_END, ram);
	one_wrong(NOMAP, 0, NOMAP, ram);
	one_wrong(BANK_B - 8, 4, BANK_B - 16, ram);
	one_wrong(MANAGED + 8, 3, MANAGED + 8, ram);
	one_wrong(BANK_C - 2, 2, BANK_C - 4, ram);
	one_wrong(U(128), 14, U(128), ram);
	one_wrong(LATE, 5, LATE, ram);
	one_wrong(OFFLINE_END, 0, OFFLINE_END, ram);
	one_wrong(0, last, 0, ram);
	one_wrong(1UL << last, last, 1UL << last, ram);
	one_wrong((1UL << (64 - PAGE_SHIFT)) - 1, 0, (1UL << (64 - PAGE_SHIFT)) - 1, ram);
	one_wrong(FIRMWARE_END - 1, 0, FIRMWARE_END - 1, in_use);
	one_wrong(TABLE - 3, 2, TABLE - 3, in_use);
	one_wrong(TABLE_END - 1, 0, TABLE_END - 1, in_use);
	one_wrong(LENT, 0, LENT, in_use);
	one_wrong(SCRATCH_C - 512, 10, SCRATCH_C - 512, in_scratch);
	one_wrong(SCRATCH_A_END - 1, 0, SCRATCH_A_END - 1, in_scratch);
	one_wrong(SCRATCH_C_END - 8, 3, SCRATCH_C_END - 8, in_scratch);
}

/* Many are wrong: the log has room for what else there is to say */
static void many_wrong(void)
{
	for (unsigned int nr = 15; nr <= 18; nr++) {
		sim_cold();
		for (unsigned int i = 0; i < nr; i++)
			kho_radix_add_key(&kho_out_tree,
					  kho_radix_encode_key(PFN_PHYS(NOMAP + i), 0));
		CHECK(kho_finalize() == -EUCLEAN);
		CHECK(sim_printed('e') == min(nr, 16U) + (nr > 16) + 1);
		CHECK(sim_said("and so at 1 more places\n") == (nr == 17));
		CHECK(sim_said("and so at 2 more places\n") == (nr == 18));
	}
}

/* A producer gave a page back, preserves it all the same, and it became a node */
static void node_preserved(void)
{
	struct kho_radix_node *root;
	struct page *page;
	u64 key;

	sim_cold();
	root = kho_out_tree.root;
	page = virt_to_page(root);
	key = kho_radix_encode_key(page_to_phys(page), 0);
	CHECK(!kho_radix_add_key(&kho_out_tree, key));
	CHECK(audit() == -EUCLEAN && sim_next_says());
	CHECK(sim_said("a node of the memory map is preserved, at "));
	CHECK(!kho_radix_del_key(&kho_out_tree, key) && !audit());
}

/* Sizes that are none, and more than there can be */
static void no_such_pages(void)
{
	static const unsigned long counts[] = {
		0, SIM_PAGES, 1UL << 40, 1UL << 52, ~0UL, ~0UL - BANK_B,
		~0UL - BANK_B + 1, (~0UL >> PAGE_SHIFT) - BANK_B + 1,
	};
	static const unsigned long pfns[] = {
		OFFLINE_END, SIM_PAGES, 1UL << 40, ~0UL >> PAGE_SHIFT, ~0UL,
	};
	struct sim_state before;

	sim_cold();
	before = sim_state();
	for (unsigned int i = 0; i < ARRAY_SIZE(counts); i++) {
		sim_quiet();
		CHECK(kho_preserve_pages(pfn_to_page(BANK_B), counts[i]) == -EINVAL);
		CHECK(sim_printed('e') == 1);
	}
	CHECK(!strcmp(kho_check_pages(BANK_B, 0), "there are no such pages"));
	CHECK(!strcmp(kho_check_pages(BANK_B, ~0UL), "there are no such pages"));
	CHECK(!strcmp(kho_check_pages(BANK_B, (~0UL >> PAGE_SHIFT) - BANK_B + 1),
		      "there are no such pages"));
	for (unsigned int i = 0; i < ARRAY_SIZE(pfns); i++)
		CHECK(kho_check_pages(pfns[i], 1) && kho_check_pages(pfns[i], 1UL << 20));
	CHECK(sim_same(&before));
	CHECK(sim_warnings == SIM_DEBUG * ARRAY_SIZE(counts));
}

/* Taken back is what was not preserved: told, and nothing else happens to it */
static void wrong_returns(void)
{
	struct sim_state before;

	sim_cold();
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 1), 5));
	before = sim_state();
	kho_unpreserve_pages(pfn_to_page(BANK_B + 8), 4);
	kho_unpreserve_folio(sim_folio(BANK_B, 3));
	kho_unpreserve_folio(sim_folio(BANK_B + 3, 0));
	CHECK(sim_printed('e') == 3 &&
	      sim_said("memory that is taken back was not preserved, at "));
	CHECK(sim_same(&before));
	CHECK(sim_warnings == SIM_DEBUG * 3);
	/* In part it was */
	kho_unpreserve_pages(pfn_to_page(BANK_B + 1), 7);
	CHECK(sim_printed('e') == 4);
	sim_quiet();
	kho_unpreserve_free(phys_to_virt(PFN_PHYS(BANK_B + 8)));
	CHECK(sim_printed('e') == 1);
}

/* One block of a run is preserved already: those before it are taken out again */
static void all_or_nothing(void)
{
	struct sim_state before;

	sim_cold();
	/* 3..4, 4..8, 8..16, 16..17 */
	for (unsigned long at = 3; at < 17; at = at == 3 ? 4 : 2 * at) {
		unsigned int order = __ffs(at == 3 ? 1 : at) - (at == 16) * 4;

		CHECK(!kho_preserve_folio(sim_folio(BANK_B + at, order)));
		before = sim_state();
		CHECK(kho_preserve_pages(pfn_to_page(BANK_B + 3), 14) == -EEXIST);
		CHECK(sim_same(&before));
		kho_unpreserve_folio(sim_folio(BANK_B + at, order));
	}
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 3), 14));
	CHECK(kho_preserved_bytes() == 14 * PAGE_SIZE);
}

/* Several folios: near each other, in memory that is looked at page by page, large */
static void several(void)
{
	static const unsigned long pfns[] = {
		BANK_B, BANK_B + 1, TABLE_END, TABLE_END + 2, FAR_HOME_END, TABLE_END + 1,
		FIRMWARE_END, BANK_B + 16,
	};
	struct folio *folios[ARRAY_SIZE(pfns)];
	struct sim_state before;

	sim_cold();
	for (unsigned int i = 0; i < ARRAY_SIZE(pfns); i++)
		folios[i] = sim_folio(pfns[i], i == ARRAY_SIZE(pfns) - 1 ? 3 : 0);
	CHECK(!FAIL_EACH(kho_preserve_folios(folios, ARRAY_SIZE(pfns)), -ENOMEM));
	CHECK(kho_preserved_bytes() == (ARRAY_SIZE(pfns) + 7) * PAGE_SIZE);
	for (unsigned int i = 0; i < ARRAY_SIZE(pfns); i++)
		CHECK(kho_map_covers(&kho_out_tree, ~0UL >> PAGE_SHIFT, PFN_PHYS(pfns[i]),
				     folio_nr_pages(folios[i]) << PAGE_SHIFT));
	for (unsigned int i = 0; i < ARRAY_SIZE(pfns); i++)
		kho_unpreserve_folio(folios[i]);
	CHECK(!kho_preserve_folios(folios, 0) && !kho_preserved_bytes() && !sim.log[0]);

	/* One that is preserved already, or cannot be: none of the others is then */
	for (unsigned int i = 0; i < ARRAY_SIZE(pfns); i++) {
		struct folio *was = folios[i];

		CHECK(!kho_preserve_folio(folios[i]));
		before = sim_state();
		CHECK(kho_preserve_folios(folios, ARRAY_SIZE(pfns)) == -EEXIST);
		CHECK(sim_same(&before));
		kho_unpreserve_folio(folios[i]);
		folios[i] = sim_folio(SCRATCH_B + i, 0);
		before = sim_state();
		sim_quiet();
		CHECK(kho_preserve_folios(folios, ARRAY_SIZE(pfns)) == -EINVAL);
		CHECK(sim_same(&before) && sim_printed('e') == 1);
		folios[i] = was;
	}
}

/* In debug builds: memory whose owner gave it back */
static void freed_memory(void)
{
	sim_cold();
	CHECK(!kho_preserve_folio(sim_folio(BANK_B + 8, 3)));
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 32), 8));
	CHECK(!audit());
	/* Behind the first page of an allocation of several there are no references */
	for (unsigned int i = 33; i < 40; i++)
		sim_pages[BANK_B + i].count = 0;
	CHECK(!audit());
	sim_pages[BANK_B + 36].buddy = true;
	CHECK(audit() == (SIM_DEBUG ? -EUCLEAN : 0));
	CHECK(sim_said("memory was freed while it is preserved, at ") == SIM_DEBUG);
	sim_pages[BANK_B + 36].buddy = false;
	sim_pages[BANK_B + 32].count = 0;
	CHECK(audit() == (SIM_DEBUG ? -EUCLEAN : 0));
}

/* A producer preserves while there is no memory for a node */
static void no_memory(void)
{
	sim_cold();
	CHECK(!FAIL_EACH(kho_preserve_folio(sim_folio(BANK_B + 16, 4)), -ENOMEM));
	CHECK(!FAIL_EACH(kho_preserve_pages(pfn_to_page(BANK_C + 1), 300), -ENOMEM));
	CHECK(FAIL_EACH(!IS_ERR(kho_alloc_preserve(3 * PAGE_SIZE)), false));
	CHECK(!sim.log[0]);
}

/* Nobody preserves while KHO is off, finalized or on its way */
static void not_now(void)
{
	struct folio *folio;
	struct page *page;
	void *mem;

	sim_cold();
	page = pfn_to_page(BANK_B);
	mem = kho_alloc_preserve(PAGE_SIZE);
	CHECK(!kho_preserve_pages(page, 1) && !kho_finalize());
	CHECK(kho_preserve_pages(page + 1, 1) == -EBUSY);
	folio = sim_folio(BANK_B + 1, 0);
	CHECK(kho_preserve_folio(folio) == -EBUSY);
	CHECK(kho_preserve_folios(&folio, 1) == -EBUSY);
	CHECK(kho_alloc_preserve(1) == ERR_PTR(-EBUSY));
	kho_unpreserve_pages(page, 1);
	CHECK(!kho_finalized() && !kho_preserve_pages(page, 1) && !kho_commit(NULL));
	/* What is given back now the next kernel gets all the same */
	kho_unpreserve_pages(page, 1);
	kho_unpreserve_folio(sim_folio(BANK_B, 0));
	kho_unpreserve_free(mem);
	CHECK(kho_preserved_bytes() == 2 * PAGE_SIZE && kho_finalized());
	CHECK(kho_preserve_pages(page + 1, 1) == -EBUSY);
	kho_kexec_failed();
	kho_unpreserve_free(mem);
	CHECK(kho_preserved_bytes() == PAGE_SIZE);

	sim_forget_out();
	sim_switch(false);
	CHECK(kho_preserve_pages(page, 1) == -EOPNOTSUPP);
	CHECK(kho_preserve_folio(sim_folio(BANK_B, 0)) == -EOPNOTSUPP);
	CHECK(kho_preserve_folios(&folio, 1) == -EOPNOTSUPP);
	CHECK(kho_alloc_preserve(1) == ERR_PTR(-EOPNOTSUPP));
}

static void sizes(void)
{
	static const size_t bad[] = { 0, (PAGE_SIZE << MAX_PAGE_ORDER) + 1, ~0UL };
	struct sim_state before;

	sim_cold();
	before = sim_state();
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(kho_alloc_preserve(bad[i]) == ERR_PTR(-EINVAL));
	for (unsigned int pages = 1; pages <= 1024; pages *= 4) {
		void *mem = kho_alloc_preserve(pages * PAGE_SIZE);

		CHECK(kho_preserved_bytes() == pages * PAGE_SIZE);
		CHECK(!memchr_inv(mem, 0, pages * PAGE_SIZE));
		kho_unpreserve_free(mem);
		mem = kho_alloc_preserve(pages * PAGE_SIZE + 1);
		CHECK(IS_ERR(mem) ? pages == 1U << MAX_PAGE_ORDER :
				    kho_preserved_bytes() == 2 * pages * PAGE_SIZE);
		if (!IS_ERR(mem))
			kho_unpreserve_free(mem);
	}
	CHECK(sim_same(&before));
}

/* Looks at the map, compared with the model's */
static void looks(void)
{
	sim_cold();
	fill_map(true);
	for (unsigned int i = 0; i < 3000; i++) {
		unsigned long pfn = some_pfn(), nr = 1 + sim_random(30), any = 0, all = 0;
		u64 phys = PFN_PHYS(pfn) + sim_random(PAGE_SIZE);
		u64 size = PFN_PHYS(nr - 1) + 1 + sim_random(PAGE_SIZE);
		unsigned long end = PFN_UP(phys + size), first = pfn;

		while (first && model_block(first) < 0)
			first--;
		for (unsigned long p = pfn; p < end; p++) {
			any += model_preserved(p);
			all += !model_preserved(p);
		}
		if (sim_is_home(pfn) || sim_is_home(end))
			continue;
		CHECK(kho_map_touches(&kho_out_tree, PFN_PHYS(pfn), PFN_PHYS(end)) == !!any);
		CHECK(kho_map_covers(&kho_out_tree, ~0UL >> PAGE_SHIFT, phys, size) == !all);
		CHECK(kho_map_block_end(&kho_out_tree, ~0UL >> PAGE_SHIFT, phys) ==
		      (model_preserved(pfn) ?
		       PFN_PHYS(first + (1UL << model_block(first))) : 0));
	}
	/* A block of any order that there can be, if not on this machine */
	for (unsigned int order = 20; order < 63 - PAGE_SHIFT; order++) {
		u64 base = PAGE_SIZE << order;

		CHECK(!kho_map_touches(&kho_out_tree, base + PAGE_SIZE, 2 * base));
		CHECK(!kho_radix_add_key(&kho_out_tree, kho_radix_encode_key(base, order)));
		CHECK(kho_map_touches(&kho_out_tree, base + PAGE_SIZE, base + 2 * PAGE_SIZE));
		CHECK(!kho_map_touches(&kho_out_tree, 2 * base, 2 * base + PAGE_SIZE));
		CHECK(!kho_radix_del_key(&kho_out_tree, kho_radix_encode_key(base, order)));
	}
	CHECK(!kho_map_covers(&kho_out_tree, 1, PFN_PHYS(BANK_B), 0));
	CHECK(!kho_map_covers(&kho_out_tree, 1, PFN_PHYS(BANK_B), ~0ULL));
	CHECK(!kho_map_covers(&kho_out_tree, 1, 0, PAGE_SIZE));
}

const struct check checks_map[] = {
	{ "what the calls accept the audit and the next kernel do", good_maps },
	{ "what is preserved twice both kernels refuse", preserved_twice },
	{ "what breaks a rule both kernels refuse", random_keys },
	{ "and each says which rule, and where", each_rule },
	{ "so they do a node of the map", node_preserved },
	{ "where much is wrong the log has some of it", many_wrong },
	{ "runs of no pages, or of more than there are, are refused", no_such_pages },
	{ "what was not preserved cannot be taken back", wrong_returns },
	{ "of a run that is preserved in part nothing more is", all_or_nothing },
	{ "of several folios all are preserved, or none", several },
	{ "memory that was freed is found in debug builds", freed_memory },
	{ "without memory nothing is preserved, or left behind", no_memory },
	{ "off, finalized or on its way nothing changes", not_now },
	{ "memory of all sizes is allocated and preserved", sizes },
	{ "the map tells of each range what is preserved of it", looks },
	{ }
};
