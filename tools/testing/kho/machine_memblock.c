// SPDX-License-Identifier: GPL-2.0-only
/* The file itself, and a way back to before it ran */
/* What it has for this walks zones, which there are none of */
#undef CONFIG_DEFERRED_STRUCT_PAGE_INIT
#include "memblock.c"
#include "machine.h"

static void reset_type(struct memblock_type *type,
		       struct memblock_region *regions)
{
	memset(regions, 0, INIT_MEMBLOCK_REGIONS * sizeof(*regions));
	type->regions = regions;
	type->cnt = 0;
	type->max = INIT_MEMBLOCK_REGIONS;
	type->total_size = 0;
}

void sim_reset_memblock(void)
{
	reset_type(&memblock.memory, memblock_memory_init_regions);
	reset_type(&memblock.reserved, memblock_reserved_init_regions);
	memblock.bottom_up = false;
	memblock.current_limit = MEMBLOCK_ALLOC_ANYWHERE;
	memblock_can_resize = 0;
	memblock_kho_exclusive(false);
	memblock_account_kernel(false);
	memblock_kho_reset();
}
