/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel says of a handover that it refuses; Documentation/core-api/kho/damage.rst */
#ifndef _KHO_EARLY_REASONS_H
#define _KHO_EARLY_REASONS_H

static const char fdt_place[] =
	"the FDT's address or size cannot be right";
static const char fdt_no_ram[] = "the FDT is not in memory";
static const char fdt_used[] = "the FDT lies in memory that is in use";
static const char fdt_scratch[] = "the FDT lies in scratch";
static const char fdt_header[] = "the FDT's header is damaged";
static const char fdt_large[] =
	"the FDT is larger than what was passed along";
static const char fdt_struct[] = "the FDT's structure is damaged";
static const char fdt_version_no[] =
	"the FDT's version is not one that this kernel reads";
static const char fdt_sum[] = "the FDT's checksum does not match";
static const char fdt_sum_len[] = "the FDT's checksum has a wrong length";
static const char fdt_sum_lost[] = "the FDT's checksum is missing";
static const char page_size_len[] = "the FDT's page size has a wrong length";
static const char page_size_other[] = "the last kernel had another page size";
static const char demand_len[] =
	"the number of areas on demand has a wrong length";
static const char demand_many[] = "more areas are on demand than there are";
static const char poison_len[] =
	"the list of hardware errors has a wrong length";
static const char poison_lost[] =
	"a page with a hardware error is not preserved";
static const char no_map[] = "the FDT names no memory map";
static const char map_sum[] = "the memory map's checksum does not match";
static const char map_sum_len[] =
	"the memory map's checksum has a wrong length";
static const char map_damaged[] = "the memory map is damaged";
static const char bitmap_512[] =
	"the memory map has the bitmaps of 512 bytes that 6.16 to 6.17.8 write";
static const char map_twice[] = "the memory map has a node twice";
static const char bad_key[] = "the memory map has a key that is no block's";
static const char twice[] = "memory is preserved twice";
static const char no_ram[] = "preserved memory is not in RAM";
static const char in_use[] =
	"preserved memory is in use by this kernel or its firmware";
static const char in_scratch[] = "preserved memory lies in scratch";
static const char fdt_lost[] = "the FDT is not preserved";
static const char subtree_bad[] = "a subtree in the FDT is malformed";
static const char subtree_names[] = "two subtrees have the same name";
/* These cost a subtree, and the rest is taken */
static const char blob_lost[] = "its blob is not preserved";
static const char blob_sum[] = "its blob has another checksum";
static const char blobs_large[] =
	"its blob is larger than all that is preserved";
static const char list_place[] =
	"the scratch list's address or size cannot be right";
static const char list_no_ram[] = "the scratch list is not in memory";
static const char area_wraps[] = "a scratch area wraps around";
static const char no_area[] = "the scratch list is empty";
static const char area_align[] = "a scratch area is not aligned";
static const char area_overlap[] = "scratch areas overlap";
static const char area_no_ram[] = "a scratch area is not in memory";
static const char list_sum[] = "the scratch list's checksum does not match";
static const char list_sum_len[] =
	"the scratch list's checksum has a wrong length";

#endif
