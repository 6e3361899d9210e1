// SPDX-License-Identifier: GPL-2.0-only
/* Memory with hardware errors: the next kernel is told of what it gets of it */

#include <stdio.h>

#include "pages.h"

static void poison(unsigned long pfn)
{
	SetPageHWPoison(&sim_pages[pfn]);
	num_poisoned_pages_inc(pfn);
}

/* How many pages are marked, of all that there are */
static unsigned int count_marked(void)
{
	unsigned int nr = 0;

	for (unsigned long pfn = 0; pfn < SIM_PAGES; pfn++)
		nr += sim_pages[pfn].poisoned;
	return nr;
}

static void told(void)
{
	struct folio *folio;
	void *blob;

	sim_cold();
	blob = kho_alloc_preserve(PAGE_SIZE);
	CHECK(!kho_add_subtree("blob", blob, 8));
	CHECK(!kho_preserve_folio(sim_folio(BANK_B + 256, 8)));
	CHECK(!kho_preserve_folio(sim_folio(BANK_B + 16, 2)));
	CHECK(!kho_preserve_folio(sim_folio(BANK_B + 24, 1)));
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B + 1), 5));
	/* The last of a large folio, one of a small one, two of a run, and others */
	poison(BANK_B + 511);
	poison(BANK_B + 18);
	poison(BANK_B + 1);
	poison(BANK_B + 5);
	poison(BANK_B);
	poison(BANK_B + 6);
	poison(BANK_B + 512);
	CHECK(!kho_finalize());
	CHECK(sim_printed('w') == 4);
	sim_kexec();
	CHECK(!count_marked());
	CHECK(!sim_initcall_kho_init() && !sim_initcall_kho_mark_poison());
	CHECK(count_marked() == 4 && num_poisoned_pages.counter == 4);
	CHECK(sim_pages[BANK_B + 511].poisoned && sim_pages[BANK_B + 18].poisoned &&
	      sim_pages[BANK_B + 1].poisoned && sim_pages[BANK_B + 5].poisoned);
	CHECK(sim_printed('w') == 4);
	/* Once is enough */
	CHECK(!sim_initcall_kho_mark_poison() && num_poisoned_pages.counter == 4);

	folio = kho_restore_folio(PFN_PHYS(BANK_B + 256));
	CHECK(folio && folio->page.has_poison);
	folio = kho_restore_folio(PFN_PHYS(BANK_B + 16));
	CHECK(folio && folio->page.has_poison);
	folio = kho_restore_folio(PFN_PHYS(BANK_B + 24));
	CHECK(folio && !folio->page.has_poison);
	CHECK(kho_restore_pages(PFN_PHYS(BANK_B + 1), 5));
}

/* What is read to hand over may have none */
static void read_is_refused(void)
{
	void *blob;

	for (unsigned int i = 0; i < 6; i++) {
		sim_cold();
		blob = kho_alloc_preserve(4 * PAGE_SIZE);
		CHECK(!kho_add_subtree("named", blob + PAGE_SIZE, PAGE_SIZE + 1));
		/* Of the FDT the last page, the map's root, and the blob's page by page */
		poison(PHYS_PFN(i == 0 ? kho_out_fdt_phys() + KHO_DT_MAX - 1 :
				i == 1 ? virt_to_phys(kho_out_tree.root) :
				virt_to_phys(blob) + (i - 2) * PAGE_SIZE));
		CHECK(kho_finalize() == (i == 2 || i == 5 ? 0 : -EHWPOISON));
		CHECK(sim_said("memory of KHO's own has a hardware error") == (i < 2));
		CHECK(sim_said("the blob of subtree 'named' has a hardware error") ==
		      (i == 3 || i == 4));
	}
}

/* As many as there is room for, and no more; the log has some of them */
static void as_many(void)
{
	for (unsigned int nr = 255; nr <= 257; nr++) {
		sim_cold();
		CHECK(!kho_preserve_pages(pfn_to_page(BANK_B), 512));
		for (unsigned int i = 0; i < nr; i++)
			poison(BANK_B + 2 * i - i / 250);
		CHECK(kho_finalize() == (nr > 256 ? -ENOSPC : 0));
		CHECK(sim_printed('w') == 17 && sim_said("and so at more places\n"));
		if (nr > 256)
			continue;
		sim_kexec();
		CHECK(!sim_initcall_kho_init() && !sim_initcall_kho_mark_poison());
		CHECK(count_marked() == nr && sim_printed('w') == 17);
	}
}

/* Between finalizing and the kexec there may be more, which is found out then */
static void later(void)
{
	sim_cold();
	/* Nothing came */
	CHECK(!sim_initcall_kho_mark_poison());
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B), 4));
	poison(BANK_B);
	CHECK(!kho_finalize() && sim_printed('w') == 1);
	CHECK(!kho_commit(NULL) && sim_printed('w') == 1);
	kho_kexec_failed();

	CHECK(!kho_finalize() && sim_printed('w') == 2);
	poison(BANK_B + 2);
	sim_kexec();
	CHECK(!sim_initcall_kho_init() && !sim_initcall_kho_mark_poison());
	CHECK(count_marked() == 2 && sim_pages[BANK_B].poisoned &&
	      sim_pages[BANK_B + 2].poisoned);

	/* What cannot be read any more keeps the kexec from happening */
	sim_cold();
	CHECK(!kho_finalize());
	poison(PHYS_PFN(kho_out_fdt_phys()));
	CHECK(kho_commit(NULL) == -EHWPOISON && kho_state == KHO_FINALIZED);
}

static void in_scratch(void)
{
	sim_cold();
	poison(SCRATCH_B_END - 1);
	CHECK(!kho_finalize());
	CHECK(sim_printed('w') == 1 && sim_said("scratch has a hardware error, in ["));
	CHECK(!kho_abort());
	/* Nothing is looked for where there is none */
	num_poisoned_pages.counter = 0;
	sim_quiet();
	CHECK(!kho_finalize() && !sim_printed('w'));
}

const struct check checks_poison[] = {
	{ "hardware errors: the next kernel is told of them", told },
	{ "hardware errors: what is read to hand over has none", read_is_refused },
	{ "hardware errors: so many can be told of", as_many },
	{ "hardware errors: those that come after finalizing", later },
	{ "hardware errors: in scratch", in_scratch },
	{ }
};
