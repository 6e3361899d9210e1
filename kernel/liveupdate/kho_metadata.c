// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: who the last kernel was, and who this one is, for people to read
 * (<linux/kho/abi/kexec_metadata.h>).
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/err.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/utsname.h>

#include <linux/kho/abi/kexec_metadata.h>

#include "kho_claim.h"
#include "kho_metadata.h"

/**
 * kho_metadata_add() - hand over who this kernel is
 *
 * Context: Boot, when the state is open.
 * Return: 0, or an error of kho_alloc_preserve() or kho_add_subtree(), with nothing
 * left behind.
 */
int __init kho_metadata_add(void)
{
	struct kho_kexec_metadata *metadata;
	int err;

	metadata = kho_alloc_preserve(sizeof(*metadata));
	if (IS_ERR(metadata))
		return PTR_ERR(metadata);
	metadata->version = KHO_KEXEC_METADATA_VERSION;
	strscpy(metadata->previous_release, init_utsname()->release);
	metadata->kexec_count = kho_in.kexec_count;
	if (kho_in.kexec_count < U32_MAX)
		metadata->kexec_count++;
	err = kho_add_subtree(KHO_KEXEC_METADATA_NAME, metadata,
			      sizeof(*metadata));
	if (err)
		kho_unpreserve_free(metadata);
	return err;
}

/**
 * kho_metadata_read() - learn who the last kernel was
 *
 * Metadata of another version is none. Something came, so there was a kexec, even
 * if nobody counted.
 *
 * Context: Boot, after a handover.
 */
void __init kho_metadata_read(void)
{
	struct kho_kexec_metadata *metadata;
	struct folio *folio;
	phys_addr_t phys;
	size_t size;

	kho_in.kexec_count = 1;
	if (kho_retrieve_subtree(KHO_KEXEC_METADATA_NAME, &phys, &size))
		return;
	metadata = phys_to_virt(phys);
	if (size >= sizeof(*metadata) &&
	    metadata->version == KHO_KEXEC_METADATA_VERSION) {
		kho_in.kexec_count = max(metadata->kexec_count, 1);
		/* Not trusted to be terminated. */
		strscpy(kho_in.previous_release, metadata->previous_release);
	}
	folio = kho_restore_folio(phys);
	if (folio)
		folio_put(folio);
	pr_info("generation %u, handed over by %s\n", kho_in.kexec_count,
		kho_in.previous_release[0] ? kho_in.previous_release :
					     "a kernel that does not say which");
}
