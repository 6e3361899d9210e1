// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: how a handover travels with a kexec image.
 *
 * kexec_file_load() puts every segment of an ordinary image into scratch, so
 * that neither the copy nor the next kernel's first steps write over preserved
 * memory: into the reserve as far as it goes, else into areas on demand, which are
 * the image's for as long as it is loaded. With the image go two addresses: the FDT's, whose place is fixed for
 * as long as this kernel runs and whose content is written at finalize, and
 * that of the scratch list, which is a segment of its own. An image that was
 * loaded early therefore carries whatever is preserved when it is executed.
 *
 * The architecture writes both addresses where its boot protocol has room for
 * them (arch/x86/kernel/kho.c, drivers/of/kho.c).
 *
 * Crash images, kexec_load() images and kexec jumps carry no handover.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/kexec.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/pgtable.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kho_demand.h"
#include "kho_fdt.h"
#include "kho_finalize.h"
#include "kho_memory.h"
#include "kho_preserve.h"
#include "kho_scratch.h"
#include "kho_state.h"
#include "kho_version.h"

/* The next kernel takes this much before it opens the gaps, and so much a node */
#define KHO_EARLY_BASE		SZ_4M
#define KHO_EARLY_NODE		SZ_512K

/* The list of areas, boot parameters, purgatory: as much as that together */
#define KHO_SMALL_SEGMENTS	SZ_1M

static bool kho_wants(const struct kimage *image)
{
	return kho_is_enabled() && image->type != KEXEC_TYPE_CRASH;
}

/* The areas of an image: the reserve, and places for what it takes on demand. */

static struct kho_scratch *kho_image_areas(const struct kimage *image)
{
	return image->kho.areas;
}

static struct kho_scratch *kho_image_end(const struct kimage *image)
{
	return image->kho.areas + kho_scratch_cnt + KHO_DEMAND_MAX;
}

#define for_each_area(area, image) \
	for (area = kho_image_areas(image); area < kho_image_end(image); area++)
#define for_each_demand(area, image) \
	for (area = kho_image_areas(image) + kho_scratch_cnt; \
	     area < kho_image_end(image); area++)

static u64 kho_areas_sum(const struct kimage *image)
{
	const struct kho_scratch *area;
	u64 sum = 0;

	for_each_area(area, image)
		sum += area->size;
	return sum;
}

/* Bytes of the area that the image's segments take */
static u64 kho_area_used(const struct kimage *image,
			 const struct kho_scratch *area)
{
	u64 end = area->addr + area->size, used = 0;
	unsigned long i;

	for (i = 0; i < image->nr_segments; i++) {
		u64 first = max_t(u64, image->segment[i].mem, area->addr);
		u64 last = min_t(u64, image->segment[i].mem +
				 image->segment[i].memsz, end);

		if (first < last)
			used += last - first;
	}

	return used;
}

/* The areas do not overlap, so a segment's bytes in them may be added up. */
static u64 kho_image_used(const struct kimage *image)
{
	const struct kho_scratch *area;
	u64 used = 0;

	for_each_area(area, image)
		used += kho_area_used(image, area);

	return used;
}

/*
 * What the next kernel takes from scratch to start with. Between its first page and
 * the moment at which it opens the gaps between preserved blocks, a kernel maps all
 * memory and learns of its nodes. The estimate assumes a next kernel that is
 * configured like this one. Page tables are nearly all of it where each page has an
 * entry of its own: arm64 does so by default, x86 for DEBUG_PAGEALLOC.
 */
static u64 kho_early_needs(void)
{
	u64 ram = (u64)get_num_physpages() << PAGE_SHIFT;
	bool by_page = IS_ENABLED(CONFIG_ARM64) || debug_pagealloc_enabled();
	u64 tables = ram / (by_page ? PAGE_SIZE : PMD_SIZE) * sizeof(pte_t);

	return tables + KHO_EARLY_BASE +
	       (u64)num_possible_nodes() * KHO_EARLY_NODE;
}

/* Bytes of the areas that neither a segment nor the next kernel's first steps take */
static u64 kho_spare(const struct kimage *image)
{
	u64 sum = kho_areas_sum(image);
	u64 taken = kho_image_used(image) + kho_early_needs();

	return sum > taken ? sum - taken : 0;
}

/* Areas on demand, taken and given back */

/* A loader may have tried elsewhere first. */
static void kho_drop_unused(struct kimage *image)
{
	struct kho_scratch *area;

	for_each_demand(area, image) {
		if (!area->size || area->addr == image->kho.early ||
		    kho_area_used(image, area))
			continue;
		kho_demand_give(area);
		*area = (struct kho_scratch){};
	}
}

static struct kho_scratch *kho_free_place(struct kimage *image)
{
	struct kho_scratch *area;

	for_each_demand(area, image)
		if (!area->size)
			return area;
	return NULL;
}

static struct kho_scratch *kho_take_area(struct kimage *image,
					 const struct kho_wish *wish)
{
	struct kho_shortage shortage = {};
	struct kho_scratch *area;
	int err = -ENOMEM;

	kho_drop_unused(image);
	area = kho_free_place(image);
	if (area)
		err = kho_demand_take(wish, area, &shortage);
	if (!err)
		return area;

	if (err != -EINTR)
		pr_err("no %llu KiB of contiguous memory for the image: the largest piece that may be used is %llu KiB, in zone %s; kho=on and kho_scratch= reserve it at boot\n",
		       wish->size >> 10, shortage.largest >> 10,
		       shortage.zone ?: "none");
	image->kho.short_of_memory = true;
	return ERR_PTR(err);
}

/*
 * What the next kernel starts with, and the small segments. It lies above the other
 * areas: x86 maps memory from its highest free piece of scratch down, with page tables
 * from what it has mapped already.
 */
static int kho_take_early(struct kimage *image)
{
	const struct kho_wish wish = {
		.size = kho_early_needs() + KHO_SMALL_SEGMENTS,
		.min = SZ_1M,
		.end = PHYS_ADDR_MAX,
		.top_down = true,
	};
	struct kho_scratch *area;

	if (kho_spare(image) >= KHO_SMALL_SEGMENTS)
		return 0;
	area = kho_take_area(image, &wish);
	if (IS_ERR(area))
		return PTR_ERR(area);
	image->kho.early = area->addr;
	return 0;
}

/**
 * kho_free_kimage - give back what an image holds on demand
 * @image: any image
 *
 * Context: Process context, may sleep. Nobody else has @image any more.
 */
void kho_free_kimage(struct kimage *image)
{
	struct kho_scratch *area;

	if (!image->kho.areas)
		return;
	for_each_demand(area, image)
		if (area->size)
			kho_demand_give(area);
	kfree(image->kho.areas);
	image->kho.areas = NULL;
}

/**
 * kho_fill_kimage - let a handover travel with an image
 * @image: the image that is being loaded, before anybody has placed anything
 *
 * Makes the list of areas a segment of @image and notes the FDT's place. Does nothing
 * for a crash image and with KHO off. What the list says is settled when all segments
 * have their place, and read when they are loaded.
 *
 * Context: Process context, under the kexec lock.
 * Return: 0 on success. -ENOMEM if there is no memory for what the next kernel starts
 * with, -EINVAL if the image has too many segments.
 */
int kho_fill_kimage(struct kimage *image)
{
	unsigned int nr = kho_scratch_cnt + KHO_DEMAND_MAX;
	struct kexec_buf kbuf = {
		.image = image,
		.bufsz = nr * sizeof(*kho_scratch),
		.memsz = nr * sizeof(*kho_scratch),
		.mem = KEXEC_BUF_MEM_UNKNOWN,
		.buf_align = KHO_SCRATCH_LIST_ALIGN,
		.buf_max = ULONG_MAX,
		.top_down = true,
	};
	int err;

	if (!kho_wants(image))
		return 0;

	image->kho.areas = kcalloc(nr, sizeof(*kho_scratch), GFP_KERNEL);
	if (!image->kho.areas)
		return -ENOMEM;
	memcpy(image->kho.areas, kho_scratch,
	       kho_scratch_cnt * sizeof(*kho_scratch));
	kbuf.buffer = image->kho.areas;
	err = kho_take_early(image) ?: kexec_add_buffer(&kbuf);
	if (err)
		return err;

	image->kho.fdt = kho_out_fdt_phys();
	image->kho.fdt_size = KHO_DT_MAX;
	image->kho.scratch = kbuf.mem;
	image->kho.scratch_size = kbuf.bufsz;
	return 0;
}

/* Segments find their place */

/* The area above or below @prev, or the first one for NULL */
static const struct kho_scratch *kho_next_area(const struct kimage *image,
					       const struct kho_scratch *prev,
					       bool down)
{
	const struct kho_scratch *area, *next = NULL;

	for_each_area(area, image) {
		if (!area->size)
			continue;
		if (prev && (down ? area->addr >= prev->addr :
				    area->addr <= prev->addr))
			continue;
		if (!next || (down ? area->addr > next->addr :
				     area->addr < next->addr))
			next = area;
	}

	return next;
}

static int kho_place_in(const struct kho_scratch *area, struct kexec_buf *kbuf,
			int (*func)(struct resource *res, void *arg))
{
	struct resource res = {
		.start = area->addr,
		.end = area->addr + area->size - 1,
	};

	return func(&res, kbuf) == 1 ? 0 : -EADDRNOTAVAIL;
}

static int kho_place_in_areas(struct kexec_buf *kbuf,
			      int (*func)(struct resource *res, void *arg))
{
	const struct kimage *image = kbuf->image;
	const struct kho_scratch *area = NULL;

	if (kbuf->memsz > kho_spare(image))
		return -EADDRNOTAVAIL;
	while ((area = kho_next_area(image, area, kbuf->top_down)))
		if (!kho_place_in(area, kbuf, func))
			return 0;
	return -EADDRNOTAVAIL;
}

static int kho_place_on_demand(struct kexec_buf *kbuf,
			       int (*func)(struct resource *res, void *arg))
{
	const struct kho_scratch *highest = kho_next_area(kbuf->image, NULL, true);
	struct kho_wish wish = {
		.size = kbuf->memsz,
		.align = kbuf->buf_align,
		.min = max_t(phys_addr_t, kbuf->buf_min, SZ_1M),
		.end = kbuf->buf_max < PHYS_ADDR_MAX ? kbuf->buf_max + 1 :
						       PHYS_ADDR_MAX,
		.top_down = kbuf->top_down,
	};
	const struct kho_scratch *area;

	if (kbuf->top_down && highest && highest->addr > kbuf->buf_min)
		wish.end = min_t(phys_addr_t, wish.end, highest->addr);
	area = kho_take_area(kbuf->image, &wish);
	return IS_ERR(area) ? PTR_ERR(area) : kho_place_in(area, kbuf, func);
}

/**
 * kho_locate_mem_hole - find room in scratch for a segment
 * @kbuf: the segment and where it may lie
 * @func: tells whether a range holds @kbuf, and where; 1 for yes, as the walks
 *	of kexec_file.c have it
 *
 * The areas are tried by address, as the walks of all memory are. A loader that
 * places one segment above the other relies on that. What they have no room for gets
 * an area of its own.
 *
 * Context: Process context, under the kexec lock.
 * Return: 0 when @kbuf has its place. -EOPNOTSUPP when the image may lie
 * anywhere, because KHO is off or it is a crash image. -ENOMEM when there is no
 * contiguous memory, after a line in the log; -EINTR when the process is killed.
 */
int kho_locate_mem_hole(struct kexec_buf *kbuf,
			int (*func)(struct resource *res, void *arg))
{
	struct kimage *image = kbuf->image;

	if (!kho_wants(image))
		return -EOPNOTSUPP;

	/* A loader that tries once more, elsewhere, fares no better. */
	if (image->kho.short_of_memory)
		return -ENOMEM;
	if (!kho_place_in_areas(kbuf, func))
		return 0;
	return kho_place_on_demand(kbuf, func);
}

/* Whether the next kernel takes the handover at all, its command line decides. */
static void kho_warn_scratch_alone(u64 left)
{
	if (kho_version_out() == KHO_VERSION_1 && left < kho_boot_bytes)
		pr_warn("a next kernel that reads kho-v1 boots in scratch alone: it will find %llu MiB, where this one took %llu MiB; boot with a larger kho_scratch=\n",
			left >> 20, kho_boot_bytes >> 20);
}

/**
 * kho_check_kimage - whether the next kernel can be loaded and boot in scratch
 * @image: the image, after its loader has run
 * @err: what the loader returned
 *
 * Context: Process context, under the kexec lock.
 * Return: @err if that is an error. Else 0, or -EADDRNOTAVAIL if what the image leaves
 * of scratch is too little to boot in.
 */
int kho_check_kimage(struct kimage *image, int err)
{
	u64 total, used, needs;

	if (!kho_wants(image) || err)
		return err;

	kho_drop_unused(image);
	kho_version_of_image(image);
	total = kho_areas_sum(image);
	used = kho_image_used(image);
	needs = kho_early_needs();
	if (total - used >= needs) {
		kho_warn_scratch_alone(total - used);
		return 0;
	}

	pr_err("the image takes %llu KiB of %llu KiB scratch, which leaves less than the %llu KiB that the next kernel boots in\n",
	       used >> 10, total >> 10, needs >> 10);
	return -EADDRNOTAVAIL;
}

/**
 * kho_is_in_place - is a segment to be written to where it will run?
 * @image: its image
 * @phys: where it will run
 *
 * What lies in an area on demand is: the area's pages are nobody else's.
 *
 * Context: Process context, under the kexec lock.
 * Return: true when it is, and there is no copy of it.
 */
bool kho_is_in_place(const struct kimage *image, phys_addr_t phys)
{
	const struct kho_scratch *area;

	if (!image->kho.areas)
		return false;
	for_each_demand(area, image)
		if (phys >= area->addr && phys < area->addr + area->size)
			return true;
	return false;
}

/**
 * kho_load_segment - write a segment to where it will run
 * @image: its image
 * @segment: the segment, for which kho_is_in_place()
 *
 * Context: Process context, under the kexec lock.
 */
void kho_load_segment(const struct kimage *image,
		      const struct kexec_segment *segment)
{
	for (size_t done = 0; done < segment->memsz; done += PAGE_SIZE) {
		void *page = phys_to_virt(segment->mem + done);
		size_t size = 0;

		if (done < segment->bufsz)
			size = min_t(size_t, segment->bufsz - done, PAGE_SIZE);
		arch_kexec_post_alloc_pages(page, 1, 0);
		memcpy(page, segment->kbuf + done, size);
		memset(page + size, 0, PAGE_SIZE - size);
		arch_kexec_pre_free_pages(page, 1);
		cond_resched();
	}
}

/**
 * kho_check_kexec_load - whether the old system call may load an image
 * @nr_segments: how many segments; none unloads
 * @flags: of the system call
 *
 * The segments of kexec_load() lie where user space wants them, perhaps on
 * preserved memory, and nothing travels along. While producers preserve nothing,
 * nothing can be lost; should that change, kho_kexec_prepare() refuses.
 *
 * Context: Process context.
 * Return: 0, or -EBUSY while a producer has something preserved.
 */
int kho_check_kexec_load(unsigned long nr_segments, unsigned long flags)
{
	if (!nr_segments || flags & KEXEC_ON_CRASH)
		return 0;

	if (!kho_is_enabled() || !kho_preserved_bytes())
		return 0;

	pr_err("kexec_load() cannot hand over what is preserved; use kexec_file_load() (kexec -s)\n");
	return -EBUSY;
}

/**
 * kho_kexec_prepare - make the handover ready before an image is executed
 * @image: the ordinary image that is to run
 *
 * Nothing else has happened yet: on error the machine goes on as if nobody had
 * asked for a kexec, and what was not finalized before is not afterwards.
 *
 * Context: Process context, under the kexec lock, before devices are shut down.
 * Return: 0 when the kexec may go on, also with KHO off. -EBUSY if producers
 * have something preserved and @image carries no handover, else what kho_commit()
 * returned.
 */
int kho_kexec_prepare(struct kimage *image)
{
	const struct kho_scratch_list list = {
		.area = image->kho.areas,
		.nr = kho_scratch_cnt + KHO_DEMAND_MAX,
		.on_demand = KHO_DEMAND_MAX,
	};
	int err;

	if (!kho_is_enabled())
		return 0;

	if (image->kho.fdt)
		return kho_commit(&list);

	err = kho_commit_nothing();
	if (err)
		pr_err("memory is preserved, but the image carries no handover; load it with kexec_file_load() (kexec -s)\n");
	return err;
}
