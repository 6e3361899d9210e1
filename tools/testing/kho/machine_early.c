// SPDX-License-Identifier: GPL-2.0-only
/* The file itself, and a way back to before it ran */
#include "../../../kernel/liveupdate/kho_early.c"
#include "machine.h"

void sim_reset_early(void)
{
	memset(&handover, 0, sizeof(handover));
	memset(&kho_in, 0, sizeof(kho_in));
	memset(&root, 0, sizeof(root));
	memset(&blocks, 0, sizeof(blocks));
	kho_in.refused = NULL;
	nodes = NULL;
	tables = NULL;
	nr_nodes = 0;
	preserved = 0;
}

/* What the new kernel put above bitmaps, and keeps */
phys_addr_t sim_tables(size_t *size)
{
	*size = tables ? tables_size : 0;
	return virt_to_phys(tables);
}

unsigned long sim_node_limit(void)
{
	return kho_node_limit();
}
