// SPDX-License-Identifier: GPL-2.0-only
/* Images are loaded into scratch, or not at all */

#include <stdio.h>

#include "pages.h"

static bool pagealloc;
static struct resource tried[8];
static unsigned int nr_tried;

bool debug_pagealloc_enabled(void)
{
	return pagealloc;
}

static bool is_taken(const struct kimage *image, u64 start, u64 size)
{
	for (unsigned long i = 0; i < image->nr_segments; i++)
		if (start < image->segment[i].mem + image->segment[i].memsz &&
		    image->segment[i].mem < start + size)
			return true;
	return false;
}

/* As the walk of kexec_file.c, page by page */
static int try_range(struct resource *res, void *arg)
{
	struct kexec_buf *kbuf = arg;
	u64 align = max(kbuf->buf_align, PAGE_SIZE), at;
	u64 size = PAGE_ALIGN(kbuf->memsz);

	tried[nr_tried++ % ARRAY_SIZE(tried)] = *res;
	if (res->end - res->start + 1 < size)
		return 0;
	if (kbuf->top_down) {
		for (at = ALIGN_DOWN(res->end + 1 - size, align); at >= res->start;
		     at -= align)
			if (!is_taken(kbuf->image, at, size))
				goto found;
		return 0;
	}
	for (at = ALIGN(res->start, align); at + size <= res->end + 1; at += align)
		if (!is_taken(kbuf->image, at, size))
			goto found;
	return 0;
found:
	kbuf->mem = at;
	return 1;
}

int kexec_add_buffer(struct kexec_buf *kbuf)
{
	struct kimage *image = kbuf->image;
	int err;

	if (image->nr_segments == ARRAY_SIZE(image->segment))
		return -EINVAL;
	if (kbuf->mem != KEXEC_BUF_MEM_UNKNOWN || kbuf->buf_max < PFN_PHYS(SIM_PAGES))
		sim_die("the list has its place already");
	err = kho_locate_mem_hole(kbuf, try_range);
	if (err)
		return err;
	image->segment[image->nr_segments].mem = kbuf->mem;
	image->segment[image->nr_segments++].memsz = kbuf->memsz;
	return 0;
}

static void add_segment(struct kimage *image, u64 mem, u64 size)
{
	image->segment[image->nr_segments].mem = mem;
	image->segment[image->nr_segments++].memsz = size;
}

static void list_travels(void)
{
	struct kimage image = {}, crash = { .type = KEXEC_TYPE_CRASH };

	sim_cold();
	CHECK(!kho_fill_kimage(&image));
	CHECK(image.kho.fdt == kho_out_fdt_phys() && image.kho.fdt);
	CHECK(image.kho.fdt_size == SZ_128K);
	CHECK(image.nr_segments == 1 && image.kho.scratch == image.segment[0].mem);
	CHECK(image.kho.scratch_size == 3 * 16 && image.segment[0].memsz == 3 * 16);
	/* In the highest area, since it is looked for from the top */
	CHECK(image.kho.scratch >= PFN_PHYS(SCRATCH_C) &&
	      image.kho.scratch < PFN_PHYS(SCRATCH_C_END));
	CHECK(!(image.kho.scratch % SZ_64K));

	CHECK(!kho_fill_kimage(&crash) && !crash.nr_segments && !crash.kho.fdt);
	image = (struct kimage){ .nr_segments = ARRAY_SIZE(image.segment) };
	CHECK(kho_fill_kimage(&image) == -EINVAL && !image.kho.fdt);
	image = (struct kimage){};
	for (unsigned int i = 0; i < 3; i++)
		add_segment(&image, kho_scratch[i].addr, kho_scratch[i].size);
	CHECK(kho_fill_kimage(&image) == -EADDRNOTAVAIL && !image.kho.fdt);
	CHECK(kho_check_kimage(&image, -EADDRNOTAVAIL) == -EADDRNOTAVAIL);
	CHECK(sim_said("a segment of 1 KiB does not fit into scratch"));
	sim_switch(false);
	image = (struct kimage){};
	CHECK(!kho_fill_kimage(&image) && !image.nr_segments && !image.kho.fdt);
}

/* Areas are tried by address, up or down, and their ends are told right */
static void areas_in_order(void)
{
	static const unsigned long begin[] = { SCRATCH_A, SCRATCH_B, SCRATCH_C };
	static const unsigned long end[] = { SCRATCH_A_END, SCRATCH_B_END, SCRATCH_C_END };
	struct kimage image = {}, crash = { .type = KEXEC_TYPE_CRASH };
	struct kexec_buf kbuf = { .image = &image, .memsz = PFN_PHYS(U(8)) + 1 };

	sim_cold();
	for (unsigned int down = 0; down < 2; down++) {
		kbuf.top_down = down;
		nr_tried = 0;
		CHECK(kho_locate_mem_hole(&kbuf, try_range) == -EADDRNOTAVAIL);
		CHECK(nr_tried == 3);
		for (unsigned int i = 0; i < 3; i++)
			CHECK(tried[i].start == PFN_PHYS(begin[down ? 2 - i : i]) &&
			      tried[i].end == PFN_PHYS(end[down ? 2 - i : i]) - 1);
	}
	CHECK(image.kho.unplaced == kbuf.memsz);
	kbuf.memsz = PFN_PHYS(U(8));
	nr_tried = 0;
	CHECK(!kho_locate_mem_hole(&kbuf, try_range) && nr_tried == 2);
	CHECK(kbuf.mem == PFN_PHYS(SCRATCH_B));
	/* What did not fit before, and is larger, is what is told */
	kho_scratch_cnt = 1;
	kbuf.memsz = PFN_PHYS(U(4));
	add_segment(&image, kbuf.mem, PFN_PHYS(U(6)));
	CHECK(kho_locate_mem_hole(&kbuf, try_range) == -EADDRNOTAVAIL);
	CHECK(image.kho.unplaced == PFN_PHYS(U(8)) + 1);
	kbuf.image = &crash;
	CHECK(kho_locate_mem_hole(&kbuf, try_range) == -EOPNOTSUPP);
	kbuf.image = &image;
	sim_switch(false);
	CHECK(kho_locate_mem_hole(&kbuf, try_range) == -EOPNOTSUPP);
}

/* What the loader says is passed on, and told of where it was for want of scratch */
static void loaders_word(void)
{
	struct kimage image = {}, crash = { .type = KEXEC_TYPE_CRASH };

	sim_cold();
	add_segment(&image, PFN_PHYS(SCRATCH_A + 1), PAGE_SIZE);
	CHECK(!kho_check_kimage(&image, 0));
	CHECK(!kho_check_kimage(&crash, 0));
	CHECK(kho_check_kimage(&crash, -ENOMEM) == -ENOMEM);
	CHECK(kho_check_kimage(&image, -ENOMEM) == -ENOMEM && !sim.log[0]);
	CHECK(kho_check_kimage(&image, -EADDRNOTAVAIL) == -EADDRNOTAVAIL && !sim.log[0]);
	image.kho.unplaced = 5000;
	CHECK(kho_check_kimage(&image, -EINVAL) == -EINVAL && !sim.log[0]);
	CHECK(kho_check_kimage(&image, -EADDRNOTAVAIL) == -EADDRNOTAVAIL);
	CHECK(sim_said("a segment of 5 KiB does not fit into scratch"));
	sim_switch(false);
	CHECK(!kho_check_kimage(&image, 0));
}

/* What the image leaves is enough to boot in, to the byte */
static void room(u64 needs)
{
	u64 total = PFN_PHYS(U(16)), largest = PFN_PHYS(U(8)), leave;
	struct kimage image = {};

	for (leave = needs; leave > needs - 2; leave--) {
		u64 used = total - leave;

		image.nr_segments = 0;
		add_segment(&image, PFN_PHYS(SCRATCH_B), min(used, largest));
		used -= min(used, largest);
		add_segment(&image, PFN_PHYS(SCRATCH_A), min(used, largest / 2));
		used -= min(used, largest / 2);
		add_segment(&image, PFN_PHYS(SCRATCH_C), used);
		sim_quiet();
		CHECK(kho_check_kimage(&image, 0) == (leave < needs ? -EADDRNOTAVAIL : 0));
		CHECK(!sim.log[0] == (leave == needs));
	}
	CHECK(sim_said(" KiB that the next kernel boots in; use a smaller image or "));
}

static void room_to_boot(void)
{
	u64 base = 5 << 20, ram = PFN_PHYS(SIM_PAGES);

	sim_cold();
	/* An entry of eight bytes for each huge page, or for each page */
	room(base + ram / (PAGE_SIZE * PAGE_SIZE / 8) * 8);
	pagealloc = true;
	room(base + ram / PAGE_SIZE * 8);
	pagealloc = false;
}

static void old_call(void)
{
	sim_cold();
	CHECK(!kho_check_kexec_load(3, 0));
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B), 1));
	sim_quiet();
	CHECK(!kho_check_kexec_load(0, 0) && !kho_check_kexec_load(3, KEXEC_ON_CRASH));
	CHECK(!sim.log[0]);
	CHECK(kho_check_kexec_load(3, 0) == -EBUSY && sim_printed('e') == 1);
	sim_switch(false);
	CHECK(!kho_check_kexec_load(3, 0));
}

static void execute(void)
{
	struct kimage image = {}, none = {};

	sim_cold();
	CHECK(!kho_fill_kimage(&image));
	/* Nothing is preserved behind its back */
	CHECK(!kho_kexec_prepare(&none));
	CHECK(kho_preserve_pages(pfn_to_page(BANK_B), 1) == -EBUSY);
	kho_kexec_failed();
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B), 1));
	sim_quiet();
	CHECK(kho_kexec_prepare(&none) == -EBUSY && sim_printed('e') == 1);
	CHECK(!kho_finalized());
	sim.gaps_err = -ENOSPC;
	CHECK(kho_kexec_prepare(&image) == -ENOSPC && !kho_finalized());
	sim.gaps_err = 0;
	CHECK(!kho_kexec_prepare(&image) && kho_finalized());
	CHECK(kho_abort() == -EBUSY);
	sim_switch(false);
	CHECK(!kho_kexec_prepare(&none));
}

const struct check checks_kexec[] = {
	{ "kexec: the scratch list travels with an image", list_travels },
	{ "kexec: areas are tried by address", areas_in_order },
	{ "kexec: what the loader says is passed on", loaders_word },
	{ "kexec: an image leaves enough to boot in", room_to_boot },
	{ "kexec: kexec_load() is refused while something is preserved", old_call },
	{ "kexec: nothing is executed that would lose something", execute },
	{ }
};
