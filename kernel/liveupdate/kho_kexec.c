// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: how a handover travels with a kexec image.
 *
 * kexec_file_load() puts every segment of an ordinary image into scratch, so
 * that neither the copy nor the next kernel's first steps write over preserved
 * memory: into the reserve as far as it goes, else into areas on demand. What is
 * taken there is the image's for as long as it is loaded, so that its segments are
 * written to where they will run.
 *
 * With the image go two addresses: the FDT's, whose place is fixed for as long as
 * this kernel runs and whose content is written at finalize, and that of the scratch
 * list, which is a segment of its own. An image that was loaded early therefore
 * carries whatever is preserved when it is executed.
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
#include <linux/purgatory.h>
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

/**
 * struct kho_image_memory - where an image and the next kernel's first pages may lie
 * @early: address of the area that is for these
 * @unplaced: bytes for which there was no memory
 * @shortage: what there was instead
 * @version: what the image reads
 * @area: the reserve, and places for what the image holds: first for areas on demand,
 *	which travel with the reserve in the list; then for parts of the reserve
 */
struct kho_image_memory {
	phys_addr_t early;
	u64 unplaced;
	struct kho_shortage shortage;
	enum kho_version version;
	struct kho_scratch area[];
};

/* Places for what the image holds */
#define KHO_HELD		(2 * KHO_DEMAND_MAX)

static struct kho_scratch *kho_held(const struct kimage *image)
{
	return image->kho.memory->area + kho_scratch_cnt;
}

static u64 kho_areas_sum(const struct kimage *image)
{
	const struct kho_scratch *area = image->kho.memory->area;
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < KHO_LISTED; i++)
		sum += area[i].size;
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
	const struct kho_scratch *area = image->kho.memory->area;
	u64 used = 0;
	unsigned int i;

	for (i = 0; i < KHO_LISTED; i++)
		used += kho_area_used(image, &area[i]);

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

/* Does a segment leave enough of the areas for the next kernel's first steps? */
static bool kho_leaves_room(const struct kimage *image, u64 size)
{
	return kho_areas_sum(image) >=
	       kho_image_used(image) + size + kho_early_needs();
}

/* Memory is taken, and given back */

/* A loader may have tried elsewhere first. */
static void kho_drop_unused(struct kimage *image)
{
	struct kho_scratch *area = kho_held(image);
	unsigned int i;

	for (i = 0; i < KHO_HELD; i++, area++) {
		if (!area->size || area->addr == image->kho.memory->early ||
		    kho_area_used(image, area))
			continue;
		kho_demand_give(area);
		*area = (struct kho_scratch){};
	}
}

/* A place for what is to be taken of the reserve, or on demand; NULL if there is none */
static struct kho_scratch *kho_free_place(struct kimage *image, bool reserve)
{
	struct kho_scratch *area = kho_held(image) +
				   (reserve ? KHO_DEMAND_MAX : 0);
	unsigned int i;

	for (i = 0; i < KHO_DEMAND_MAX; i++)
		if (!area[i].size)
			return &area[i];
	return NULL;
}

static struct kho_scratch *kho_take(struct kimage *image, struct kho_wish *wish,
				    bool reserve)
{
	struct kho_scratch *area = kho_free_place(image, reserve);
	int err;

	if (!area)
		return ERR_PTR(-ENOMEM);
	wish->reserve = reserve;
	err = kho_demand_take(wish, area, &image->kho.memory->shortage);
	return err ? ERR_PTR(err) : area;
}

/*
 * What the next kernel starts with where the reserve has no room for that, and the
 * small segments. It lies above the other areas: x86 maps memory from its highest free
 * piece of scratch down, with page tables from what it has mapped already.
 */
static int kho_take_early(struct kimage *image)
{
	bool reserve = kho_leaves_room(image, KHO_SMALL_SEGMENTS);
	struct kho_wish wish = {
		.size = KHO_SMALL_SEGMENTS + (reserve ? 0 : kho_early_needs()),
		.min = SZ_1M,
		.end = PHYS_ADDR_MAX,
		.top_down = true,
	};
	struct kho_scratch *area = kho_take(image, &wish, reserve);

	if (!IS_ERR(area)) {
		image->kho.memory->early = area->addr;
		return 0;
	}
	/* Small segments find their place as large ones do. */
	if (reserve)
		return 0;
	if (area != ERR_PTR(-EINTR))
		image->kho.memory->unplaced = wish.size;
	return PTR_ERR(area);
}

/**
 * kho_free_kimage - give back what an image holds on demand
 * @image: any image
 *
 * Context: Process context, may sleep. Nobody else has @image any more.
 */
void kho_free_kimage(struct kimage *image)
{
	const struct kho_scratch *area;
	unsigned int i;

	if (!image->kho.memory)
		return;
	area = kho_held(image);
	for (i = 0; i < KHO_HELD; i++)
		if (area[i].size)
			kho_demand_give(&area[i]);
	kfree(image->kho.memory);
	image->kho.memory = NULL;
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
	unsigned int nr = KHO_LISTED;
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

	image->kho.memory = kzalloc(struct_size(image->kho.memory, area,
						nr + KHO_DEMAND_MAX), GFP_KERNEL);
	if (!image->kho.memory)
		return -ENOMEM;
	memcpy(image->kho.memory->area, kho_scratch,
	       kho_scratch_cnt * sizeof(*kho_scratch));
	kbuf.buffer = image->kho.memory->area;
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

static int kho_place_in(const struct kho_scratch *area, struct kexec_buf *kbuf,
			int (*func)(struct resource *res, void *arg))
{
	struct resource res = {
		.start = area->addr,
		.end = area->addr + area->size - 1,
	};

	return func(&res, kbuf) == 1 ? 0 : -EADDRNOTAVAIL;
}

/* In one of some areas, tried by address */
static int kho_place_in_any(const struct kho_scratch *areas, unsigned int nr,
			    struct kexec_buf *kbuf,
			    int (*func)(struct resource *res, void *arg))
{
	const struct kho_scratch *area = NULL;

	if (!kho_leaves_room(kbuf->image, kbuf->memsz))
		return -EADDRNOTAVAIL;
	while ((area = kho_next_area(areas, nr, area, kbuf->top_down)))
		if (!kho_place_in(area, kbuf, func))
			return 0;
	return -EADDRNOTAVAIL;
}

/* Is the reserve large enough for all of the image beside what lies in it now? */
static bool kho_reserve_is_large(const struct kexec_buf *kbuf)
{
	unsigned int i;

	for (i = 0; i < kho_scratch_cnt; i++)
		if (kho_scratch[i].size >=
		    2 * (u64)kbuf->memsz + kbuf->image->initrd_buf_len)
			return true;
	return false;
}

/*
 * Takes memory for the segment alone: of the reserve, as far as that goes, or on
 * demand. Where the next segments have to lie above this one, a reserve that has not
 * the room for them as well comes last.
 */
static struct kho_scratch *kho_take_for(struct kexec_buf *kbuf)
{
	struct kimage *image = kbuf->image;
	const struct kho_scratch *highest;
	struct kho_wish wish = {
		.size = kbuf->memsz,
		.align = kbuf->buf_align,
		.min = max_t(phys_addr_t, kbuf->buf_min, SZ_1M),
		.end = min_t(phys_addr_t, kbuf->buf_max, PHYS_ADDR_MAX - 1) + 1,
		.top_down = kbuf->top_down,
	};
	bool room = kho_leaves_room(image, kbuf->memsz);
	bool last = !kbuf->top_down && !kho_reserve_is_large(kbuf);
	struct kho_scratch *area;

	if (room && !last) {
		area = kho_take(image, &wish, true);
		if (!IS_ERR(area))
			return area;
	}

	highest = kho_next_area(image->kho.memory->area, KHO_LISTED, NULL, true);
	if (kbuf->top_down && highest && highest->addr > kbuf->buf_min)
		wish.end = min_t(phys_addr_t, wish.end, highest->addr);
	area = kho_take(image, &wish, false);
	if (IS_ERR(area) && room && last)
		area = kho_take(image, &wish, true);
	return area;
}

/**
 * kho_locate_mem_hole - find room in scratch for a segment
 * @kbuf: the segment and where it may lie
 * @func: tells whether a range holds @kbuf, and where; 1 for yes, as the walks
 *	of kexec_file.c have it
 *
 * In what the image holds already; else in memory that is taken for it; else, when
 * there is none, in the reserve, whose users keep it until the kexec, and the segment
 * is copied there then.
 *
 * Areas are tried by address, as the walks of all memory are. A loader that places
 * one segment above the other relies on that.
 *
 * Context: Process context, under the kexec lock.
 * Return: 0 when @kbuf has its place. -EOPNOTSUPP when the image may lie
 * anywhere, because KHO is off or it is a crash image. -ENOMEM when there is no
 * contiguous memory; -EINTR when the process is killed.
 */
int kho_locate_mem_hole(struct kexec_buf *kbuf,
			int (*func)(struct resource *res, void *arg))
{
	struct kimage *image = kbuf->image;
	struct kho_scratch *area;

	if (!kho_wants(image))
		return -EOPNOTSUPP;

	/* A loader that tries once more, elsewhere, fares no better. */
	if (image->kho.memory->unplaced)
		return -ENOMEM;
	if (!kho_place_in_any(kho_held(image), KHO_HELD, kbuf, func))
		return 0;

	kho_drop_unused(image);
	area = kho_take_for(kbuf);
	if (!IS_ERR(area) && !kho_place_in(area, kbuf, func))
		return 0;
	if (area == ERR_PTR(-EINTR))
		return -EINTR;
	if (!kho_place_in_any(kho_scratch, kho_scratch_cnt, kbuf, func))
		return 0;
	image->kho.memory->unplaced = kbuf->memsz;
	return -ENOMEM;
}

static void kho_tell_shortage(const struct kimage *image, u64 size)
{
	const struct kho_shortage *shortage = &image->kho.memory->shortage;

	pr_err("no %llu KiB of contiguous memory for the image: the largest piece that can be taken is %llu KiB, in zone %s; kho=on and kho_scratch= reserve it at boot\n",
	       size >> 10, shortage->largest >> 10, shortage->zone ?: "none");
}

/* Whether the next kernel takes the handover at all, its command line decides. */
static void kho_warn_scratch_alone(const struct kimage *image)
{
	u64 left = kho_areas_sum(image) - kho_image_used(image);

	if (kho_version_out() == KHO_VERSION_1 && left < kho_boot_bytes)
		pr_warn("a next kernel that reads kho-v1 boots in scratch alone: it will find %llu MiB, where this one took %llu MiB; boot with a larger kho_scratch=\n",
			left >> 20, kho_boot_bytes >> 20);
}

/**
 * kho_check_kimage - settle what an image holds
 * @image: the image, after its loader has run
 * @err: what the loader returned
 *
 * Context: Process context, under the kexec lock.
 * Return: @err, after a line in the log if that was for want of contiguous memory.
 */
int kho_check_kimage(struct kimage *image, int err)
{
	if (!kho_wants(image) || !image->kho.memory)
		return err;

	if (err) {
		if (image->kho.memory->unplaced)
			kho_tell_shortage(image, image->kho.memory->unplaced);
		return err;
	}

	kho_drop_unused(image);
	image->kho.memory->version = kho_version_of_image(image);
	kho_version_go_by(image->kho.memory->version);
	kho_warn_scratch_alone(image);
	return 0;
}

/**
 * kho_is_in_place - is a segment to be written to where it will run?
 * @image: its image
 * @phys: where it will run
 * @size: bytes
 *
 * It is if the image holds the memory there.
 *
 * Context: Process context, under the kexec lock.
 * Return: true when it is, and there is no copy of it.
 */
bool kho_is_in_place(const struct kimage *image, phys_addr_t phys, size_t size)
{
	const struct kho_scratch *area;
	unsigned int i;

	if (!image->kho.memory)
		return false;
	area = kho_held(image);
	for (i = 0; i < KHO_HELD; i++)
		if (phys >= area[i].addr &&
		    phys + size <= area[i].addr + area[i].size)
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

/* Whoever changes a segment once more, when the kexec has begun, is not to be caught. */
static bool kho_is_checked(const struct kimage *image, unsigned long i)
{
#ifdef CONFIG_IMA_KEXEC
	if (image->is_ima_segment_index_set && image->ima_segment_index == i)
		return false;
#endif
	return image->segment[i].kbuf != image->purgatory_info.purgatory_buf;
}

/**
 * arch_kho_can_check - will purgatory check an image by crc32c?
 *
 * Context: Any.
 * Return: true when there is one, and the processor has an instruction for it.
 */
bool __weak arch_kho_can_check(void)
{
	return false;
}

/**
 * kho_store_checksum - have purgatory check an image faster
 * @image: the image, all of its segments but purgatory complete
 *
 * What the digest of other images is for, to keep a kernel that somebody has written
 * over from being run, a crc32c does as well: neither stands in anybody's way who
 * means to do so. What is checked is what was loaded, without the zeroes behind it.
 *
 * Context: Process context, under the kexec lock.
 * Return: 0 on success; -EOPNOTSUPP when the image carries no handover, or the
 * architecture has no such check; an error of kexec_purgatory_get_set_symbol().
 */
int kho_store_checksum(struct kimage *image)
{
	struct kexec_sha_region regions[KEXEC_SEGMENT_MAX] = {};
	unsigned long i, nr = 0;
	/* That there is one, and the sum */
	u32 check[2] = { 1, ~0U };

	if (!IS_ENABLED(CONFIG_ARCH_SUPPORTS_KEXEC_PURGATORY) ||
	    !image->kho.fdt || !arch_kho_can_check())
		return -EOPNOTSUPP;

	for (i = 0; i < image->nr_segments; i++) {
		const struct kexec_segment *segment = &image->segment[i];

		if (!kho_is_checked(image, i))
			continue;
		regions[nr].start = segment->mem;
		regions[nr++].len = segment->bufsz;
		check[1] = kho_crc32c(check[1], segment->kbuf, segment->bufsz);
		cond_resched();
	}
	check[1] = ~check[1];

	return kexec_purgatory_get_set_symbol(image, "purgatory_sha_regions",
					      regions, sizeof(regions), false) ?:
	       kexec_purgatory_get_set_symbol(image, "purgatory_crc32c",
					      check, sizeof(check), false);
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

	if (image->kho.fdt) {
		/* Another one may have been looked at since, and not been loaded. */
		kho_version_go_by(image->kho.memory->version);
		return kho_commit(image->kho.memory->area);
	}

	err = kho_commit_nothing();
	if (err)
		pr_err("memory is preserved, but the image carries no handover; load it with kexec_file_load() (kexec -s)\n");
	return err;
}
