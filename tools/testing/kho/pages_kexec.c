// SPDX-License-Identifier: GPL-2.0-only
/* Images are loaded into scratch, or not at all */

#include <stdio.h>

#include "../../../kernel/liveupdate/kho_demand.h"
#include "../../../kernel/liveupdate/kho_fdt.h"
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
	image->segment[image->nr_segments].kbuf = kbuf->buffer;
	image->segment[image->nr_segments].bufsz = kbuf->bufsz;
	image->segment[image->nr_segments].mem = kbuf->mem;
	image->segment[image->nr_segments++].memsz = kbuf->memsz;
	return 0;
}

/* Memory that can be had on demand, whether the reserve can, and what is taken */
static unsigned long offer, offer_end;
static bool offer_reserve;
static struct kho_scratch taken[32];
static unsigned int nr_taken, nr_wishes;

static bool is_free(u64 start, u64 size)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(taken); i++)
		if (start < taken[i].addr + taken[i].size &&
		    taken[i].addr < start + size)
			return false;
	return true;
}

static bool take_from(const struct kho_wish *wish, struct kho_scratch *area,
		      u64 first, u64 last)
{
	u64 grain = PFN_PHYS(U(1)), size = ALIGN(wish->size, grain);
	u64 align = max_t(u64, wish->align, grain), at, steps;
	u64 low = ALIGN(max_t(u64, wish->min, first), align);
	u64 high = min_t(u64, wish->end, last);

	if (high < size)
		return false;
	high = ALIGN_DOWN(high - size, align);
	for (steps = 0; low + steps * align <= high; steps++) {
		at = wish->top_down ? high - steps * align : low + steps * align;
		if (!is_free(at, size))
			continue;
		*area = (struct kho_scratch){ at, size };
		return true;
	}
	return false;
}

int kho_demand_take(const struct kho_wish *wish, struct kho_scratch *area,
		    struct kho_shortage *shortage)
{
	const struct kho_scratch *from = NULL;
	bool found = false;

	nr_wishes++;
	shortage->zone = "Normal";
	if (sim_fails())
		return -ENOMEM;
	if (!wish->reserve)
		found = take_from(wish, area, PFN_PHYS(offer), PFN_PHYS(offer_end));
	while (wish->reserve && offer_reserve && !found &&
	       (from = kho_next_area(kho_scratch, kho_scratch_cnt, from, wish->top_down)))
		found = take_from(wish, area, from->addr, from->addr + from->size);
	if (!found)
		return -ENOMEM;
	for (unsigned int i = 0; i < ARRAY_SIZE(taken); i++) {
		if (taken[i].size)
			continue;
		taken[i] = *area;
		nr_taken++;
		return 0;
	}
	sim_die("more is taken than there are places for");
}

void kho_demand_give(const struct kho_scratch *area)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(taken); i++) {
		if (taken[i].addr != area->addr || taken[i].size != area->size)
			continue;
		taken[i].size = 0;
		nr_taken--;
		return;
	}
	sim_die("what was not taken is given back");
}

/* Mappings of segments: open while they are written */
static unsigned int nr_open;

void arch_kexec_post_alloc_pages(void *page, unsigned int nr_pages, gfp_t gfp)
{
	nr_open++;
}

void arch_kexec_pre_free_pages(void *page, unsigned int nr_pages)
{
	nr_open--;
}

static void start(unsigned long from, unsigned long to)
{
	sim_cold();
	offer = from;
	offer_end = to;
	offer_reserve = false;
	nr_wishes = 0;
}

/* A reserve of none */
static void start_on_demand(unsigned long from, unsigned long to)
{
	start(from, to);
	kho_scratch_cnt = 0;
}

static void add_segment(struct kimage *image, u64 mem, u64 size)
{
	image->segment[image->nr_segments].mem = mem;
	image->segment[image->nr_segments++].memsz = size;
}

static u64 needs(void)
{
	/* An entry of eight bytes for each huge page, or for each page */
	u64 pages = pagealloc ? SIM_PAGES : PFN_PHYS(SIM_PAGES) / (PAGE_SIZE * PAGE_SIZE / 8);

	return (5 << 20) + pages * 8;
}

/* The areas that travel with the image */
static const struct kho_scratch *list_of(const struct kimage *image)
{
	return image->segment[0].kbuf;
}

static void list_travels(void)
{
	struct kimage image = {}, crash = { .type = KEXEC_TYPE_CRASH };

	start(0, 0);
	CHECK(!kho_fill_kimage(&image));
	CHECK(image.kho.fdt == kho_out_fdt_phys() && image.kho.fdt);
	CHECK(image.kho.fdt_size == SZ_128K);
	CHECK(image.nr_segments == 1 && image.kho.scratch == image.segment[0].mem);
	CHECK(image.kho.scratch_size == 11 * 16 && image.segment[0].memsz == 11 * 16);
	CHECK(!memcmp(list_of(&image), kho_scratch, 3 * 16) && !list_of(&image)[3].size);
	/* In the highest area, since it is looked for from the top */
	CHECK(image.kho.scratch >= PFN_PHYS(SCRATCH_C) &&
	      image.kho.scratch < PFN_PHYS(SCRATCH_C_END));
	CHECK(!(image.kho.scratch % SZ_64K) && !nr_taken);
	kho_free_kimage(&image);
	kho_free_kimage(&image);

	CHECK(!kho_fill_kimage(&crash) && !crash.nr_segments && !crash.kho.fdt);
	kho_free_kimage(&crash);
	image = (struct kimage){ .nr_segments = ARRAY_SIZE(image.segment) };
	CHECK(kho_fill_kimage(&image) == -EINVAL && !image.kho.fdt);
	kho_free_kimage(&image);
	sim.fail_at = 1;
	image = (struct kimage){};
	CHECK(kho_fill_kimage(&image) == -ENOMEM && !image.nr_segments);
	CHECK(kho_check_kimage(&image, -ENOMEM) == -ENOMEM);
	kho_free_kimage(&image);
	sim_switch(false);
	image = (struct kimage){};
	CHECK(!kho_fill_kimage(&image) && !image.nr_segments && !image.kho.fdt);
}

/* Nothing can be taken: areas are tried by address, and their ends are told right */
static void areas_in_order(void)
{
	static const unsigned long begin[] = { SCRATCH_A, SCRATCH_B, SCRATCH_C };
	static const unsigned long end[] = { SCRATCH_A_END, SCRATCH_B_END, SCRATCH_C_END };
	struct kimage crash = { .type = KEXEC_TYPE_CRASH };

	start(0, 0);
	for (unsigned int down = 0; down < 2; down++) {
		struct kimage image = {};
		struct kexec_buf kbuf = { .image = &image, .memsz = PFN_PHYS(U(8)) + 1,
					  .buf_max = ULONG_MAX, .top_down = down };

		CHECK(!kho_fill_kimage(&image));
		nr_tried = 0;
		sim_quiet();
		CHECK(kho_locate_mem_hole(&kbuf, try_range) == -ENOMEM);
		CHECK(nr_tried == 3);
		for (unsigned int i = 0; i < 3; i++)
			CHECK(tried[i].start == PFN_PHYS(begin[down ? 2 - i : i]) &&
			      tried[i].end == PFN_PHYS(end[down ? 2 - i : i]) - 1);
		/* A loader that tries elsewhere is not listened to; it is told once */
		kbuf.memsz = PFN_PHYS(U(8));
		CHECK(kho_locate_mem_hole(&kbuf, try_range) == -ENOMEM);
		CHECK(!sim.log[0]);
		CHECK(kho_check_kimage(&image, -ENOMEM) == -ENOMEM);
		CHECK(sim_said(" KiB of contiguous memory for the image: the largest"));
		kho_free_kimage(&image);

		image = (struct kimage){};
		CHECK(!kho_fill_kimage(&image));
		nr_tried = 0;
		CHECK(!kho_locate_mem_hole(&kbuf, try_range) && nr_tried == 2);
		CHECK(kbuf.mem == PFN_PHYS(SCRATCH_B));
		CHECK(!kho_is_in_place(&image, kbuf.mem, kbuf.memsz));
		kho_free_kimage(&image);
		kbuf.image = &crash;
		CHECK(kho_locate_mem_hole(&kbuf, try_range) == -EOPNOTSUPP);
		CHECK(!kho_is_in_place(&crash, kbuf.mem, kbuf.memsz));
		sim_switch(false);
		kbuf.image = &image;
		CHECK(kho_locate_mem_hole(&kbuf, try_range) == -EOPNOTSUPP);
		sim_switch(true);
	}
}

/* What the loader says is passed on */
static void loaders_word(void)
{
	struct kimage image = {}, crash = { .type = KEXEC_TYPE_CRASH };

	start(0, 0);
	CHECK(kho_check_kimage(&image, -EINVAL) == -EINVAL);
	CHECK(!kho_fill_kimage(&image) && !kho_check_kimage(&image, 0));
	CHECK(!kho_check_kimage(&crash, 0));
	CHECK(kho_check_kimage(&crash, -ENOMEM) == -ENOMEM);
	CHECK(kho_check_kimage(&image, -ENOMEM) == -ENOMEM && !sim.log[0]);
	kho_free_kimage(&image);
	sim_switch(false);
	CHECK(!kho_check_kimage(&image, 0));
}

/* What segments leave of the reserve is enough to boot in, to the byte */
static void room(void)
{
	u64 most = PFN_PHYS(U(16)) - needs();

	for (unsigned int more = 0; more < 2; more++) {
		struct kimage image = {};
		struct kexec_buf kbuf = { .image = &image, .buf_max = ULONG_MAX,
					  .top_down = true };

		CHECK(!kho_fill_kimage(&image));
		add_segment(&image, PFN_PHYS(SCRATCH_B), PFN_PHYS(U(8)));
		kbuf.memsz = most - PFN_PHYS(U(8)) - image.segment[0].memsz + more;
		if (!more && kbuf.memsz > PFN_PHYS(U(3)))
			kbuf.memsz = PFN_PHYS(U(3));
		CHECK(kho_locate_mem_hole(&kbuf, try_range) == (more ? -ENOMEM : 0));
		kho_free_kimage(&image);
	}
}

static void room_to_boot(void)
{
	start(0, 0);
	room();
	pagealloc = true;
	room();
	pagealloc = false;
}

/* Of the reserve what can be taken is, and then nothing is copied */
static void reserve_taken(void)
{
	struct kimage image = {}, second = {};
	struct kexec_buf kbuf = { .image = &image, .buf_max = ULONG_MAX,
				  .memsz = PFN_PHYS(U(3)), .top_down = true };

	start(0, 0);
	offer_reserve = true;
	CHECK(!kho_fill_kimage(&image) && nr_taken == 1);
	CHECK(kho_is_in_place(&image, image.segment[0].mem, image.segment[0].memsz));
	CHECK(!list_of(&image)[3].size);
	CHECK(!kho_locate_mem_hole(&kbuf, try_range) && nr_taken == 2);
	CHECK(kho_is_in_place(&image, kbuf.mem, kbuf.memsz) && !list_of(&image)[3].size);
	CHECK(!kho_is_in_place(&image, kbuf.mem - PAGE_SIZE, 2 * PAGE_SIZE));
	add_segment(&image, kbuf.mem, kbuf.memsz);
	/* Beside an image that is there still */
	kbuf.image = &second;
	CHECK(!kho_fill_kimage(&second) && !kho_locate_mem_hole(&kbuf, try_range));
	CHECK(nr_taken == 4);
	kho_free_kimage(&image);
	CHECK(nr_taken == 2);
	kho_free_kimage(&second);
	CHECK(!nr_taken);
}

/* A loader that goes upwards has room for all, or starts below the reserve */
static void upwards(void)
{
	for (unsigned int i = 0; i < 3; i++) {
		struct kimage image = { .initrd_buf_len = PFN_PHYS(U(2)) + !!i };
		struct kexec_buf kbuf = { .image = &image, .buf_max = ULONG_MAX,
					  .memsz = PFN_PHYS(U(3)) };

		start(U(60), i < 2 ? U(80) : 0);
		offer_reserve = true;
		CHECK(!kho_fill_kimage(&image) && !kho_locate_mem_hole(&kbuf, try_range));
		CHECK(kbuf.mem == (i == 1 ? PFN_PHYS(U(60)) : PFN_PHYS(SCRATCH_A)));
		CHECK(kho_is_in_place(&image, kbuf.mem, kbuf.memsz));
		kho_free_kimage(&image);
		CHECK(!nr_taken);
	}
}

/* What the reserve has no room for lies on demand, below it when searched from the top */
static void difference(void)
{
	struct kimage image = {};
	struct kexec_buf kbuf = { .image = &image, .buf_max = ULONG_MAX, .top_down = true };

	start(0, 0);
	CHECK(!kho_fill_kimage(&image) && !nr_taken);
	offer = U(110);
	offer_end = U(250);
	kbuf.memsz = PFN_PHYS(U(16)) - needs();
	CHECK(!kho_locate_mem_hole(&kbuf, try_range) && nr_taken == 1);
	CHECK(kbuf.mem + kbuf.memsz <= PFN_PHYS(SCRATCH_C));
	CHECK(kho_is_in_place(&image, kbuf.mem, kbuf.memsz) && list_of(&image)[3].size);
	/* Nobody lies there: it is the next one's, or given back */
	CHECK(!kho_locate_mem_hole(&kbuf, try_range) && nr_taken == 1);
	kbuf.memsz *= 2;
	CHECK(!kho_locate_mem_hole(&kbuf, try_range) && nr_taken == 1);
	add_segment(&image, kbuf.mem, kbuf.memsz);
	add_segment(&image, PFN_PHYS(SCRATCH_B), PFN_PHYS(U(8)));
	kbuf.memsz = PFN_PHYS(U(8));
	kbuf.top_down = false;
	kbuf.buf_min = PFN_PHYS(U(180));
	CHECK(!kho_locate_mem_hole(&kbuf, try_range) && nr_taken == 2);
	CHECK(kbuf.mem == kbuf.buf_min);
	CHECK(!kho_check_kimage(&image, 0) && nr_taken == 1);
	kbuf.memsz = PFN_PHYS(U(4));
	/* As many as there are places, and no more */
	while (!kho_locate_mem_hole(&kbuf, try_range))
		add_segment(&image, kbuf.mem, kbuf.memsz);
	CHECK(nr_taken == 8);
	kho_free_kimage(&image);
	CHECK(!nr_taken);
}

/* Without a reserve: the first area is for the next kernel, and for what is small */
static void all_on_demand(void)
{
	struct kimage image = {};
	struct kexec_buf kbuf = { .image = &image, .memsz = PAGE_SIZE, .buf_max = ULONG_MAX,
				  .top_down = true };
	u64 early = PFN_PHYS(ALIGN(PFN_UP(needs() + SZ_1M), U(1)));

	start_on_demand(U(110), U(150));
	CHECK(!kho_fill_kimage(&image) && nr_taken == 1 && image.nr_segments == 1);
	CHECK(taken[0].addr == PFN_PHYS(U(150)) - early && taken[0].size == early);
	CHECK(!kho_locate_mem_hole(&kbuf, try_range) && nr_taken == 1);
	kbuf.memsz = PFN_PHYS(U(2)) + SZ_1M;
	CHECK(!kho_locate_mem_hole(&kbuf, try_range) && nr_taken == 2);
	CHECK(kbuf.mem + kbuf.memsz <= taken[0].addr && kbuf.mem >= taken[1].addr);
	add_segment(&image, kbuf.mem, kbuf.memsz);
	CHECK(!kho_check_kimage(&image, 0) && nr_taken == 2);
	kho_free_kimage(&image);
	CHECK(!nr_taken);

	start_on_demand(0, 0);
	image = (struct kimage){};
	CHECK(kho_fill_kimage(&image) == -ENOMEM && !image.nr_segments);
	CHECK(kho_check_kimage(&image, -ENOMEM) == -ENOMEM);
	CHECK(sim_said("of contiguous memory for the image"));
	kho_free_kimage(&image);
}

/* What purgatory is told */
static struct kexec_sha_region regions[KEXEC_SEGMENT_MAX];
static u32 told[2];
static bool has_instruction;
static const char *lacks;

bool arch_kho_can_check(void)
{
	return has_instruction;
}

int kexec_purgatory_get_set_symbol(struct kimage *image, const char *name,
				   void *buf, unsigned int size, bool get)
{
	if (get)
		sim_die("purgatory is asked");
	if (lacks && !strcmp(name, lacks))
		return -EINVAL;
	if (!strcmp(name, "purgatory_sha_regions") && size == sizeof(regions))
		memcpy(regions, buf, size);
	else if (!strcmp(name, "purgatory_crc32c") && size == sizeof(told))
		memcpy(told, buf, size);
	else
		sim_die("purgatory has no such symbol");
	return 0;
}

/* All that was loaded but purgatory, and no zeroes behind it */
static void checked(void)
{
	char text[] = "12345", more[] = "6789", purgatory[] = "no";
	struct kimage image = { .purgatory_info.purgatory_buf = purgatory };
	static const char * const symbols[] = {
		"purgatory_sha_regions", "purgatory_crc32c"
	};

	start(0, 0);
	CHECK(kho_store_checksum(&image) == -EOPNOTSUPP);
	image.kho.fdt = 1;
	CHECK(kho_store_checksum(&image) == -EOPNOTSUPP);
	has_instruction = true;
	image.segment[0] = (struct kexec_segment){ text, 5, 0x1000, PAGE_SIZE };
	image.segment[1] = (struct kexec_segment){ purgatory, 2, 0x9000, PAGE_SIZE };
	image.segment[2] = (struct kexec_segment){ more, 4, 0x5000, PAGE_SIZE };
	image.nr_segments = 3;
	CHECK(!kho_store_checksum(&image) && told[0] == 1);
	/* The one that is in every description of the sum */
	CHECK(told[1] == 0xe3069283);
	CHECK(regions[0].start == 0x1000 && regions[0].len == 5);
	CHECK(regions[1].start == 0x5000 && regions[1].len == 4 && !regions[2].len);
	for (unsigned int i = 0; i < ARRAY_SIZE(symbols); i++) {
		lacks = symbols[i];
		CHECK(kho_store_checksum(&image) == -EINVAL);
	}
	lacks = NULL;
	has_instruction = false;
}

/* As a loader does: something small, something large, and one that lies above */
static int load(struct kimage *image)
{
	static const unsigned long sizes[] = { 1, U(3), U(6) };
	int err = kho_fill_kimage(image);

	for (unsigned int i = 0; !err && i < ARRAY_SIZE(sizes); i++) {
		struct kexec_buf kbuf = { .image = image, .buf_max = ULONG_MAX,
					  .memsz = PFN_PHYS(sizes[i]), .top_down = true };

		err = kho_locate_mem_hole(&kbuf, try_range);
		if (!err)
			add_segment(image, kbuf.mem, kbuf.memsz);
	}
	return kho_check_kimage(image, err);
}

/* With a reserve it is in the way of others, or copied; without one loading fails */
static void each_fails(void)
{
	for (unsigned int reserve = 0; reserve < 2; reserve++) {
		unsigned int nth = 0, failed = 0;
		bool more = true;

		while (more) {
			struct kimage image = {};
			int err;

			start(U(110), U(150));
			offer_reserve = reserve;
			if (!reserve)
				kho_scratch_cnt = 0;
			sim.fail_at = ++nth;
			err = load(&image);
			more = !sim.fail_at;
			sim.fail_at = 0;
			CHECK(!err || (err == -ENOMEM && more));
			failed += !!err;
			kho_free_kimage(&image);
			if (!CHECK(!nr_taken))
				return;
			image = (struct kimage){};
			CHECK(!load(&image));
			kho_free_kimage(&image);
		}
		CHECK(failed == (reserve ? 1 : 4) && nth > failed);
	}
}

/* Page by page, and zeroes behind what there is */
static void written_in_place(void)
{
	u64 phys = PFN_PHYS(BANK_B);
	struct kexec_segment segment = { .mem = phys, .memsz = 3 * PAGE_SIZE,
					 .bufsz = PAGE_SIZE + 5 };
	u8 *to = phys_to_virt(phys), *from;

	sim_cold();
	from = kzalloc(segment.bufsz, GFP_KERNEL);
	memset(from, 7, segment.bufsz);
	memset(to, 9, 3 * PAGE_SIZE);
	segment.kbuf = from;
	kho_load_segment(NULL, &segment);
	CHECK(!memcmp(to, from, segment.bufsz) && !nr_open);
	for (size_t i = segment.bufsz; i < 3 * PAGE_SIZE; i++)
		if (!CHECK(!to[i]))
			break;
	kfree(from);
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

	start(0, 0);
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
	kho_free_kimage(&image);
	sim_switch(false);
	CHECK(!kho_kexec_prepare(&none));
}

const struct check checks_kexec[] = {
	{ "kexec: the scratch list travels with an image", list_travels },
	{ "kexec: areas are tried by address", areas_in_order },
	{ "kexec: what the loader says is passed on", loaders_word },
	{ "kexec: of the reserve is taken what can be", reserve_taken },
	{ "kexec: a loader that goes upwards has room above", upwards },
	{ "kexec: purgatory is told what to check", checked },
	{ "kexec: an image takes on demand what the reserve has no room for", difference },
	{ "kexec: without a reserve all is on demand", all_on_demand },
	{ "kexec: each allocation of a load fails in turn", each_fails },
	{ "kexec: a segment is written in place", written_in_place },
	{ "kexec: an image leaves enough to boot in", room_to_boot },
	{ "kexec: kexec_load() is refused while something is preserved", old_call },
	{ "kexec: nothing is executed that would lose something", execute },
	{ }
};
