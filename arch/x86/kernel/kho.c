// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kexec HandOver on x86: the setup_data record, written and read, and the first
 * MiB.
 */
#include <linux/cc_platform.h>
#include <linux/cpufeature.h>
#include <linux/init.h>
#include <linux/kexec.h>
#include <linux/kexec_handover.h>
#include <linux/memblock.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <asm/bootparam.h>
#include <asm/early_ioremap.h>
#include <asm/fixmap.h>
#include <asm/kho.h>
#include <asm/realmode.h>
#include <asm/setup_data.h>
#include <asm/x86_init.h>

/* Of a bzImage: where its header begins, and what names it */
#define SETUP_HEADER_START	offsetof(struct boot_params, hdr)
#define SETUP_HEADER_MAGIC	0x53726448	/* "HdrS" */
#define SETUP_SECTOR		0x200

static bool kho_low_memory_open __initdata;
static bool kho_record_found __initdata;

/**
 * kho_x86_record_size - room that a handover takes beside the boot parameters
 *
 * Context: Any.
 * Return: bytes for the setup_data record, whether or not it will be written.
 */
size_t kho_x86_record_size(void)
{
	return sizeof(struct setup_data) + sizeof(struct kho_data);
}

/**
 * kho_x86_add_record - put the record into the list of the next kernel
 * @image: the image; without a handover nothing is added
 * @params: boot parameters of the next kernel, with kho_x86_record_size() bytes
 *	of room at @offset
 * @params_phys: where @params will lie when the next kernel starts
 * @offset: of the record from @params
 *
 * Context: Process context, under the kexec lock.
 */
void kho_x86_add_record(const struct kimage *image, struct boot_params *params,
			u64 params_phys, size_t offset)
{
	struct setup_data *record = (void *)params + offset;
	struct kho_data *data = (void *)record->data;

	if (!image->kho.fdt)
		return;

	data->fdt_addr = image->kho.fdt;
	data->fdt_size = image->kho.fdt_size;
	data->scratch_addr = image->kho.scratch;
	data->scratch_size = image->kho.scratch_size;

	record->type = SETUP_KEXEC_KHO;
	record->len = sizeof(*data);
	record->next = params->hdr.setup_data;
	params->hdr.setup_data = params_phys + offset;
}

/* A word of the setup header says where its string lies, from the header's sector on. */
const char *arch_kho_image_release(const void *buf, size_t size)
{
	const struct setup_header *header = buf + SETUP_HEADER_START;
	size_t start;

	if (size < SETUP_HEADER_START + sizeof(*header) ||
	    header->header != SETUP_HEADER_MAGIC || !header->kernel_version)
		return NULL;
	start = SETUP_SECTOR + header->kernel_version;
	if (start >= size || !memchr(buf + start, 0, size - start))
		return NULL;
	return buf + start;
}

/* See purgatory.c */
bool arch_kho_can_check(void)
{
	return boot_cpu_has(X86_FEATURE_XMM4_2);
}

/**
 * kho_x86_parse_record - note the handover that a setup_data record tells of
 * @phys: address of the record
 * @len: its size, the header included
 *
 * Nothing is believed yet: kho_early_init() looks at what the addresses hold.
 *
 * Context: setup_arch(), before memblock knows of memory.
 */
void __init kho_x86_parse_record(u64 phys, u64 len)
{
	struct setup_data *record;
	struct kho_data *data;

	if (len < sizeof(*record) + sizeof(*data)) {
		kho_spoil_handover("the setup_data record is too short");
		return;
	}

	len = sizeof(*record) + sizeof(*data);
	record = early_memremap(phys, len);
	if (!record) {
		kho_spoil_handover("the setup_data record cannot be mapped");
		return;
	}

	data = (void *)record->data;
	kho_set_handover(data->fdt_addr, data->fdt_size,
			 data->scratch_addr, data->scratch_size);
	kho_record_found = true;
	early_memunmap(record, len);
}

/*
 * A host with SME copies segments without encryption, since the next kernel starts
 * so. In a guest all memory is encrypted alike, segments too.
 */
void *__init arch_kho_map_segment(phys_addr_t phys, size_t size)
{
	if (cc_platform_has(CC_ATTR_HOST_MEM_ENCRYPT))
		return early_memremap_decrypted(phys, size);

	return early_memremap(phys, size);
}

/**
 * kho_x86_early_init - confine memblock to scratch when there is a handover
 *
 * Until the direct map is there, setup_arch() allocates from the first MiB, and
 * the real-mode trampoline has to lie in it. No scratch area does. But none of
 * it is ever handed over either, because reserve_real_mode() takes all of it
 * before the page allocator could. So it is scratch too, for the time being, and
 * first of all, as memblock's own arrays may have to grow into it.
 *
 * Context: setup_arch(), right after e820__memblock_setup().
 */
void __init kho_x86_early_init(void)
{
	kho_low_memory_open = kho_record_found &&
			x86_platform.realmode_reserve == reserve_real_mode;
	if (kho_low_memory_open)
		memblock_mark_kho_scratch(0, SZ_1M);

	kho_early_init();
}

/**
 * kho_x86_low_memory_done - the first MiB is reserved and scratch no more
 *
 * Context: setup_arch(), right after the real-mode trampoline has its place.
 */
void __init kho_x86_low_memory_done(void)
{
	if (kho_low_memory_open)
		memblock_clear_kho_scratch(0, SZ_1M);
}
