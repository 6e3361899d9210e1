// SPDX-License-Identifier: GPL-2.0-only
/* The file itself, and a way back to before it ran */
#include "../../../kernel/liveupdate/kho_mixed.c"
#include "machine.h"

void sim_reset_mixed(void)
{
	mixed = NULL;
	ahead_base = 0;
	ahead_end = 0;
}
