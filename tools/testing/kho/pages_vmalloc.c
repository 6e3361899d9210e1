// SPDX-License-Identifier: GPL-2.0-only
/* vmalloc areas: handed over whole, and a description that is damaged is refused */

#include <linux/kho/abi/vmalloc.h>
#include <stdio.h>

#include "pages.h"

#define ENTRIES		(PAGE_SIZE / 8 - 1)

/* Where the pages of an area are, and nobody else's */
#define PLACE		(SCRATCH_B_END + 512)

static unsigned int chunks_for(unsigned int nr_pages, unsigned int order)
{
	return DIV_ROUND_UP(nr_pages >> order, ENTRIES);
}

static bool is_area(void *ptr, unsigned int nr_pages, unsigned int order, bool huge)
{
	struct vm_struct *vm = find_vm_area(ptr);
	unsigned int block = 1U << order;

	if (!vm || vm->addr != ptr || vm->nr_pages != nr_pages ||
	    vm->size != (unsigned long)nr_pages << PAGE_SHIFT ||
	    vm->flags != (VM_ALLOC | (huge ? VM_ALLOW_HUGE_VMAP : 0)) ||
	    vm->order != (huge ? min(order, (unsigned int)(PMD_SHIFT - PAGE_SHIFT)) : 0))
		return false;
	for (unsigned int i = 0; i < nr_pages; i++) {
		unsigned long pfn = PLACE + (nr_pages - 1) / block * block -
				    i / block * block + i % block;

		if (vm->pages[i] != &sim_pages[pfn] || vm->mapped[i] != vm->pages[i] ||
		    sim_pages[pfn].reserved || sim_pages[pfn].count != 1)
			return false;
	}
	return true;
}

/* There and back, with whatever memory is short on either side */
static void round_trip(unsigned int nr_pages, unsigned int order, bool huge)
{
	unsigned long flags = VM_ALLOC | (huge ? VM_ALLOW_HUGE_VMAP : 0);
	struct kho_vmalloc desc = { .order = 7 }, gone;
	struct sim_state before;
	void *ptr;

	sim_cold();
	ptr = sim_vmalloc(nr_pages, order, flags, PLACE);
	before = sim_state();
	if (nr_pages < 100)
		CHECK(!FAIL_EACH(kho_preserve_vmalloc(ptr, &desc), -ENOMEM));
	else
		CHECK(!kho_preserve_vmalloc(ptr, &desc));
	CHECK(desc.total_pages == nr_pages && desc.order == order &&
	      desc.flags == (huge ? 3 : 1) && desc.first);
	CHECK(kho_preserved_bytes() ==
	      (u64)(nr_pages + chunks_for(nr_pages, order)) << PAGE_SHIFT);
	CHECK(kho_preserve_vmalloc(ptr, &gone) == -EEXIST);
	/* It is not after all, and then is again */
	gone = desc;
	kho_unpreserve_vmalloc(&gone);
	CHECK(!gone.first && sim_same(&before));
	CHECK(!kho_preserve_vmalloc(ptr, &desc));
	sim_vfree(ptr);
	sim_kexec();
	before = sim_state();

	CHECK(!find_vm_area(ptr));
	ptr = (void *)FAIL_EACH(kho_restore_vmalloc(&desc), 0);
	if (!CHECK(ptr && is_area(ptr, nr_pages, order, huge)))
		printf("# %u pages of order %u\n", nr_pages, order);
	CHECK(nr_vmalloc_pages.counter == nr_pages);
	nr_vmalloc_pages.counter = 0;
	/* The chunks went; what is claimed is the area's */
	CHECK(before.in.pages - sim_count(kho_in.tree.root).pages ==
	      nr_pages + chunks_for(nr_pages, order));
	CHECK(sim.pages - before.pages == nr_pages);
	CHECK(sim_managed() == (long)(nr_pages + chunks_for(nr_pages, order)));
	CHECK(!kho_restore_vmalloc(&desc));
	sim_vfree(ptr);
}

static void sizes(void)
{
	static const unsigned int small[] = { 1, 2, 77 };

	for (unsigned int i = 0; i < ARRAY_SIZE(small); i++) {
		round_trip(small[i], 0, false);
		round_trip(small[i] * 4, 2, true);
		round_trip(small[i] * 2, 1, false);
	}
	round_trip(64, 6, true);
#if PAGE_SHIFT == 12
	for (unsigned int extra = 0; extra < 2; extra++) {
		round_trip(ENTRIES - 1 + extra, 0, false);
		round_trip(2 * ENTRIES - 1 + extra, 0, true);
	}
	round_trip(ENTRIES + 1, 0, false);
	/* A huge page, and ones that are larger than any that is mapped */
	round_trip(512, 9, true);
	round_trip(2048, 10, true);
#endif
	CHECK(!sim_vmallocs());
}

/* Areas of other kinds, and what is none */
static void other_areas(void)
{
	static const struct { unsigned long flags; unsigned int nr, order; int err; } bad[] = {
		{ VM_MAP, 4, 0, -EOPNOTSUPP },
		{ VM_ALLOC | VM_USERMAP, 4, 0, -EOPNOTSUPP },
		{ VM_ALLOC | VM_UNINITIALIZED, 4, 0, -EOPNOTSUPP },
		{ VM_ALLOW_HUGE_VMAP, 4, 0, -EOPNOTSUPP },
		{ VM_ALLOC, 5, 1, -EINVAL },
	};
	struct kho_vmalloc desc = { .order = 7 };
	struct sim_state before;
	void *ptr;

	sim_cold();
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		ptr = sim_vmalloc(bad[i].nr, bad[i].order, bad[i].flags, PLACE);
		before = sim_state();
		CHECK(kho_preserve_vmalloc(ptr, &desc) == bad[i].err);
		CHECK(sim_same(&before));
		sim_vfree(ptr);
	}
	ptr = sim_vmalloc(4, 0, VM_ALLOC, PLACE);
	before = sim_state();
	CHECK(kho_preserve_vmalloc(ptr + PAGE_SIZE, &desc) == -EINVAL);
	CHECK(kho_preserve_vmalloc(ptr - PAGE_SIZE, &desc) == -EINVAL);
	find_vm_area(ptr)->nr_pages = 0;
	CHECK(kho_preserve_vmalloc(ptr, &desc) == -EINVAL);
	find_vm_area(ptr)->nr_pages = 4;
	CHECK(desc.order == 7 && sim_same(&before));
	CHECK(!kho_finalize() && kho_preserve_vmalloc(ptr, &desc) == -EBUSY);
	CHECK(!kho_abort() && !kho_preserve_vmalloc(ptr, &desc));
	/* Once a kexec is on its way it stays */
	CHECK(!kho_commit(NULL));
	kho_unpreserve_vmalloc(&desc);
	CHECK(desc.first && kho_preserved_bytes() == 5 * PAGE_SIZE);
	kho_kexec_failed();
	CHECK(!kho_finalize());
	kho_unpreserve_vmalloc(&desc);
	CHECK(sim_same(&before) && !kho_finalized());
	sim_vfree(ptr);
}

/* One page of many is preserved already, or may not be: nothing is left behind */
static void one_page_bad(void)
{
	const unsigned int nr = PAGE_SHIFT == 12 ? 2 * ENTRIES : 100;
	struct kho_vmalloc desc = { .order = 7 };
	struct sim_state before;
	struct page *page;
	struct vm_struct *vm;
	void *ptr;

	sim_cold();
	ptr = sim_vmalloc(nr, 0, VM_ALLOC, PLACE);
	vm = find_vm_area(ptr);
	for (unsigned int at = 0; at < nr; at += nr / 7) {
		CHECK(!kho_preserve_pages(vm->pages[at], 1));
		before = sim_state();
		CHECK(kho_preserve_vmalloc(ptr, &desc) == -EEXIST);
		CHECK(sim_same(&before));
		kho_unpreserve_pages(vm->pages[at], 1);

		page = vm->pages[at];
		vm->pages[at] = &sim_pages[SCRATCH_B];
		before = sim_state();
		CHECK(kho_preserve_vmalloc(ptr, &desc) == -EINVAL);
		CHECK(sim_same(&before) && desc.order == 7);
		vm->pages[at] = page;
	}
	sim_vfree(ptr);
	/* Of entries of several pages, one is in the middle of them */
	ptr = sim_vmalloc(64, 3, VM_ALLOC, PLACE);
	CHECK(!kho_preserve_folio(sim_folio(PLACE + 24, 3)));
	before = sim_state();
	CHECK(kho_preserve_vmalloc(ptr, &desc) == -EEXIST && sim_same(&before));
	sim_vfree(ptr);
}

/* The chunks themselves cannot be preserved */
static void no_chunk(void)
{
	struct kho_vmalloc desc;
	void *ptr;

	sim_cold();
	ptr = sim_vmalloc(4, 0, VM_ALLOC, PLACE);
	for (unsigned long pfn = FAR_HOME; pfn < FAR_HOME_END; pfn++)
		__free_page(pfn_to_page(pfn));
	sim.far_home = true;
	CHECK(!FAIL_EACH(kho_preserve_vmalloc(ptr, &desc), -ENOMEM));
	CHECK(desc.first >= PFN_PHYS(FAR_HOME) && desc.first < PFN_PHYS(FAR_HOME_END));
	sim_vfree(ptr);
}

static struct kho_vmalloc desc;
static struct kho_vmalloc_chunk *first, *second;
static unsigned int nr_refused;

/* It is refused, with nothing changed */
static void refused(const struct kho_vmalloc *damaged)
{
	struct sim_state before = sim_state();

	CHECK(!kho_restore_vmalloc(damaged) && sim_same(&before) && !sim_vmallocs());
	nr_refused++;
}

static void damage(u64 *where, u64 value)
{
	u64 was = *where;

	if (value == was)
		return;
	*where = value;
	refused(&desc);
	*where = was;
}

/* Every field of the description, one at a time */
static void damage_description(void)
{
	static const u32 totals[] = { 1, 3, 4, 8, 1U << 31, ~0U, SIM_PAGES, SIM_PAGES + 4 };
	static const u16 flags[] = { 0, 2, 4 | 1, 0x8001, 0xffff };
	struct kho_vmalloc bad = desc;

	bad.total_pages = 0;
	refused(&bad);
	for (unsigned int i = 0; i < ARRAY_SIZE(totals); i++) {
		bad.total_pages = desc.total_pages + totals[i];
		refused(&bad);
		bad.total_pages = desc.total_pages - totals[i];
		refused(&bad);
		bad.total_pages = totals[i];
		refused(&bad);
	}
	bad = desc;
	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		bad.flags = flags[i];
		refused(&bad);
	}
	bad = desc;
	for (unsigned int order = 0; order < 80; order++) {
		bad.order = order;
		if (order != desc.order)
			refused(&bad);
	}
	bad = desc;
	bad.order = 0xffff;
	refused(&bad);
	bad = desc;
	bad.first = 0;
	refused(&bad);
	bad.first = desc.first + 8;
	refused(&bad);
	bad.first = 1ULL << 63;
	refused(&bad);
	/* One of its pages, all zeros */
	bad.first = first->phys[0];
	refused(&bad);
}

static void damage_chunks(void)
{
	static const u64 values[] = { 0, 1, 8, 1ULL << 63, ~0ULL, PAGE_SIZE };
	u64 *const places[] = {
		&first->next, &second->next, &first->phys[0], &first->phys[1],
		&first->phys[ENTRIES - 1], &second->phys[0], &second->phys[2],
		&second->phys[3],
	};

	for (unsigned int p = 0; p < ARRAY_SIZE(places); p++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(values); i++)
			damage(places[p], values[i]);
		for (unsigned int bit = 0; bit < 64; bit++)
			damage(places[p], *places[p] ^ 1ULL << bit);
		/* Loops, and what is there already */
		damage(places[p], virt_to_phys(first));
		damage(places[p], virt_to_phys(second));
		damage(places[p], first->phys[0]);
		damage(places[p], first->phys[7]);
		/* Somebody's, but of another size */
		if (desc.order)
			damage(places[p], PFN_PHYS(BANK_C));
	}
}

static void damages(void)
{
	/* So that a second chunk has three entries */
	const unsigned int order = PAGE_SHIFT == 12, nr = (ENTRIES + 3) << order;
	void *ptr;

	sim_cold();
	ptr = sim_vmalloc(nr, order, VM_ALLOC | VM_ALLOW_HUGE_VMAP, PLACE);
	CHECK(!kho_preserve_vmalloc(ptr, &desc));
	CHECK(!kho_preserve_folio(sim_folio(BANK_C, 0)));
	sim_vfree(ptr);
	sim_kexec();
	first = phys_to_virt(desc.first);
	second = phys_to_virt(first->next);
	nr_refused = 0;
	damage_description();
	damage_chunks();
	CHECK(nr_refused > 500);
	/* A page that somebody took */
	CHECK(kho_restore_folio(PFN_PHYS(BANK_C)));
	ptr = kho_restore_vmalloc(&desc);
	CHECK(ptr && is_area(ptr, nr, order, true));
	sim_vfree(ptr);
}

/* Chunks with more in them than is told, each with more of the right kind */
static void too_much(void)
{
	struct kho_vmalloc other;
	void *ptr, *more;

	sim_cold();
	ptr = sim_vmalloc(6, 0, VM_ALLOC, PLACE);
	more = sim_vmalloc(2, 0, VM_ALLOC, PLACE + 100);
	CHECK(!kho_preserve_vmalloc(ptr, &desc) && !kho_preserve_vmalloc(more, &other));
	sim_vfree(ptr);
	sim_vfree(more);
	sim_kexec();
	first = phys_to_virt(desc.first);
	/* A chunk that is not full, and one more */
	damage(&first->next, other.first);
	damage(&first->phys[6], PFN_PHYS(PLACE + 100));
	other.total_pages = 1;
	refused(&other);
	other.total_pages = 3;
	refused(&other);
	/* One page less is no area, and leaves nothing behind */
	CHECK(kho_restore_pages(PFN_PHYS(PLACE), 1));
	refused(&desc);
	other.total_pages = 2;
	more = kho_restore_vmalloc(&other);
	CHECK(more);
	sim_vfree(more);
}

const struct check checks_vmalloc[] = {
	{ "vmalloc: areas of all sizes there and back, memory short or not", sizes },
	{ "vmalloc: areas of other kinds are refused", other_areas },
	{ "vmalloc: one page that cannot be preserved leaves nothing behind", one_page_bad },
	{ "vmalloc: nor does a chunk that cannot", no_chunk },
	{ "vmalloc: each damage to a description is refused", damages },
	{ "vmalloc: so is more than it tells of", too_much },
	{ }
};
