// SPDX-License-Identifier: GPL-2.0-only
/* The file itself, and a way back to before it ran */
#include "../../../kernel/liveupdate/kho_gaps.c"
#include "machine.h"

void sim_reset_gaps(void)
{
	memset(&early_walk, 0, sizeof(early_walk));
	memset(node_largest, 0, sizeof(node_largest));
	memset(&low_largest, 0, sizeof(low_largest));
}
