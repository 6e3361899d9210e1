// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: how a handover travels with a kexec image.
 *
 * kexec_file_load() puts every segment of an ordinary image into scratch, so
 * that neither the copy nor the next kernel's first steps write over preserved
 * memory. With the image go two addresses: the FDT's, whose place is fixed for
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

#include <linux/errno.h>
#include <linux/ioport.h>
#include <linux/kexec.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/pgtable.h>
#include <linux/printk.h>
#include <linux/sizes.h>

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

static bool kho_wants(const struct kimage *image)
{
	return kho_is_enabled() && image->type != KEXEC_TYPE_CRASH;
}

static u64 kho_scratch_largest(void)
{
	u64 largest = 0;
	unsigned int i;

	for (i = 0; i < kho_scratch_cnt; i++)
		largest = max(largest, kho_scratch[i].size);

	return largest;
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
	unsigned int i;
	u64 used = 0;

	for (i = 0; i < kho_scratch_cnt; i++)
		used += kho_area_used(image, &kho_scratch[i]);

	return used;
}

/*
 * What the next kernel takes from scratch to start with. Between its first page and
 * the moment at which it opens the gaps between preserved blocks, a kernel maps all
 * memory and learns of its nodes. The estimate assumes a next kernel that is
 * configured like this one. Page tables are nearly all of it where each page has an
 * entry of its own: arm64 does so by default, x86 for DEBUG_PAGEALLOC.
 */
static u64 kho_early_needs(u64 ram)
{
	bool by_page = IS_ENABLED(CONFIG_ARM64) || debug_pagealloc_enabled();
	u64 tables = ram / (by_page ? PAGE_SIZE : PMD_SIZE) * sizeof(pte_t);

	return tables + KHO_EARLY_BASE +
	       (u64)num_possible_nodes() * KHO_EARLY_NODE;
}

/**
 * kho_fill_kimage - let a handover travel with an image
 * @image: the image that is being loaded, before its loader has placed anything
 *
 * Makes the scratch list a segment of @image and notes the FDT's place. Does
 * nothing for a crash image and with KHO off.
 *
 * Context: Process context, under the kexec lock.
 * Return: 0 on success. -EADDRNOTAVAIL if scratch has no room for the list, -EINVAL
 * if the image has too many segments.
 */
int kho_fill_kimage(struct kimage *image)
{
	struct kexec_buf kbuf = {
		.image = image,
		.buffer = kho_scratch,
		.bufsz = kho_scratch_cnt * sizeof(*kho_scratch),
		.memsz = kho_scratch_cnt * sizeof(*kho_scratch),
		.mem = KEXEC_BUF_MEM_UNKNOWN,
		.buf_align = KHO_SCRATCH_LIST_ALIGN,
		.buf_max = ULONG_MAX,
		.top_down = true,
	};
	int err;

	if (!kho_wants(image))
		return 0;

	err = kexec_add_buffer(&kbuf);
	if (err)
		return err;

	image->kho.fdt = kho_out_fdt_phys();
	image->kho.fdt_size = KHO_DT_MAX;
	image->kho.scratch = kbuf.mem;
	image->kho.scratch_size = kbuf.bufsz;
	return 0;
}

/* The area above or below @prev, or the first one for NULL */
static const struct kho_scratch *kho_next_area(const struct kho_scratch *prev,
					       bool down)
{
	const struct kho_scratch *area, *next = NULL;

	for (area = kho_scratch; area < kho_scratch + kho_scratch_cnt; area++) {
		if (prev && (down ? area->addr >= prev->addr :
				    area->addr <= prev->addr))
			continue;
		if (!next || (down ? area->addr > next->addr :
				     area->addr < next->addr))
			next = area;
	}

	return next;
}

/**
 * kho_locate_mem_hole - find room in scratch for a segment
 * @kbuf: the segment and where it may lie
 * @func: tells whether a range holds @kbuf, and where; 1 for yes, as the walks
 *	of kexec_file.c have it
 *
 * The areas are tried by address, as the walks of all memory are. A loader that
 * places one segment above the other relies on that.
 *
 * Context: Process context, under the kexec lock.
 * Return: 0 when @kbuf has its place. -EOPNOTSUPP when the image may lie
 * anywhere, because KHO is off or it is a crash image. -EADDRNOTAVAIL when no
 * scratch area has room.
 */
int kho_locate_mem_hole(struct kexec_buf *kbuf,
			int (*func)(struct resource *res, void *arg))
{
	const struct kho_scratch *area = NULL;
	struct kimage *image = kbuf->image;

	if (!kho_wants(image))
		return -EOPNOTSUPP;

	while ((area = kho_next_area(area, kbuf->top_down))) {
		struct resource res = {
			.start = area->addr,
			.end = area->addr + area->size - 1,
		};

		if (func(&res, kbuf) == 1)
			return 0;
	}

	/* A loader may try elsewhere: kho_check_kimage() tells it, if at all. */
	image->kho.unplaced = max(image->kho.unplaced, kbuf->memsz);
	return -EADDRNOTAVAIL;
}

static int kho_check_room(const struct kimage *image)
{
	u64 needs = kho_early_needs((u64)get_num_physpages() << PAGE_SHIFT);
	u64 total = 0, used = kho_image_used(image);
	unsigned int i;

	for (i = 0; i < kho_scratch_cnt; i++)
		total += kho_scratch[i].size;

	if (total - used >= needs) {
		/* Whether it takes the handover, its command line decides. */
		if (kho_version_out() == KHO_VERSION_1 &&
		    total - used < kho_boot_bytes)
			pr_warn("a next kernel that reads kho-v1 boots in scratch alone: it will find %llu MiB, where this one took %llu MiB; boot with a larger kho_scratch=\n",
				(total - used) >> 20, kho_boot_bytes >> 20);
		return 0;
	}

	pr_err("the image takes %llu KiB of %llu KiB scratch, which leaves less than the %llu KiB that the next kernel boots in; use a smaller image or boot with a larger kho_scratch=\n",
	       used >> 10, total >> 10, needs >> 10);
	return -EADDRNOTAVAIL;
}

/**
 * kho_check_kimage - whether the next kernel can be loaded and boot in scratch
 * @image: the image, after its loader has run
 * @err: what the loader returned
 *
 * Context: Process context, under the kexec lock.
 * Return: @err if that is an error, after a line in the log if it was for want
 * of scratch. Else 0, or -EADDRNOTAVAIL if a segment is not in scratch or what
 * the image leaves of scratch is too little to boot in.
 */
int kho_check_kimage(struct kimage *image, int err)
{
	if (!kho_wants(image))
		return err;

	if (err) {
		if (err == -EADDRNOTAVAIL && image->kho.unplaced)
			pr_err("a segment of %lu KiB does not fit into scratch: the largest area is %llu KiB, other segments take %llu KiB\n",
			       DIV_ROUND_UP(image->kho.unplaced, SZ_1K),
			       kho_scratch_largest() >> 10,
			       kho_image_used(image) >> 10);
		return err;
	}

	kho_version_of_image(image);
	return kho_check_room(image);
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
	int err;

	if (!kho_is_enabled())
		return 0;

	if (image->kho.fdt)
		return kho_commit();

	err = kho_commit_nothing();
	if (err)
		pr_err("memory is preserved, but the image carries no handover; load it with kexec_file_load() (kexec -s)\n");
	return err;
}
