// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: look at all that is preserved before the next kernel does.
 *
 * A handover that is wrong in one place is refused as a whole there, and
 * everything is lost. Here it can still be told whose memory it was, and the
 * kexec be stopped. The work goes with the number of blocks, and in debug builds
 * with that of their pages.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "kho_blocks.h"
#include "kho_internal.h"

/* A producer may be wrong a million times; so many places tell of it. */
#define KHO_AUDIT_LINES		16

static void kho_audit_tell(unsigned long *found, phys_addr_t base,
			   const char *what)
{
	if ((*found)++ < KHO_AUDIT_LINES)
		pr_err("memory at %pa %s\n", &base, what);
}

static int kho_audit_end(unsigned long found, const char *what)
{
	if (found > KHO_AUDIT_LINES)
		pr_err("memory at %lu more places %s\n",
		       found - KHO_AUDIT_LINES, what);
	return found ? -EUCLEAN : 0;
}

static int kho_audit_overlap(void)
{
	static const char what[] = "is preserved twice, as a part of two blocks";
	struct kho_blocks *blocks = kmalloc(sizeof(*blocks), GFP_KERNEL);
	unsigned long found = 0;

	if (!blocks)
		return -ENOMEM;
	kho_blocks_init(blocks, kho_out_tree.root, NULL, 0);
	while (kho_blocks_next(blocks)) {
		unsigned long pfn = blocks->pfn;

		if (blocks->twice)
			kho_audit_tell(&found,
				       PFN_PHYS(pfn + __ffs64(blocks->twice)),
				       what);
	}
	kfree(blocks);
	return kho_audit_end(found, what);
}

/*
 * Did the owner give any of a block back? A page without a reference is still
 * somebody's behind the first of a higher order allocation, which is naturally
 * aligned, and not on the allocator's own lists.
 */
static bool kho_block_freed(const struct page *page, unsigned long nr_pages)
{
	unsigned long pfn = page_to_pfn(page), i, held = 0;

	for (i = 0; i < nr_pages; i++) {
		if (PageBuddy(page + i))
			return true;
		if (page_count(page + i))
			held = i + (pfn + i ? 1UL << __ffs(pfn + i) : nr_pages);
		else if (i >= held)
			return true;
	}
	return false;
}

/* Pages that their owner gave back while they were preserved. */
static int kho_audit_freed(void)
{
	static const char what[] = "was freed while it is preserved";
	struct kho_radix_iter iter;
	unsigned long found = 0;
	unsigned int order;
	phys_addr_t base;
	u64 key;

	kho_radix_iter_init(&iter, kho_out_tree.root, 0, U64_MAX);
	while (kho_radix_iter_next(&iter, &key)) {
		base = kho_radix_decode_key(key, &order);
		if (kho_block_freed(pfn_to_page(PHYS_PFN(base)), 1UL << order))
			kho_audit_tell(&found, base, what);
	}
	return kho_audit_end(found, what);
}

/* Unlike what producers preserve, nodes come from anywhere. */
static int kho_audit_node(phys_addr_t node, unsigned int level, void *unused)
{
	if (!kho_came_later(PHYS_PFN(node), 1))
		return 0;
	pr_err("the memory map needs memory that was added after boot, at %pa, which should be online as movable\n",
	       &node);
	return -EUCLEAN;
}

/**
 * kho_audit() - is what is preserved what the next kernel will accept?
 *
 * Context: Process context, while the state is frozen.
 * Return: 0; -EUCLEAN when memory is preserved twice in different pieces, when
 * the map of it lies in memory that the next kernel does not start with, or,
 * under CONFIG_KEXEC_HANDOVER_DEBUG, when memory was freed while it was
 * preserved, which the log names; -ENOMEM.
 */
int kho_audit(void)
{
	int err = kho_radix_walk_nodes(virt_to_phys(kho_out_tree.root),
				       kho_audit_node, NULL);

	err = kho_audit_overlap() ?: err;
	if (!err && IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG))
		err = kho_audit_freed();
	return err;
}
