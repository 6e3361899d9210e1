// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files that remember something from one call to the next, and a way back to
 * before they ran: a kernel is gone after a kexec.
 */
#include "../../../kernel/liveupdate/kho_claim.c"
#include "../../../kernel/liveupdate/kho_finalize.c"
#include "../../../kernel/liveupdate/kho_memory.c"
#include "../../../kernel/liveupdate/kho_preserve.c"
#include "../../../kernel/liveupdate/kho_state.c"
#include "../../../kernel/liveupdate/kho_subtree.c"
#include "pages.h"
#include <linux/kho/abi/kexec_metadata.h>

static void forget_subtrees(void)
{
	struct kho_subtree *subtree, *next;

	list_for_each_entry_safe(subtree, next, &kho_out_subtrees, list) {
		list_del(&subtree->list);
		kfree(subtree);
	}
	kho_out_fdt_need = KHO_FDT_BASE_SIZE;
}

/* What this kernel preserves */
void sim_forget_out(void)
{
	forget_subtrees();
	kho_watch = NULL;
	kho_out_tree.root = NULL;
	memset(kho_preserved_pages, 0, sizeof(kho_preserved_pages));
	memset(kho_last_leaf, 0, sizeof(kho_last_leaf));
	kho_own_pages = 0;
	kho_state = KHO_OFF;
	kho_fdt = NULL;
	INIT_LIST_HEAD(&kho_notifiers);
	kfree(ram_at_boot.regions);
	kfree(used_at_boot.regions);
	kfree(kho_good_pieces);
	ram_at_boot = (struct memblock_type){};
	used_at_boot = (struct memblock_type){};
	kho_good_pieces = NULL;
	kho_nr_pieces = 0;
}

/* What came from the last one */
void sim_forget_in(void)
{
	kho_incoming_forget();
	kho_in = (struct kho_incoming){};
	memset(kho_last_leaf_in, 0, sizeof(kho_last_leaf_in));
}

void sim_switch(bool on)
{
	kho_enabled = on;
}

/* What KHO itself hands over */
struct kho_kexec_metadata *sim_metadata(void)
{
	return kho_find_out(KHO_KEXEC_METADATA_NAME, NULL)->blob;
}
