// SPDX-License-Identifier: GPL-2.0-only
#include "kho_common.h"
#include <string.h>

static void *real_memory;
static struct memblock_region *first_memory, *first_reserved;
static unsigned int seed = 1;

phys_addr_t kho_mem_base(void)
{
	return (phys_addr_t)real_memory;
}

unsigned int kho_random(unsigned int below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % below;
}

static void reset(void)
{
	/* those that a test made have other sizes, and go with the memory */
	memblock.memory.regions = first_memory;
	memblock.memory.cnt = 0;
	memblock.reserved.regions = first_reserved;
	memblock.reserved.cnt = 0;
	reset_memblock_regions();
	reset_memblock_attributes();
	memblock_kho_exclusive(false);
	memblock_account_kernel(false);
	memblock_kho_reset();
}

/* A machine of two nodes, cold. */
void kho_setup(void)
{
	bool bottom_up = memblock_bottom_up();

	if (!real_memory) {
		real_memory = aligned_alloc(SZ_2M, KHO_MEM_SIZE);
		assert(real_memory);
		first_memory = memblock.memory.regions;
		first_reserved = memblock.reserved.regions;
	}
	reset();
	memblock_set_bottom_up(bottom_up);
	memblock_add_node(kho_mem_base(), KHO_NODE_SIZE, 0, 0);
	memblock_add_node(kho_mem_base() + KHO_NODE_SIZE, KHO_NODE_SIZE, 1, 0);
}

void kho_cleanup(void)
{
	reset();
	free(real_memory);
	real_memory = NULL;
}

static const struct memblock_type *types[] = {
	&memblock.memory, &memblock.reserved,
};

void kho_snapshot_take(struct kho_snapshot *snapshot)
{
	for (int i = 0; i < 2; i++) {
		size_t bytes = types[i]->cnt * sizeof(struct memblock_region);

		snapshot->cnt[i] = types[i]->cnt;
		snapshot->total[i] = types[i]->total_size;
		snapshot->regions[i] = malloc(bytes ?: 1);
		assert(snapshot->regions[i]);
		memcpy(snapshot->regions[i], types[i]->regions, bytes);
	}
}

bool kho_snapshot_same(const struct kho_snapshot *snapshot)
{
	for (int i = 0; i < 2; i++) {
		size_t bytes = types[i]->cnt * sizeof(struct memblock_region);

		if (snapshot->cnt[i] != types[i]->cnt ||
		    snapshot->total[i] != types[i]->total_size ||
		    memcmp(snapshot->regions[i], types[i]->regions, bytes))
			return false;
	}
	return true;
}

void kho_snapshot_free(struct kho_snapshot *snapshot)
{
	free(snapshot->regions[0]);
	free(snapshot->regions[1]);
}
