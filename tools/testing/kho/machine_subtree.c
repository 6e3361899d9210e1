// SPDX-License-Identifier: GPL-2.0-only
/* The file itself, and a way back to before it ran */
#include "../../../kernel/liveupdate/kho_subtree.c"
#include "machine.h"

void sim_reset_subtrees(void)
{
	kho_in_subtrees = NULL;
	kho_nr_in_subtrees = 0;
	kho_in_subtrees_size = 0;
}

phys_addr_t sim_subtrees(size_t *size)
{
	*size = kho_in_subtrees ? kho_in_subtrees_size : 0;
	return virt_to_phys(kho_in_subtrees);
}

unsigned int sim_nr_subtrees(void)
{
	return kho_nr_in_subtrees;
}
