// SPDX-License-Identifier: GPL-2.0-only
/* Which version is written, by choice and by the image; and the list of kho-v1 */

#include <linux/kho/abi/bitmaps.h>

#include "pages.h"
#include "../../../kernel/liveupdate/kho_bitmaps.h"
#include "../../../kernel/liveupdate/kho_version.h"

extern int (*sim_param_kho_version_setup)(char *arg);

static const struct release {
	const char *release;
	enum kho_version version;
} releases[] = {
	{ "6.12.117-kho (root@host) #1 SMP", KHO_VERSION_4 },
	{ "6.15.9", KHO_VERSION_4 },
	{ "6.16.0", KHO_VERSION_1 },
	{ "6.18.15+deb13-amd64", KHO_VERSION_1 },
	{ "6.19.11", KHO_VERSION_1 },
	{ "7.0.0-rc1", KHO_VERSION_1 },
	{ "7.1.13", KHO_VERSION_3 },
	{ "7.2", KHO_VERSION_4 },
	{ "7.10.1", KHO_VERSION_4 },
	{ "17.1.2", KHO_VERSION_4 },
	{ "", KHO_VERSION_4 },
	{ "six.16", KHO_VERSION_4 },
};

static const char *header_release;

const char *arch_kho_image_release(const void *buf, size_t size)
{
	return header_release;
}

/* What is written for an image of so many bytes */
static enum kho_version found(const void *bytes, size_t size)
{
	struct kimage image = { .kernel_buf_len = size };
	enum kho_version version;

	/* Of exactly that size, so that to read on is noticed */
	image.kernel_buf = malloc(size ?: 1);
	memcpy(image.kernel_buf, bytes, size);
	kho_version_go_by(kho_version_of_image(&image));
	version = kho_version_out();
	free(image.kernel_buf);
	return version;
}

static void by_release(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(releases); i++) {
		const struct release *r = &releases[i];

		if (!CHECK(kho_version_of_release(r->release) == r->version))
			printf("# %s\n", r->release);
		header_release = r->release;
		/* Which says more than what may be there by chance */
		CHECK(found("kho-v1", 6) == r->version);
	}
	header_release = NULL;
}

static void by_name(void)
{
	static const char both[] = "kho-v1\0kho-v4\0", late[] = "kkho-kho-v3";

	CHECK(found("", 0) == KHO_VERSION_4);
	CHECK(found("xkho-v1", 7) == KHO_VERSION_1);
	CHECK(found(late, sizeof(late)) == KHO_VERSION_3);
	CHECK(found(both, sizeof(both)) == KHO_VERSION_4);
	CHECK(found("kho-v1", 6) == KHO_VERSION_1);
	CHECK(found("kho-v1", 5) == KHO_VERSION_4);
	CHECK(found("kkkkkkkkkkkk", 12) == KHO_VERSION_4);
}

static void by_choice(void)
{
	char buf[PAGE_SIZE], word[] = "v1", wrong[] = "v2";

	CHECK(found("kho-v3", 6) == KHO_VERSION_3);
	CHECK(kho_version_show(buf) == 8 && !strcmp(buf, "auto v3\n"));
	CHECK(!kho_version_choose("v1\n") && kho_version_out() == KHO_VERSION_1);
	CHECK(found("kho-v3", 6) == KHO_VERSION_1);
	CHECK(kho_version_choose("v2") == -EINVAL && kho_version_choose("") == -EINVAL);
	CHECK(kho_version_show(buf) == 3 && !strcmp(buf, "v1\n"));
	CHECK(!kho_version_choose("auto") && kho_version_out() == KHO_VERSION_3);
	CHECK(found("kho-v4", 6) == KHO_VERSION_4);

	sim_quiet();
	CHECK(!sim_param_kho_version_setup(word) && !sim.log[0]);
	CHECK(kho_version_out() == KHO_VERSION_1);
	CHECK(!sim_param_kho_version_setup(wrong) && sim_printed('w') == 1);
	CHECK(!sim_param_kho_version_setup(NULL) && sim_printed('w') == 2);
	CHECK(!kho_version_choose("auto"));
}

static bool has_block(struct kho_radix_tree *tree, u64 phys, unsigned int order)
{
	return kho_radix_contains_key(tree, kho_radix_encode_key(phys, order));
}

static int add_block(struct kho_radix_tree *tree, u64 phys, unsigned int order)
{
	return kho_radix_add_key(tree, kho_radix_encode_key(phys, order));
}

/* All that a list says is in the map, and all that is in the map it says */
static void check_list(phys_addr_t chunk, struct kho_radix_tree *tree)
{
	unsigned long blocks = 0, order = 0, bit;
	struct kho_radix_iter iter;
	u64 key;

	for (; chunk; chunk = ((struct kho_v1_chunk *)phys_to_virt(chunk))->next) {
		struct kho_v1_chunk *list = phys_to_virt(chunk);

		CHECK(list->order >= order && list->count);
		order = list->order;
		for (unsigned int i = 0; i < list->count; i++) {
			unsigned long *bits = phys_to_virt(list->map[i].bitmap);

			for_each_set_bit(bit, bits, PAGE_SIZE * 8) {
				u64 phys = list->map[i].start +
					   ((u64)bit << order << PAGE_SHIFT);

				blocks++;
				CHECK(has_block(tree, phys, order));
			}
		}
	}
	kho_radix_iter_init(&iter, tree->root, 0, KHO_KEY_MAX);
	while (kho_radix_iter_next(&iter, &key))
		blocks--;
	CHECK(!blocks);
}

static void list_written(void)
{
	static const unsigned int orders[] = { 0, 0, 0, 1, 3, 3, MAX_PAGE_ORDER };
	struct kho_radix_tree tree;
	phys_addr_t first = 0;
	u32 crc = 0;

	sim_cold();
	if (!CHECK(!kho_radix_init_tree(&tree, NULL)))
		return;
	/* Far enough from one another for a bitmap each */
	for (unsigned int i = 0; i < ARRAY_SIZE(orders); i++)
		CHECK(!add_block(&tree, i * kho_v1_span(orders[i]), orders[i]));
	CHECK(!FAIL_EACH(kho_bitmaps_write(&tree, &first, &crc), -ENOMEM));
	check_list(first, &tree);
	CHECK(crc);
	kho_bitmaps_free(first);

	/* More of an order than a chunk can tell of */
	for (unsigned int i = 0; i < KHO_V1_CHUNK_MAX + 3; i++)
		CHECK(!add_block(&tree, i * kho_v1_span(2) +
				 (i % 5) * (PAGE_SIZE << 2), 2));
	CHECK(!FAIL_EACH(kho_bitmaps_write(&tree, &first, &crc), -ENOMEM));
	check_list(first, &tree);
	kho_bitmaps_free(first);

	CHECK(!add_block(&tree, 0, MAX_PAGE_ORDER + 1));
	sim_quiet();
	CHECK(kho_bitmaps_write(&tree, &first, &crc) == -EOPNOTSUPP);
	CHECK(sim_printed('e') == 1);
	kho_radix_destroy_tree(&tree);
}

/* What is handed over for such a kernel, written by what writes all of it */
static void written_whole(void)
{
	struct kho_fdt_root root;

	sim_cold();
	CHECK(!kho_preserve_pages(pfn_to_page(BANK_B), 9));
	CHECK(!kho_version_choose("v1") && !kho_finalize());
	CHECK(!kho_check_fdt(phys_to_virt(kho_out_fdt_phys()), KHO_DT_MAX, &root));
	CHECK(root.bitmaps && root.has_crc_tree && root.map);
	check_list(root.map, &kho_out_tree);
	CHECK(!kho_abort() && !kho_version_choose("auto") && !kho_finalize());
	CHECK(!kho_check_fdt(phys_to_virt(kho_out_fdt_phys()), KHO_DT_MAX, &root));
	CHECK(!root.bitmaps);
	CHECK(!kho_abort());
}

const struct check checks_version[] = {
	{ "version: by the release in an image's header", by_release },
	{ "version: by the names in an image", by_name },
	{ "version: by choice", by_choice },
	{ "version: the list of bitmaps says what the map does", list_written },
	{ "version: written whole, and in another version then", written_whole },
	{ }
};
