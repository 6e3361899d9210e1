// SPDX-License-Identifier: GPL-2.0-only
/*
 * KASLR with Kexec HandOver: the random address has to lie in scratch.
 *
 * All other memory may be preserved, and which is cannot be told here. Where the
 * previous kernel put this one is in scratch too, so not to move is always right:
 * that is the answer to a list of scratch areas that cannot be believed.
 *
 * Everything here is read through the identity mapping, which the page fault
 * handler extends on demand.
 */
#include "misc.h"
#include "error.h"

#include <asm/e820/types.h>
#include <asm/setup_data.h>

#include <linux/kho/abi/kexec_handover.h>

/* A list of setup_data that is longer than this goes round in circles. */
#define MAX_SETUP_DATA		256

/* Low memory, global and one a node: far more than any machine has */
#define MAX_SCRATCH_AREAS	4096

static const struct setup_data *find_setup_data(u32 type)
{
	u64 next = boot_params_ptr->hdr.setup_data;
	unsigned int i;

	for (i = 0; next && i < MAX_SETUP_DATA; i++) {
		const struct setup_data *data = (void *)(unsigned long)next;

		if (data->type == type)
			return data;
		next = data->next;
	}

	return NULL;
}

/* Is the range within one piece of RAM? */
static bool in_entries(const struct boot_e820_entry *entry, unsigned int count,
		       u64 start, u64 size)
{
	for (; count; count--, entry++) {
		if (entry->type == E820_TYPE_RAM && start >= entry->addr &&
		    start - entry->addr < entry->size &&
		    size <= entry->size - (start - entry->addr))
			return true;
	}

	return false;
}

/* A memory map that is too long for the boot parameters goes on in setup_data. */
static bool in_ram(u64 start, u64 size)
{
	const struct setup_data *more = find_setup_data(SETUP_E820_EXT);

	if (in_entries(boot_params_ptr->e820_table,
		       boot_params_ptr->e820_entries, start, size))
		return true;

	return more && in_entries((const void *)more->data,
				  more->len / sizeof(struct boot_e820_entry),
				  start, size);
}

/* An entry of size 0 is no area: the last kernel had no memory for it. */
static bool list_usable(const struct kho_scratch *list, unsigned int count)
{
	bool usable = false;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!list[i].size)
			continue;
		if (!in_ram(list[i].addr, list[i].size))
			return false;
		usable = true;
	}

	return usable;
}

/* The scratch areas, or NULL when there is a record but nothing to believe. */
static const struct kho_scratch *scratch_list(const struct setup_data *record,
					      unsigned int *count)
{
	const struct kho_data *data = (const void *)record->data;
	const struct kho_scratch *list;

	if (record->len < sizeof(*data))
		return NULL;

	if (!IS_ALIGNED(data->scratch_addr, __alignof__(*list)) ||
	    data->scratch_size % sizeof(*list) ||
	    data->scratch_size > MAX_SCRATCH_AREAS * sizeof(*list) ||
	    !in_ram(data->scratch_addr, data->scratch_size))
		return NULL;

	list = (const void *)(unsigned long)data->scratch_addr;
	*count = data->scratch_size / sizeof(*list);

	return list_usable(list, *count) ? list : NULL;
}

/*
 * What the previous kernel left in scratch and the usual list of what to avoid
 * does not know of: the list of scratch areas, and IMA's measurements.
 */
void kho_mem_avoid(struct mem_vector *scratch, struct mem_vector *ima)
{
	const struct setup_data *record = find_setup_data(SETUP_KEXEC_KHO);
	unsigned int count;

	if (!record)
		return;

	if (scratch_list(record, &count)) {
		const struct kho_data *data = (const void *)record->data;

		scratch->start = data->scratch_addr;
		scratch->size = data->scratch_size;
	}

	record = find_setup_data(SETUP_IMA);
	if (record && record->len >= sizeof(struct ima_setup_data)) {
		const struct ima_setup_data *data = (const void *)record->data;

		ima->start = data->addr;
		ima->size = data->size;
	}
}

/*
 * Offer the scratch areas to @process. False when no handover came, and all of
 * memory may be offered. With true and nothing offered, the kernel has to stay
 * where it is.
 */
bool process_kho_entries(unsigned long minimum, unsigned long image_size,
			 bool (*process)(struct mem_vector *region,
					 unsigned long minimum,
					 unsigned long image_size))
{
	const struct setup_data *record = find_setup_data(SETUP_KEXEC_KHO);
	const struct kho_scratch *list;
	unsigned int i, count;

	if (!record)
		return false;

	list = scratch_list(record, &count);
	if (!list) {
		warn("KHO: unusable list of scratch areas!\n");
		return true;
	}

	for (i = 0; i < count; i++) {
		struct mem_vector area = { list[i].addr, list[i].size };

		if (area.size && process(&area, minimum, image_size))
			break;
	}

	return true;
}
