// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that goes from any kernel with KHO to any other: blocks of several orders,
 * a run of pages and a vmalloc area, each filled with what follows from its place.
 *
 * action=start	allocates all of it, and hands it over
 * action=hop	takes back what came, checks each byte, and hands it over again
 * action=end	takes back, checks, and frees
 */
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/vmalloc.h>
/* Where struct kho_vmalloc is, with 7.1 and here */
#if KHO_KERNEL < 616 || KHO_KERNEL >= 701
#include <linux/kho/abi/kexec_handover.h>
#endif

/*
 * KHO_KERNEL is the kernel's version, 618 for 6.18. From 6.16 to 6.18 there is a chain
 * of producers that are asked at finalize; up to 7.0 blobs have no sizes.
 */
#define OLD_CALLS	(KHO_KERNEL >= 616 && KHO_KERNEL <= 618)
#define NO_SIZES	(KHO_KERNEL >= 616 && KHO_KERNEL <= 700)

#define NAME		"interop"
#define RUN_PAGES	7
#define AREA_PAGES	37
#define MAGIC		0x6b686f2d6f766572ULL

static char *action = "start";
module_param(action, charp, 0400);
static unsigned int max_order = 9;
module_param(max_order, uint, 0400);
static unsigned int scattered = 300;
module_param(scattered, uint, 0400);

/* So many blocks of each order, and single pages that lie apart */
#define EACH		3
#define BLOCKS_MAX	1024

/* What the producer hands over, behind the header of an FDT: see write_fdt(). */
struct interop {
	u64 magic;
	u64 run;
	struct kho_vmalloc area;
	u32 nr_blocks;
	u32 hops;
	struct {
		u64 phys;
		u64 order;
	} block[BLOCKS_MAX];
};

/* An FDT with one property, which holds the struct: kho-v1 knows nothing else. */
struct blob {
	struct fdt_header header;
	fdt64_t rsvmap[2];
	fdt32_t begin, name, prop, len, nameoff;
	fdt32_t pad;
	struct interop data;
	fdt32_t end_node, end;
	char strings[8];
};

#define BLOB_ORDER	get_order(sizeof(struct blob))

static struct blob *blob;
static void *area;

static void write_fdt(struct blob *b)
{
	b->header.magic = cpu_to_be32(0xd00dfeed);
	b->header.totalsize = cpu_to_be32(sizeof(*b));
	b->header.off_dt_struct = cpu_to_be32(offsetof(struct blob, begin));
	b->header.off_dt_strings = cpu_to_be32(offsetof(struct blob, strings));
	b->header.off_mem_rsvmap = cpu_to_be32(offsetof(struct blob, rsvmap));
	b->header.version = cpu_to_be32(17);
	b->header.last_comp_version = cpu_to_be32(16);
	b->header.size_dt_strings = cpu_to_be32(sizeof(b->strings));
	b->header.size_dt_struct = cpu_to_be32(offsetof(struct blob, strings) -
					       offsetof(struct blob, begin));
	b->begin = cpu_to_be32(1);
	b->prop = cpu_to_be32(3);
	/* With the four bytes that align it */
	b->len = cpu_to_be32(sizeof(b->data) + sizeof(b->pad));
	b->end_node = cpu_to_be32(2);
	b->end = cpu_to_be32(9);
	strscpy(b->strings, "data", sizeof(b->strings));
}

static u64 word_at(u64 key, unsigned int i)
{
	return (key + i) * 0x9e3779b97f4a7c15ULL;
}

static void fill(void *page, u64 key)
{
	u64 *word = page;

	for (unsigned int i = 0; i < PAGE_SIZE / 8; i++)
		word[i] = word_at(key, i);
}

static bool filled(const void *page, u64 key)
{
	const u64 *word = page;

	for (unsigned int i = 0; i < PAGE_SIZE / 8; i++)
		if (word[i] != word_at(key, i))
			return false;
	return true;
}

static int hand_over(void)
{
#if OLD_CALLS
	return 0;
#elif NO_SIZES
	return kho_add_subtree(NAME, blob);
#else
	return kho_add_subtree(NAME, blob, sizeof(*blob));
#endif
}

#if OLD_CALLS
static int asked(struct notifier_block *nb, unsigned long event, void *ser)
{
	int err = 0;

	if (event == KEXEC_KHO_FINALIZE)
		err = kho_add_subtree(ser, NAME, blob);
	return notifier_from_errno(err);
}

static struct notifier_block chain = { .notifier_call = asked };
#endif

static int preserve_all(void)
{
	struct interop *data = &blob->data;
	int err;

	for (unsigned int i = 0; i < data->nr_blocks; i++) {
		err = kho_preserve_folio(page_folio(pfn_to_page(PHYS_PFN(data->block[i].phys))));
		if (err)
			return err;
	}
	err = kho_preserve_pages(pfn_to_page(PHYS_PFN(data->run)), RUN_PAGES);
	if (!err)
		err = kho_preserve_vmalloc(area, &data->area);
	if (!err)
		err = kho_preserve_folio(virt_to_folio(blob));
	write_fdt(blob);
	if (!err)
		err = hand_over();
#if OLD_CALLS
	if (!err)
		err = register_kho_notifier(&chain);
#endif
	return err;
}

static int add_block(unsigned int order)
{
	struct interop *data = &blob->data;
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_NOWARN, order);

	if (!page)
		return -ENOMEM;
	for (unsigned int i = 0; i < 1U << order; i++)
		fill(page_address(page + i), data->nr_blocks * 4096 + i);
	data->block[data->nr_blocks].phys = page_to_phys(page);
	data->block[data->nr_blocks++].order = order;
	return 0;
}

static int add_blocks(void)
{
	struct page *apart[8] = {};
	int err = 0;

	for (unsigned int order = 0; order <= max_order; order++)
		for (unsigned int i = 0; i < EACH && !err; i++)
			err = add_block(order);
	/* What lies between the scattered ones is somebody else's for a while */
	for (unsigned int i = 0; i < scattered && !err; i++) {
		if (apart[i % 8])
			__free_page(apart[i % 8]);
		apart[i % 8] = alloc_page(GFP_KERNEL);
		err = add_block(0);
	}
	for (unsigned int i = 0; i < 8; i++)
		if (apart[i])
			__free_page(apart[i]);
	return err;
}

static int start(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_ZERO, BLOB_ORDER);
	void *run = alloc_pages_exact(RUN_PAGES * PAGE_SIZE, GFP_KERNEL);
	int err;

	area = vmalloc(AREA_PAGES * PAGE_SIZE);
	if (!page || !run || !area)
		return -ENOMEM;
	blob = page_address(page);
	blob->data.magic = MAGIC;
	err = add_blocks();
	if (err)
		return err;
	blob->data.run = virt_to_phys(run);
	for (unsigned int i = 0; i < RUN_PAGES; i++)
		fill(run + i * PAGE_SIZE, (1 << 24) + i);
	for (unsigned int i = 0; i < AREA_PAGES; i++)
		fill(area + i * PAGE_SIZE, (2 << 24) + i);
	return preserve_all();
}

static int check_pages(const char *what, void *start, unsigned int nr, u64 key)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (filled(start + i * PAGE_SIZE, key + i))
			continue;
		pr_err("kho_interop: page %u of %s is not what it was\n", i, what);
		return -EBADMSG;
	}
	return 0;
}

static int take_block(unsigned int nr)
{
	struct interop *data = &blob->data;
	struct folio *folio = kho_restore_folio(data->block[nr].phys);

	if (!folio || folio_order(folio) != data->block[nr].order) {
		pr_err("kho_interop: block %u of order %llu did not come\n", nr,
		       data->block[nr].order);
		return -ENOENT;
	}
	return check_pages("a block", folio_address(folio), folio_nr_pages(folio),
			   nr * 4096);
}

static int take_all(void)
{
	struct interop *data;
	phys_addr_t phys;
	int err;

#if NO_SIZES
	err = kho_retrieve_subtree(NAME, &phys);
#else
	err = kho_retrieve_subtree(NAME, &phys, NULL);
#endif
	if (err)
		return err;
	blob = phys_to_virt(phys);
	data = &blob->data;
	if (!kho_restore_folio(phys) || data->magic != MAGIC)
		return -EBADMSG;
	for (unsigned int i = 0; i < data->nr_blocks && !err; i++)
		err = take_block(i);
	if (!err && !kho_restore_pages(data->run, RUN_PAGES))
		err = -ENOENT;
	area = err ? NULL : kho_restore_vmalloc(&data->area);
	if (!err && !area)
		err = -ENOENT;
	err = err ?: check_pages("the run", phys_to_virt(data->run), RUN_PAGES, 1 << 24);
	err = err ?: check_pages("the area", area, AREA_PAGES, 2 << 24);
	if (!err)
		pr_info("kho_interop: %u blocks, a run and an area came, hop %u\n",
			data->nr_blocks, ++data->hops);
	return err;
}

static void free_all(void)
{
	struct interop *data = &blob->data;

	for (unsigned int i = 0; i < data->nr_blocks; i++)
		folio_put(page_folio(pfn_to_page(PHYS_PFN(data->block[i].phys))));
	for (unsigned int i = 0; i < RUN_PAGES; i++)
		__free_page(pfn_to_page(PHYS_PFN(data->run)) + i);
	vfree(area);
	folio_put(virt_to_folio(blob));
}

static int __init interop_init(void)
{
	int err;

	if (!strcmp(action, "start"))
		return start();
	err = take_all();
	if (err)
		return err;
	if (!strcmp(action, "hop"))
		return preserve_all();
	free_all();
	return 0;
}

/* It stays: what it holds is the next kernel's. */
module_init(interop_init);

MODULE_DESCRIPTION("Kexec HandOver between kernels of different versions");
MODULE_LICENSE("GPL");
