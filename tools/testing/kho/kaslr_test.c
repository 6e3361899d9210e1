// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where KASLR may put a kernel that memory is handed over to, for good and bad
 * setup_data. Addresses are this program's own, so that the sanitizers see every
 * read that is not allowed.
 */

#include <stdlib.h>
#include <string.h>

#include "stubs-boot/misc.h"
#include "../../../arch/x86/boot/compressed/kho.c"
#include "check.h"

#define AREAS		4
#define MIB		0x100000ULL

struct record {
	struct setup_data head;
	struct kho_data data;
} __packed;

static struct boot_params params;
struct boot_params *boot_params_ptr = &params;

static struct kho_scratch *list;
static struct record *record;
static unsigned int warnings;

static struct mem_vector offered[2 * AREAS];
static unsigned int nr_offered, stop_after;

void warn(const char *m)
{
	(void)m;
	warnings++;
}

static bool note(struct mem_vector *region, unsigned long minimum,
		 unsigned long image_size)
{
	CHECK(minimum == 16 * MIB && image_size == 64 * MIB);
	if (CHECK(nr_offered < ARRAY_SIZE(offered)))
		offered[nr_offered++] = *region;

	return nr_offered == stop_after;
}

static bool process(void)
{
	nr_offered = 0;
	warnings = 0;
	return process_kho_entries(16 * MIB, 64 * MIB, note);
}

static void add_ram(u64 start, u64 size, u32 type)
{
	struct boot_e820_entry *entry;

	entry = &params.e820_table[params.e820_entries++];
	entry->addr = start;
	entry->size = size;
	entry->type = type;
}

/* A record, a list of four areas, and a memory map that has all of it */
static void setup(void)
{
	unsigned int i;

	memset(&params, 0, sizeof(params));
	stop_after = 0;
	list = malloc(AREAS * sizeof(*list));
	record = calloc(1, sizeof(*record));

	add_ram(1ULL << 44, MIB, E820_TYPE_RESERVED);
	add_ram((uintptr_t)list, AREAS * sizeof(*list), E820_TYPE_RAM);
	for (i = 0; i < AREAS; i++) {
		list[i].addr = (1ULL << 45) + i * 256 * MIB;
		list[i].size = 128 * MIB;
	}
	add_ram(1ULL << 45, AREAS * 256 * MIB, E820_TYPE_RAM);

	record->head.type = SETUP_KEXEC_KHO;
	record->head.len = sizeof(record->data);
	record->data.scratch_addr = (uintptr_t)list;
	record->data.scratch_size = AREAS * sizeof(*list);
	params.hdr.setup_data = (uintptr_t)record;
}

static void teardown(void)
{
	free(list);
	free(record);
}

/* The kernel has to stay where it is */
static void check_stays(void)
{
	struct mem_vector scratch = { 0 }, ima = { 0 };

	CHECK(process());
	CHECK(!nr_offered);
	CHECK(warnings == 1);
	kho_mem_avoid(&scratch, &ima);
	CHECK(!scratch.size);
}

static void test_no_record(void)
{
	struct mem_vector scratch = { 0 }, ima = { 0 };

	setup();
	record->head.type = SETUP_RNG_SEED;
	CHECK(!process());
	CHECK(!nr_offered && !warnings);
	kho_mem_avoid(&scratch, &ima);
	CHECK(!scratch.size && !ima.size);

	params.hdr.setup_data = 0;
	CHECK(!process());
	teardown();
}

static void test_areas(void)
{
	unsigned int i;

	setup();
	CHECK(process());
	CHECK(nr_offered == AREAS && !warnings);
	for (i = 0; i < nr_offered; i++)
		CHECK(offered[i].start == list[i].addr &&
		      offered[i].size == list[i].size);

	stop_after = 2;
	CHECK(process());
	CHECK(nr_offered == 2);
	teardown();
}

static void test_avoid(void)
{
	struct mem_vector scratch = { 0 }, ima = { 0 };
	struct record {
		struct setup_data head;
		struct ima_setup_data data;
	} __packed;
	struct record *measured;

	measured = calloc(1, sizeof(*measured));
	setup();
	measured->head.next = params.hdr.setup_data;
	measured->head.type = SETUP_IMA;
	measured->head.len = sizeof(measured->data);
	measured->data.addr = 4711 * MIB;
	measured->data.size = MIB;
	params.hdr.setup_data = (uintptr_t)measured;

	CHECK(process() && nr_offered == AREAS);
	kho_mem_avoid(&scratch, &ima);
	CHECK(scratch.start == (uintptr_t)list);
	CHECK(scratch.size == AREAS * sizeof(*list));
	CHECK(ima.start == 4711 * MIB && ima.size == MIB);

	measured->head.len--;
	ima.size = 0;
	kho_mem_avoid(&scratch, &ima);
	CHECK(!ima.size);
	teardown();
	free(measured);
}

static void test_bad_record(void)
{
	setup();
	record->head.len = sizeof(record->data) - 1;
	check_stays();
	teardown();
}

static void test_bad_list(void)
{
	static const u64 sizes[] = { 0, 8, 17, AREAS * 16 + 16, 1ULL << 20,
				     1ULL << 40, U64_MAX, U64_MAX - 15 };
	unsigned int i;

	setup();
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		record->data.scratch_size = sizes[i];
		check_stays();
	}
	record->data.scratch_size = AREAS * sizeof(*list);

	record->data.scratch_addr++;
	check_stays();
	record->data.scratch_addr = 0;
	check_stays();
	record->data.scratch_addr = 1ULL << 44;
	check_stays();
	record->data.scratch_addr = U64_MAX - 7;
	check_stays();
	teardown();
}

static void test_bad_area(void)
{
	static const struct kho_scratch bad[] = {
		{ 0, 128 * MIB },
		{ 1ULL << 44, MIB },
		{ (1ULL << 45) - 1, 128 * MIB },
		{ 1ULL << 45, AREAS * 256 * MIB + 1 },
		{ 1ULL << 45, U64_MAX },
		{ U64_MAX, 2 },
		{ U64_MAX - MIB, 2 * MIB },
	};
	struct kho_scratch good;
	unsigned int i, at;

	setup();
	for (at = 0; at < AREAS; at++) {
		good = list[at];
		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			list[at] = bad[i];
			check_stays();
		}
		list[at] = good;
		CHECK(process() && nr_offered == AREAS);
	}
	teardown();
}

/* Where the previous kernel had no memory for an area: left out */
static void test_no_area(void)
{
	unsigned int i;

	setup();
	list[1].addr = 0;
	list[1].size = 0;
	CHECK(process() && nr_offered == AREAS - 1);
	CHECK(offered[0].start == list[0].addr);
	CHECK(offered[1].start == list[2].addr);

	for (i = 0; i < AREAS; i++)
		list[i].size = 0;
	check_stays();
	teardown();
}

/* The memory map goes on in setup_data: scratch may be RAM there */
static void test_long_memory_map(void)
{
	struct setup_data *more;

	setup();
	more = calloc(1, sizeof(*more) + sizeof(struct boot_e820_entry));
	more->type = SETUP_E820_EXT;
	more->len = sizeof(struct boot_e820_entry);
	memcpy(more->data, &params.e820_table[params.e820_entries - 1],
	       more->len);
	more->next = params.hdr.setup_data;
	params.hdr.setup_data = (uintptr_t)more;
	params.e820_entries--;
	CHECK(process() && nr_offered == AREAS);

	more->len--;
	check_stays();
	teardown();
	free(more);
}

static void test_endless_setup_data(void)
{
	setup();
	record->head.type = SETUP_RNG_SEED;
	record->head.next = (uintptr_t)record;
	CHECK(!process());
	teardown();
}

static const struct check checks[] = {
	{ "no record: all memory is offered", test_no_record },
	{ "the scratch areas are offered, nothing else", test_areas },
	{ "the list and IMA's measurements are avoided", test_avoid },
	{ "a record that is too short: stay", test_bad_record },
	{ "a list that cannot be right: stay", test_bad_list },
	{ "an area that cannot be right: stay", test_bad_area },
	{ "an entry of size 0 is no area", test_no_area },
	{ "scratch where the memory map goes on in setup_data", test_long_memory_map },
	{ "setup_data that never ends", test_endless_setup_data },
};

int main(void)
{
	return check_run("kaslr", checks, ARRAY_SIZE(checks));
}
