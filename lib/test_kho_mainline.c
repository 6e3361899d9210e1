// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test driver for Kexec HandOver: what a driver that was written for mainline
 * includes and calls. That it compiles is the test; it is never called.
 */
#include <linux/kexec_handover.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/kho_radix_tree.h>

#include "test_kho.h"

/* As such a driver has it in its blob, with nothing more included. */
struct mainline_blob {
	struct kho_vmalloc area;
	u64 folio;
	u64 pages;
};

int test_kho_mainline_preserve(struct folio *folio, struct page *page, void *area)
{
	struct mainline_blob *blob;
	int err;

	if (!kho_is_enabled())
		return -EOPNOTSUPP;
	blob = kho_alloc_preserve(sizeof(*blob));
	if (IS_ERR(blob))
		return PTR_ERR(blob);

	err = kho_preserve_folio(folio);
	if (err)
		goto free;
	err = kho_preserve_pages(page, 1);
	if (err)
		goto folio;
	err = kho_preserve_vmalloc(area, &blob->area);
	if (err)
		goto pages;
	blob->folio = PFN_PHYS(folio_pfn(folio));
	blob->pages = page_to_phys(page);
	err = kho_add_subtree("mainline", blob, sizeof(*blob));
	if (!err)
		return 0;

	kho_unpreserve_vmalloc(&blob->area);
pages:
	kho_unpreserve_pages(page, 1);
folio:
	kho_unpreserve_folio(folio);
free:
	kho_remove_subtree(blob);
	kho_unpreserve_free(blob);
	return err;
}

int test_kho_mainline_restore(void)
{
	struct kho_radix_tree set = {};
	struct mainline_blob *blob;
	phys_addr_t phys;
	size_t size;
	int err;

	if (!is_kho_boot())
		return -ENOENT;
	err = kho_retrieve_subtree("mainline", &phys, &size);
	if (err)
		return err;
	blob = phys_to_virt(phys);
	if (!kho_restore_folio(blob->folio) || !kho_restore_pages(blob->pages, 1) ||
	    !kho_restore_vmalloc(&blob->area))
		err = -ENOENT;
	kho_restore_free(blob);

	err = err ?: kho_radix_init_tree(&set, NULL);
	if (err)
		return err;
	err = kho_radix_add_key(&set, kho_radix_encode_key(phys, 0)) ?:
	      kho_radix_del_key(&set, kho_radix_encode_key(phys, 0));
	kho_radix_destroy_tree(&set);
	return err;
}
