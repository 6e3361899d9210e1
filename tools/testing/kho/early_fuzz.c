// SPDX-License-Identifier: GPL-2.0-only
/*
 * Early boot with handovers that libFuzzer damages.
 *
 * An input is which good handover to begin with, whether to make checksums right
 * again, and a list of changes to FDT, scratch list, tree, and the numbers that
 * are passed along. Whatever comes of it must be refused as a whole or be kept
 * as a whole, which a plain reader of the tree checks: in bounded work, and
 * without a look at memory that is none. What takes most of the time is done for
 * some of the inputs.
 *
 * With FUZZ_REPLAY a main() of its own runs files, without libFuzzer.
 */

#include <stdlib.h>

#include "early_model.h"
#include "machine.h"

#define STEPS_MAX	2000000UL
#define CRC_BYTES_MAX	(300UL << 20)

/*
 * One boot in so many is watched for what it reads before memory is mapped, and
 * one in so many goes on to its end where it is like any other's since a refusal
 */
#define CHECK_READS	256
#define CHECK_END	8

static const struct shape shapes[] = {
	{ "nothing but the FDT", 1, 0, 0, 0, 1, true },
	{ "mainline's, nothing but the FDT", 2, 0, 0, 0, 1, false },
	{ "few", 3, 4, 2, 2, 1, true },
	{ "mainline's, few", 4, 4, 2, 2, 1, false },
	{ "many", 7, 200, 8, 5, 2, true, true, true },
	{ "mainline's, many", 8, 200, 8, 5, 1, false, false, true },
	{ "scattered", 9, 400, 0, 1, 1, true },
	{ "mainline's, scattered", 10, 400, 1, 1, 1, false },
};

static struct saved saved[ARRAY_SIZE(shapes)];

/* What is left of the input */
static const unsigned char *in;
static size_t in_left;

static u64 eat(unsigned int bytes)
{
	u64 val = 0;

	while (bytes-- && in_left) {
		val = val << 8 | *in++;
		in_left--;
	}
	return val;
}

static __noreturn void fail(const char *what)
{
	fprintf(stderr, "fuzz: %s\n%s", what, sim_log);
	abort();
}

/* Changes */

static bool fdt_there(void)
{
	return PAGE_ALIGNED(passed.fdt) && sim_is_ram(passed.fdt) &&
	       sim_is_ram(passed.fdt + SZ_8K - 1);
}

static void change_fdt_bytes(void)
{
	unsigned int offset = eat(2) % SZ_8K, nr = eat(1) % 64;
	unsigned char *fdt = machine_fdt();

	for (; nr-- && offset < SZ_8K && fdt_there(); offset++)
		fdt[offset] = eat(1);
}

static void change_fdt_word(void)
{
	unsigned int word = eat(2) % (SZ_8K / 4);
	u32 val = eat(4);

	if (fdt_there())
		((fdt32_t *)machine_fdt())[word] = cpu_to_fdt32(val);
}

/* Insert or drop words of the structure, and tell the header */
static void change_fdt_struct(void)
{
	unsigned int at = 4 * eat(1), by = 4 * (1 + eat(1) % 16), end;
	bool drop = eat(1) & 1;
	char *fdt = machine_fdt(), *s;

	if (!fdt_there() || fdt_check_header(fdt) ||
	    fdt_totalsize(fdt) + by > SZ_8K ||
	    fdt_off_dt_strings(fdt) < fdt_off_dt_struct(fdt))
		return;
	s = fdt + fdt_off_dt_struct(fdt) + at;
	end = fdt_totalsize(fdt);
	if (s + by > fdt + end)
		return;
	if (drop) {
		memmove(s, s + by, fdt + end - s - by);
		by = -by;
	} else {
		memmove(s + by, s, fdt + end - s);
		for (unsigned int i = 0; i < by; i++)
			s[i] = eat(1);
	}
	fdt_set_off_dt_strings(fdt, fdt_off_dt_strings(fdt) + by);
	fdt_set_size_dt_struct(fdt, fdt_size_dt_struct(fdt) + by);
	fdt_set_totalsize(fdt, end + by);
}

static void change_passed(void)
{
	unsigned int which = eat(1) % 8;
	u64 *field = &passed.fdt + which % 4, val = eat(8);

	*field = which < 4 ? val : *field + (s64)(s16)val;
}

static bool list_there(void)
{
	return !(passed.scratch % 8) && sim_is_ram(passed.scratch) &&
	       sim_is_ram(passed.scratch + SZ_4K - 1);
}

static void change_scratch(void)
{
	unsigned int which = eat(1) % 40;
	u64 val = eat(8);
	u64 *list = phys_to_virt(passed.scratch);

	if (!list_there())
		return;
	/* Most that is random is not aligned, and no more than that */
	if (val & 1)
		val = ALIGN_DOWN(SIM_BASE + val % (SIM_END - SIM_BASE), SZ_4M);
	list[which] = val;
}

/* An address of some kind, or a number that is none */
static u64 some_address(void)
{
	unsigned int kind = eat(1) % 6;
	u64 val = eat(kind ? 2 : 8);
	unsigned long nr = val % SIM_PAGES;

	for (unsigned long i = 0; kind && kind < 5 && i < SIM_PAGES; i++) {
		if (sim_owner[sim_index(SIM_BASE) + nr] == kind)
			break;
		nr = (nr + 1) % SIM_PAGES;
	}
	return kind ? SIM_BASE + nr * PAGE_SIZE : val;
}

/* Some node of the tree that can still be reached */
static u64 *some_node(unsigned int *level)
{
	struct kho_radix_node *node = machine_root();
	unsigned int depth = eat(1) % KHO_TREE_DEPTH;
	unsigned int skip = eat(1);

	for (*level = KHO_TREE_TABLES; depth-- && *level; (*level)--) {
		u64 next = 0;

		for (unsigned int i = 0; i < KHO_TABLE_ENTRIES; i++) {
			if (!node->table[i])
				continue;
			next = node->table[i];
			if (!(skip-- & 7))
				break;
		}
		if (!next || next % PAGE_SIZE || !sim_is_ram(next))
			break;
		node = phys_to_virt(next);
	}
	return node->table;
}

static void change_slot(void)
{
	unsigned int level, slot;
	u64 *table = some_node(&level);

	slot = eat(2) % KHO_TABLE_ENTRIES;
	table[slot] = some_address();
}

static void change_bit(void)
{
	unsigned int level, bit;
	u64 *table = some_node(&level);

	bit = eat(2) % (PAGE_SIZE * 8);
	table[bit / 64] ^= 1ULL << bit % 64;
}

/* The bit of a key, where there is a leaf for it or it can be made */
static void change_key(void)
{
	unsigned int order = eat(1) % (KHO_KEY_MAX_ORDER + 1);
	u64 key = kho_radix_encode_key(some_address() & PAGE_MASK, order);
	struct kho_radix_node *node = machine_root();

	if (order > 40)
		key = eat(4);
	for (unsigned int level = KHO_TREE_TABLES; level; level--) {
		u64 *slot = &node->table[kho_key_index(key, level)];

		if (!*slot)
			*slot = machine_take(0, NODE);
		if (*slot % PAGE_SIZE || !sim_is_ram(*slot))
			return;
		node = phys_to_virt(*slot);
	}
	node->table[kho_key_bit(key) / 64] ^= 1ULL << key % 64;
}

static void (* const changes[])(void) = {
	change_fdt_bytes, change_fdt_word, change_fdt_struct, change_passed,
	change_scratch, change_slot, change_bit, change_key,
};

/* The plain reader: what the map says, as those who want their memory back */

static void own_page(phys_addr_t phys, enum owner owner)
{
	if (!sim_is_ram(phys) || sim_owner[sim_index(phys)] != FREE)
		fail("what is not free RAM was taken for preserved");
	sim_owner[sim_index(phys)] = owner;
}

static void read_leaf(const u64 *bits, u64 first)
{
	for (unsigned int bit = 0; bit < PAGE_SIZE * 8; bit++) {
		u64 key = first + bit, base, pages;
		unsigned int order = 0;

		if (!(bits[bit / 64] >> bit % 64 & 1))
			continue;
		if (key < 2)
			fail("a key that is none was taken");
		while (key >> (52 - order) == 0)
			order++;
		pages = 1ULL << order;
		base = (key ^ (1ULL << (52 - order))) * pages;
		if (key >> (52 - order) != 1 || pages > SIM_PAGES)
			fail("a block of impossible order was taken");
		while (pages--)
			own_page((base + pages) << PAGE_SHIFT, KEPT);
	}
}

static void read_node(u64 phys, unsigned int level, u64 first)
{
	const u64 *table = phys_to_virt(phys);

	own_page(phys, NODE);
	if (!level) {
		read_leaf(table, first);
		return;
	}
	for (unsigned int i = 0; i < 512; i++)
		if (table[i])
			read_node(table[i], level - 1,
				  first + ((u64)i << (15 + 9 * (level - 1))));
}

/* Who owns what, from what was accepted */
static void read_handover(void)
{
	const void *prop;
	u64 map;

	sim_for_each_page(nr)
		if (sim_owner[nr] != NO_RAM && sim_owner[nr] != FIRMWARE)
			sim_owner[nr] = FREE;
	prop = fdt_getprop(machine_fdt(), 0, "preserved-memory-map", NULL);
	memcpy(&map, prop, sizeof(map));
	read_node(map, KHO_TREE_TABLES, 0);

	for (unsigned int i = 0; i < kho_scratch_cnt; i++) {
		u64 page = kho_scratch[i].addr, nr = kho_scratch[i].size >> 12;

		for (; nr--; page += PAGE_SIZE) {
			if (!sim_is_ram(page))
				fail("scratch that is not RAM was taken");
			/* Firmware, kernel and initrd may lie in it */
			if (sim_owner[sim_index(page)] == FREE)
				sim_owner[sim_index(page)] = SCRATCH;
			else if (sim_owner[sim_index(page)] != FIRMWARE)
				fail("scratch over what is preserved was taken");
		}
	}
}

static u64 kept_bytes(void)
{
	u64 bytes = 0;

	sim_for_each_page(nr)
		bytes += sim_owner[nr] == KEPT ? PAGE_SIZE : 0;
	return bytes;
}

static bool is_kept(u64 phys, u64 size)
{
	for (u64 page = PAGE_ALIGN_DOWN(phys); page < phys + size;
	     page += PAGE_SIZE)
		if (!sim_is_ram(page) || sim_owner[sim_index(page)] != KEPT)
			return false;
	return true;
}

/* Is a blob as the old kernel left it, as far as can be told? */
static bool is_whole(const void *fdt, int node, u64 *left)
{
	const void *sum = fdt_getprop(fdt, node, "kho,crc32c", NULL);
	u64 phys, size;
	u32 crc;

	memcpy(&phys, fdt_getprop(fdt, node, "preserved-data", NULL), 8);
	memcpy(&size, fdt_getprop(fdt, node, "blob-size", NULL), 8);
	if (size > *left || !is_kept(phys, size))
		return false;
	if (sum) {
		memcpy(&crc, sum, 4);
		if (crc != (u32)~kho_crc32c(~0U, sim_memory(phys), size))
			return false;
	}
	*left -= size;
	return true;
}

static void check_subtrees(void)
{
	const void *fdt = machine_fdt();
	u64 left = kept_bytes();
	phys_addr_t phys;
	size_t size;
	int node;

	fdt_for_each_subnode(node, fdt, 0) {
		const char *name = fdt_get_name(fdt, node, NULL);
		int err;

		if (!fdt_getprop(fdt, node, "preserved-data", NULL))
			continue;
		err = kho_retrieve_subtree(name, &phys, &size);
		if (is_whole(fdt, node, &left) ? err : err != -EBADMSG)
			fail("a subtree's blob is not told for what it is");
		if (!err && !is_kept(phys, size))
			fail("a blob is not preserved");
	}
}

static void check(const char *wrong)
{
	if (wrong)
		fail(wrong);
}

/* Where scratch was made tiny there may be no memory to boot in */
static bool boot_alloc(unsigned long size, bool only_scratch)
{
	const char *wrong = model_alloc(size, NUMA_NO_NODE, only_scratch);

	if (wrong && !strcmp(wrong, "there is no memory to boot in"))
		return false;
	check(wrong);
	return true;
}

static void boot_accepted(void)
{
	check(model_check_open());
	for (unsigned int i = 0; i < 4; i++)
		boot_alloc(50000 * i + 1, false);
	machine_boot_all();
	if (kho_in.refused) {
		if (kho_in.valid || memblock_kho_restricted())
			fail("half refused by the last hook");
		return;
	}
	check(model_check_all());
	check_subtrees();
}

static void boot(bool to_the_end)
{
	machine_kexec();
	machine_boot_early();
	if (kho_in.refused && !model_same_early())
		fail("refused by the first hook, and left something behind");
	machine_boot_open();
	if (sim_steps > STEPS_MAX || sim_crc_bytes > CRC_BYTES_MAX)
		fail("too much work");
	if (!kho_in.valid) {
		/* All zeros is no handover at all */
		if (kho_in.refused && !strstr(sim_log, kho_in.refused))
			fail("the log does not say why");
		if (!model_same_open())
			fail("refused, and left something behind");
		if (!to_the_end)
			return;
		machine_boot_all();
		check(model_check_cold());
		return;
	}
	if (!kho_in.refused)
		check(model_check_early());
	read_handover();
	boot_accepted();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	model_cold_init();
	for (unsigned int i = 0; i < ARRAY_SIZE(shapes); i++) {
		machine_hand_over(&shapes[i]);
		machine_save(&saved[i]);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	unsigned int nr = 0, chance = kho_crc32c(0, data, size);
	u64 flags;

	in = data;
	in_left = size;
	machine_guard(!(chance % CHECK_READS));
	machine_restore(&saved[eat(1) % ARRAY_SIZE(saved)]);
	flags = eat(1);
	while (in_left && nr++ < 64)
		changes[eat(1) % ARRAY_SIZE(changes)]();
	if (flags & 1)
		machine_sum();
	boot(!(chance % CHECK_END));
	return 0;
}

#ifdef FUZZ_REPLAY
static unsigned int hex_digit(int c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* One input, a line of hexadecimal digits; false at the end */
static bool read_input(FILE *f, unsigned char *data, size_t *size)
{
	int high, low;

	*size = 0;
	for (;;) {
		high = fgetc(f);
		if (high == EOF || high == '\n')
			return high != EOF;
		low = fgetc(f);
		if (!isxdigit(high) || !isxdigit(low) || *size == 4096)
			fail("the corpus is no list of inputs");
		data[(*size)++] = hex_digit(high) << 4 | hex_digit(low);
	}
}

/* For libFuzzer, which wants a file for each */
static void write_input(const char *dir, unsigned int nr,
			const unsigned char *data, size_t size)
{
	char name[4096];
	FILE *f;

	snprintf(name, sizeof(name), "%s/%06u", dir, nr);
	f = fopen(name, "wb");
	if (!f || fwrite(data, 1, size, f) != size || fclose(f))
		fail("cannot write inputs");
}

/* early-fuzz-replay CORPUS [DIR] */
int main(int argc, char **argv)
{
	static unsigned char data[4096];
	unsigned int nr = 0, refused = 0;
	FILE *f = argc > 1 ? fopen(argv[1], "r") : NULL;
	size_t size;

	if (!f)
		fail("there is no corpus");
	LLVMFuzzerInitialize(&argc, &argv);
	while (read_input(f, data, &size)) {
		if (argc > 2)
			write_input(argv[2], nr, data, size);
		LLVMFuzzerTestOneInput(data, size);
		refused += !!kho_in.refused;
		nr++;
	}
	fclose(f);
	if (!nr)
		fail("the corpus is empty");
	printf("%u inputs: %u accepted, %u refused\n", nr, nr - refused,
	       refused);
	return 0;
}
#endif
