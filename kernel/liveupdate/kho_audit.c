// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: look at all that is preserved before the next kernel does.
 *
 * A handover that breaks a rule in one place is refused as a whole there, and
 * everything is lost. Here it can still be told whose memory it was, and the
 * kexec be stopped. The work goes with the number of blocks, and in debug builds
 * with that of their pages.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "kho_audit.h"
#include "kho_map.h"
#include "kho_memory.h"
#include "kho_preserve.h"
#include "kho_rules.h"
#include "kho_subtree.h"

/* A producer may be wrong a million times; so many places tell of it. */
#define KHO_AUDIT_LINES		16
/* Blocks between two looks whether somebody else needs the CPU. */
#define KHO_AUDIT_BATCH		1024

/* What a series of checks found. */
struct kho_audit {
	unsigned long found;
	unsigned long orders;
};

static bool kho_audit_tell(const char *what, phys_addr_t where, void *data)
{
	struct kho_audit *audit = data;
	DECLARE_BITMAP(orders, BITS_PER_LONG) = {
		kho_map_orders_at(&kho_out_tree, audit->orders, where),
	};

	if (audit->found++ < KHO_AUDIT_LINES)
		pr_err("%s, at %pa (order %*pbl)\n", what, &where,
		       BITS_PER_LONG, orders);
	return true;
}

static int kho_audit_end(const struct kho_audit *audit)
{
	if (audit->found > KHO_AUDIT_LINES)
		pr_err("and so at %lu more places\n",
		       audit->found - KHO_AUDIT_LINES);
	return audit->found ? -EUCLEAN : 0;
}

/*
 * Did the owner give any of a block back? A page without a reference is still
 * somebody's behind the first of a higher order allocation, which is naturally
 * aligned, reaches up to the next page with a reference at most, and is not on the
 * allocator's own lists.
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
static void kho_audit_freed(struct kho_audit *audit)
{
	struct kho_radix_iter iter;
	unsigned long nr = 0;
	unsigned int order;
	phys_addr_t base;
	u64 key;

	kho_radix_iter_init(&iter, kho_out_tree.root, 0, U64_MAX);
	while (kho_radix_iter_next(&iter, &key)) {
		base = kho_radix_decode_key(key, &order);
		if (kho_block_freed(pfn_to_page(PHYS_PFN(base)), 1UL << order))
			kho_audit_tell("memory was freed while it is preserved",
				       base, audit);
		if (!(++nr % KHO_AUDIT_BATCH))
			cond_resched();
	}
}

/* A producer that gave a page back may find it a node of the map. */
static int kho_audit_node(phys_addr_t node, unsigned int level, void *data)
{
	struct kho_audit *audit = data;

	if (kho_map_orders_at(&kho_out_tree, audit->orders, node))
		kho_audit_tell("a node of the memory map is preserved", node,
			       audit);
	return 0;
}

static void kho_audit_blob(struct kho_subtree *subtree, void *data)
{
	struct kho_audit *audit = data;

	if (kho_map_covers(&kho_out_tree, audit->orders,
			   virt_to_phys(subtree->blob), subtree->size))
		return;
	audit->found++;
	pr_err("the blob of subtree '%s' is not preserved\n", subtree->name);
}

/**
 * kho_audit() - is what is preserved what the next kernel will accept?
 * @walk: for use
 *
 * Context: Process context, within kho_stop_changes().
 * Return: 0; -EUCLEAN when the memory map breaks a rule of kho_rules.c, when a
 * blob is not preserved, or, under CONFIG_KEXEC_HANDOVER_DEBUG, when memory was
 * freed while it was preserved. The log names the places.
 */
int kho_audit(struct kho_map_walk *walk)
{
	struct kho_audit audit = {};

	kho_map_walk_init(walk, kho_out_tree.root, NULL, 0);
	audit.orders = kho_map_orders(walk);
	kho_check_map(kho_memory_at_boot(), &kho_out_tree, walk, kho_audit_tell,
		      &audit);
	kho_radix_walk_nodes(virt_to_phys(kho_out_tree.root), kho_audit_node,
			     &audit);
	kho_visit_subtrees(false, kho_audit_blob, &audit);
	if (!audit.found && IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG))
		kho_audit_freed(&audit);
	return kho_audit_end(&audit);
}
