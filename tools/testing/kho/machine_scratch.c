// SPDX-License-Identifier: GPL-2.0-only
/* The file itself, and a way back to before it ran */
#include "../../../kernel/liveupdate/kho_scratch.c"
#include "machine.h"

void sim_reset_scratch(void)
{
	memset(kho_scratch, 0, sizeof(kho_scratch));
	kho_scratch_cnt = 0;
	kho_scratch_taken = 0;
	memset(&scratch_param, 0, sizeof(scratch_param));
}
