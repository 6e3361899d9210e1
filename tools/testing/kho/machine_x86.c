// SPDX-License-Identifier: GPL-2.0-only
/* The file itself, and a record as the loader of an image has it written */
#include "../../../arch/x86/kernel/kho.c"
#include "machine.h"

/**
 * machine_record() - pass the numbers along as x86 does
 * @cut: bytes that the record is to be short of; negative for more
 */
void machine_record(int cut)
{
	const struct kimage image = { .kho = {
		.fdt = passed.fdt, .fdt_size = passed.fdt_size,
		.scratch = passed.scratch, .scratch_size = passed.scratch_size,
	} };
	/* Where no page of another segment is */
	phys_addr_t phys = sim_scratch[1].addr + SIM_SCALE(0x500000UL);
	struct boot_params *params = phys_to_virt(phys);

	kho_x86_add_record(&image, params, phys, sizeof(*params));
	passed.record = params->hdr.setup_data;
	passed.record_len = kho_x86_record_size() - cut;
}
