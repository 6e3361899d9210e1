// SPDX-License-Identifier: GPL-2.0-only
/*
 * Early boot with handovers that are right, in many shapes, and with each kind
 * of damage that can be thought of (early_damage_*.c).
 */

#include <stdlib.h>

#include "check.h"
#include "early_damage.h"
#include "early_layouts.h"
#include "early_model.h"
#include "early_tests.h"
#include "machine.h"
#include "../../../kernel/liveupdate/kho_claim.h"

static bool passes(const char *name, const char *step, const char *wrong)
{
	if (wrong)
		printf("# %s, %s: %s\n", name, step, wrong);
	return CHECK(!wrong);
}

/* The start of each page will do */
static u32 kept_crc(void)
{
	u32 crc = ~0U;

	sim_for_each_page(nr)
		if (sim_owner[nr] == KEPT)
			crc = kho_crc32c(crc, sim_memory(nr * PAGE_SIZE), 64);
	return crc;
}

static void check_subtrees(const struct shape *shape)
{
	phys_addr_t phys;
	char name[32];
	size_t size;

	for (unsigned int i = 0; i < shape->subtrees; i++) {
		snprintf(name, sizeof(name), "producer-%u", i);
		if (!CHECK(!kho_retrieve_subtree(name, &phys, &size)))
			continue;
		CHECK(sim_owner[sim_index(phys)] == KEPT);
		CHECK(size && size <= PAGE_SIZE << i % 3);
	}
	CHECK(kho_retrieve_subtree("nobody", &phys, &size) == -ENOENT);
}

static bool boot_early(const char *name)
{
	machine_kexec();
	machine_boot_early();
	if (!passes(name, "first hook", model_check_early()))
		return false;
	for (unsigned int i = 0; i < 20; i++)
		if (!passes(name, "allocation in scratch",
			    model_alloc(1 + sim_random(30000),
					(int)sim_random(3) - 1, true)))
			return false;
	return true;
}

static bool boot_open(const char *name)
{
	machine_boot_open();
	if (!passes(name, "second hook",
		    model_check_open() ?: model_check_gaps()))
		return false;
	for (unsigned int i = 0; i < 100; i++)
		if (!passes(name, "allocation in gaps",
			    model_alloc(1 + sim_random(200000),
					(int)sim_random(3) - 1, false)))
			return false;
	return true;
}

static void boot_handed_over(const struct shape *shape)
{
	u32 crc = kept_crc();

	if (!boot_early(shape->name) || !boot_open(shape->name))
		return;
	machine_boot_all();
	if (!passes(shape->name, "last hook", model_check_all()))
		return;
	check_subtrees(shape);
	CHECK(kept_crc() == crc);
}

static void boot_good(const struct shape *shape)
{
	machine_hand_over(shape);
	boot_handed_over(shape);
}

/* One that has pages of two zones, in the middle of a chunk */
static void over_zones(void)
{
	machine_preserve(WIDE_BLOCK, WIDE_ORDER);
	machine_preserve(WIDE_BLOCK - PAGE_SIZE, 0);
}

static const struct shape shapes[] = {
	{ "nothing but the FDT", 1, 0, 0, 0, 1, true },
	{ "mainline's, nothing but the FDT", 2, 0, 0, 0, 1, false },
	{ "one block", 3, 1, 0, 1, 1, true },
	{ "mainline's, one block", 4, 1, 0, 1, 1, false },
	{ "single pages", 5, 900, 0, 3, 1, true },
	{ "large blocks", 6, 20, 11, 3, 1, true },
	{ "all orders", 7, 300, 8, 5, 1, true },
	{ "mainline's, all orders", 8, 300, 8, 5, 1, false },
	{ "side by side", 9, 400, 5, 2, 1, true, true },
	{ "up to the border of the nodes", 10, 40, 3, 2, 1, true, true, true },
	{ "mainline's, up to the border", 11, 40, 3, 2, 1, false, true, true },
	{ "many subtrees", 12, 10, 2, 60, 4, true },
	{ "mainline's, many subtrees", 13, 10, 2, 60, 2, false },
	{ "the largest FDT", 14, 10, 2, 60, SZ_256K / PAGE_SIZE, true },
	{ "pages all over memory", 15, 8000, 0, 2, 1, true },
	{ "small blocks all over memory", 16, 5000, 2, 2, 1, true },
	{ "mainline's, an area missing", 17, 300, 8, 5, 1, .no_area = true },
};

static void good_shapes(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(shapes); i++)
		boot_good(&shapes[i]);
}

/* The new kernel sees node 1 elsewhere */
static void boot_moved(const struct shape *shape, phys_addr_t border,
		       phys_addr_t end)
{
	machine_hand_over(shape);
	machine_move_border(border, end);
	boot_handed_over(shape);
}

/* It begins in the midst of a block, and perhaps ends there */
static void nodes_meet_in_block(const struct shape *shape)
{
	phys_addr_t base, border;
	unsigned int order;

	machine_hand_over(shape);
	base = machine_block(shape->blocks / 2, &order);
	border = PAGE_ALIGN_DOWN(base + (PAGE_SIZE << order) / 2);
	for (unsigned int i = 0; i < 2; i++) {
		boot_moved(shape, border, i ? border + PAGE_SIZE : SIM_SPAN);
		/* The nodes meet behind it, unless it can be no folio of the kernel's */
		CHECK(order > MAX_PAGE_ORDER ||
		      sim_nid(base) == sim_nid(base + (PAGE_SIZE << order) - 1));
	}
	/* One that begins or ends there is in nobody's way. */
	for (unsigned int i = 0; i < 2; i++) {
		border = base + i * (PAGE_SIZE << order);
		boot_moved(shape, border, SIM_SPAN);
		CHECK(sim_border == border);
	}
}

/* One before all scratch, one that is as large as folios are, one that is larger */
static void large_blocks(void)
{
	machine_preserve(SIM_AT(0x400000UL), 3);
	for (unsigned int i = 0; i < (PAGE_SHIFT < 16 ? 2 : 1); i++)
		machine_preserve(machine_take(MAX_PAGE_ORDER + i, FREE),
				 MAX_PAGE_ORDER + i);
}

/* No more than folios keeps the nodes from meeting. */
static void nodes_meet_in_large(void)
{
	static const struct shape shape = {
		"up to the largest folio", 18, 4, 2, 2, 1, true, .more = large_blocks
	};
	phys_addr_t base, half;
	unsigned int order;

	for (unsigned int nr = 0; nr < (PAGE_SHIFT < 16 ? 3 : 2); nr++) {
		machine_hand_over(&shape);
		base = machine_block(nr, &order);
		half = (PAGE_SIZE << order) / 2;
		boot_moved(&shape, base + half, SIM_SPAN);
		CHECK(sim_border == base + half + (order > MAX_PAGE_ORDER ? 0 : half));
	}
}

static void nodes_moved(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(shapes); i++) {
		boot_moved(&shapes[i], SIM_SPAN, SIM_SPAN);
		if (shapes[i].blocks)
			nodes_meet_in_block(&shapes[i]);
	}
	nodes_meet_in_large();
}

/* The same on machines that are less plain */
static void good_layouts(void)
{
	static const struct layout *const layouts[] = {
		&layout_wide, &layout_comb, &layout_huge,
	};
	static const struct shape shapes[] = {
		{ "wide, all orders", 60, 300, 8, 5, 1, true },
		{ "wide, side by side", 61, 400, 5, 2, 1, true, true, true },
		{ "wide, mainline's", 62, 400, 3, 5, 1, false },
		{ "wide, over zones", 63, 40, 3, 2, 1, true, .more = over_zones },
		{ "comb", 64, 300, 4, 2, 1, true },
		{ "huge", 65, 1000, 9, 5, 1, true },
	};
	static const unsigned char layout_of[] = { 0, 0, 0, 0, 1, 2 };

	for (unsigned int i = 0; i < ARRAY_SIZE(shapes); i++) {
		machine_choose(layouts[layout_of[i]]);
		boot_good(&shapes[i]);
	}
	machine_choose(&sim_plain);
}

static void good_random(void)
{
	for (unsigned int i = 0; i < 60; i++) {
		struct shape shape = {
			.name = "random", .seed = 1000 + i,
		};

		srand(i);
		shape.blocks = rand() % 400;
		shape.max_order = rand() % 8;
		shape.subtrees = rand() % 20;
		shape.fdt_pages = 1 << rand() % 3;
		shape.checksums = rand() % 2;
		shape.touching = rand() % 2;
		shape.node_border = shape.blocks > 2 && rand() % 2;
		boot_good(&shape);
	}
}

/* As many nodes as a tree of this machine can have are not too many */
static void full_tree(void)
{
	struct shape shape = { "full", 1, 0, 0, 1, 1, true };
	unsigned long nodes = 0;

	machine_hand_over(&shape);
	for (unsigned int order = 0; order <= KHO_KEY_MAX_ORDER; order++)
		for (phys_addr_t end = SIM_END, base = 0; base < end;
		     base += PAGE_SIZE << order) {
			machine_leaf(kho_radix_encode_key(base, order), true);
			if (order > 40)
				break;
		}
	machine_sum();
	sim_for_each_page(nr)
		nodes += sim_owner[nr] == NODE;
	machine_kexec();
	machine_boot_early();
	CHECK(nodes > 40 && nodes <= sim_node_limit());
	machine_boot_open();
	passes(shape.name, "second hook", model_check_open());
}

/* As many nodes as a tree of all blocks has that lie in so much memory */
static u64 nodes_of(u64 ram)
{
	u64 nodes = 0;

	for (unsigned int order = 0; order <= KHO_KEY_MAX_ORDER; order++)
		for (unsigned int level = 0; level <= KHO_TREE_TABLES; level++) {
			u64 first = kho_key_first(order);
			u64 last = first + ((ram - 1) >> PAGE_SHIFT >> order);
			unsigned int shift = level ? kho_key_shift(level) +
						     KHO_TABLE_BITS : KHO_LEAF_BITS;

			nodes += (last >> shift) - (first >> shift) + 1;
		}
	return nodes;
}

/* It is enough for each machine, and not much more: it bounds the work */
static void node_limit(void)
{
	for (unsigned int bits = 24; bits <= 46; bits++)
		for (int more = -1; more <= 1; more++) {
			u64 ram = (1ULL << bits) + more * (long)PAGE_SIZE;
			unsigned long limit;

			sim_reset_memblock();
			memblock_add(0, ram);
			limit = sim_node_limit();
			CHECK(nodes_of(ram) <= limit && limit < 4 * nodes_of(ram));
		}
}

/* What all that is refused is compared with */
static void nothing_came(void)
{
	const char *wrong;

	machine_cold();
	machine_kexec();
	machine_boot_early();
	machine_boot_open();
	machine_boot_all();
	wrong = model_check_born();
	if (!CHECK(!wrong))
		printf("# %s\n", wrong);
	CHECK(!kho_in.valid && !kho_in.refused);
}

static void kho_off(void)
{
	struct shape shape = { "off", 20, 50, 3, 2, 1, true };

	machine_hand_over(&shape);
	machine_kexec();
	kho_disable(NULL);
	machine_boot_early();
	machine_boot_open();
	machine_boot_all();
	CHECK(!kho_in.valid && !kho_scratch_cnt);
	CHECK(kho_in.refused && !strcmp(kho_in.refused, "KHO is off in this kernel"));
	CHECK(strstr(sim_log, " bytes in 2 subtrees of the last kernel are lost"));
	CHECK(!memblock_kho_restricted());
	CHECK(memblock.reserved.total_size ==
	      SIM_FIRMWARE_SIZE + SIM_KERNEL_SIZE + SIM_INITRD_SIZE);
}

static void crash_kernel(void)
{
	struct shape shape = { "crash", 21, 50, 3, 2, 1, true };

	machine_hand_over(&shape);
	machine_kexec();
	sim_kdump = true;
	machine_boot_early();
	/* What came is not looked at, and all memory is there to boot in */
	CHECK(!memblock_kho_restricted());
	machine_boot_open();
	machine_boot_all();
	sim_kdump = false;
	CHECK(!kho_in.valid && !kho_is_enabled() && !kho_scratch_cnt);
	CHECK(!kho_in.refused && !sim_log[0]);
}

/* Work is bounded by the machine, not by what came */
#define STEPS_MAX	200000UL
#define CRC_BYTES_MAX	SIM_SCALE(16UL << 20)

/* What became of the subtrees that came */
struct blobs {
	unsigned int good, damaged;
	u64 bytes;
};

static void count_blob(struct kho_subtree *subtree, void *data)
{
	struct blobs *blobs = data;
	phys_addr_t phys;

	if (kho_retrieve_subtree(subtree->name, &phys, NULL) == -EBADMSG) {
		blobs->damaged++;
	} else {
		blobs->good++;
		blobs->bytes += subtree->size;
	}
}

/* All is taken and kept, but a blob is its owner's loss */
static const char *check_blob_refused(const char *why)
{
	struct blobs blobs = {};
	const char *wrong;

	machine_boot_early();
	wrong = model_check_early();
	machine_boot_open();
	machine_boot_all();
	wrong = wrong ?: model_check_all();
	if (wrong)
		return wrong;
	kho_visit_subtrees(true, count_blob, &blobs);
	/* Where they are too large together there are more than producers had */
	if (!blobs.damaged || !blobs.good ||
	    (blobs.good + blobs.damaged == 3 && blobs.damaged > 1))
		return "not one subtree is damaged";
	if (blobs.bytes > kho_unclaimed_bytes())
		return "blobs are larger than all that is preserved";
	if (!strstr(sim_log, " is refused: ") || !strstr(sim_log, why))
		return "the log does not say why";
	return NULL;
}

static void refuse(const struct damage *d, bool checksums, bool sum)
{
	const struct shape shape = {
		"damaged", 77, 60, 4, 3, 2, checksums, false, true,
	};
	const char *why = d->why, *wrong;

	machine_hand_over(&shape);
	d->fn(d);
	if (sum)
		machine_sum();
	else if (checksums && d->stale)
		why = d->stale;
	machine_kexec();

	if (why && !strncmp(why, "its blob ", 9)) {
		wrong = check_blob_refused(why);
	} else if (!why) {
		/* Nobody can tell; it must be taken, then, and kept */
		machine_boot_early();
		machine_boot_open();
		machine_boot_all();
		wrong = kho_in.refused;
	} else {
		wrong = model_check_refused(why);
	}
	if (wrong)
		printf("# %s%s: expected '%s', but: %s\n", d->name,
		       !checksums ? ", no checksums" :
		       sum ? ", checksums made right" : "", why ?: "accepted",
		       wrong);
	CHECK(!wrong);
	CHECK(sim_steps < STEPS_MAX && sim_crc_bytes < CRC_BYTES_MAX);
}

static unsigned int nr_damage, nr_refused;
/* Boots in which something failed, and those that went on with the handover */
static unsigned int nr_failing, nr_taken;

static void refuse_all(bool checksums, bool sum)
{
	static const struct damage *const tables[] = {
		damages_fdt, damages_scratch, damages_map,
	};

	nr_damage = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(tables); i++) {
		for (const struct damage *d = tables[i]; d->fn; d++) {
			nr_damage++;
			if (d->only_sums && (!checksums || (sum && !d->why)))
				continue;
			refuse(d, checksums, sum);
			nr_refused++;
		}
	}
}

static void damage_plain(void)
{
	refuse_all(false, false);
}

static void damage_stale(void)
{
	refuse_all(true, false);
}

static void damage_summed(void)
{
	refuse_all(true, true);
}

/*
 * Every bit of FDT, scratch list and of some nodes, one at a time. To a checksum all
 * page sizes are the same: some do for the others.
 */
#define FLIP_STEP	(PAGE_SHIFT == 12 ? 1 : 61)

static void flip(void *where, unsigned int bit, const struct shape *shape)
{
	machine_hand_over(shape);
	((unsigned char *)where)[bit / 8] ^= 1 << bit % 8;
	machine_kexec();
	machine_boot_early();
	machine_boot_open();
	if (!CHECK(kho_in.refused))
		printf("# bit %u at %p was not found\n", bit, where);
	machine_boot_all();
	if (kho_in.refused)
		passes("flip", "the end", model_check_cold());
}

static void flip_fdt(void)
{
	const struct shape shape = { "flip", 5, 3, 1, 2, 1, true };
	unsigned int bits;

	machine_hand_over(&shape);
	bits = fdt_totalsize(machine_fdt()) * 8;
	for (unsigned int bit = 0; bit < bits; bit += FLIP_STEP)
		flip(machine_fdt(), bit, &shape);
}

static void flip_tree(void)
{
	const struct shape shape = { "flip", 5, 3, 1, 2, 1, true };

	machine_hand_over(&shape);
	for (unsigned int i = 0; i < 1000; i += FLIP_STEP)
		flip(machine_root(), i * 32 + i % 32, &shape);
	machine_hand_over(&shape);
	for (unsigned int i = 0; i < 1000; i += FLIP_STEP)
		flip(machine_leaf(kho_radix_encode_key(passed.fdt, 0), false),
		     i * 32 + i % 32, &shape);
}

/* Every bit of the list, in which no structure shows */
static void flip_scratch(void)
{
	const struct shape shape = { "flip", 5, 3, 1, 2, 1, true };

	machine_hand_over(&shape);
	for (unsigned int bit = 0; bit < passed.scratch_size * 8;
	     bit += FLIP_STEP)
		flip(phys_to_virt(passed.scratch), bit, &shape);
}

/* A record of each length, as a loader and the damage to it may leave it */
static void record_lengths(void)
{
	const struct shape shape = { "passed by x86", 30, 50, 3, 2, 1, true };
	const char *wrong;

	for (int cut = -8; cut <= 48; cut++) {
		machine_hand_over(&shape);
		machine_record(cut);
		machine_kexec();
		if (cut > 0) {
			wrong = model_check_refused("the setup_data record is too short");
		} else {
			machine_boot_early();
			wrong = model_check_early();
			machine_boot_open();
			machine_boot_all();
			wrong = wrong ?: model_check_all();
		}
		passes(shape.name, "the end", wrong);
	}
}

/* All that can fail has to be seen to do so. */
static struct {
	const char *why;
	bool seen;
} no_room[] = {
	{ "the setup_data record cannot be mapped" },
	{ "the FDT cannot be mapped" },
	{ "the scratch list cannot be mapped" },
	{ "scratch has no room to read the memory map" },
	{ "scratch has no room for the list of subtrees" },
	{ "there is no room to reserve what is preserved" },
	{ "KHO is off in this kernel" },
	{ "there is no room to remember what memory there is" },
	{ "memblock cannot hold the scratch areas" },
};

static void note_reason(void)
{
	for (unsigned int i = 0; kho_in.refused && i < ARRAY_SIZE(no_room); i++)
		if (!strcmp(no_room[i].why, kho_in.refused))
			no_room[i].seen = true;
}

/* Boot, with some of what it asks for refused; true when all was given */
static bool fail_some(const struct shape *shape, unsigned long first,
		      unsigned long count)
{
	const char *wrong;

	machine_hand_over(shape);
	machine_record(0);
	machine_kexec();
	machine_fail(first, count);
	machine_boot_early();
	wrong = kho_in.refused ? NULL : model_check_early();
	machine_boot_open();
	machine_boot_all();
	machine_fail(0, 0);
	wrong = wrong ?:
		kho_in.valid ? model_check_all() : model_check_given_up();
	if (!passes(shape->name, "failing", wrong))
		printf("# %lu from the %lu. on failed\n", count, first);
	nr_failing++;
	nr_taken += kho_in.valid;
	note_reason();
	return first >= machine_asked();
}

/*
 * Everything that early boot allocates or maps is refused in its turn, alone and
 * with what comes after it, as memory that is gone does not come back.
 */
static void fail_each(const struct shape *shape)
{
	static const unsigned long counts[] = { 1, 4, 16, 100000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(counts); i++)
		for (unsigned long first = 0;
		     !fail_some(shape, first, counts[i]); first++)
			;
}

static void fail_plain(void)
{
	const struct shape shape = { "plain", 31, 60, 4, 3, 2, true };

	fail_each(&shape);
	CHECK(nr_taken);
}

/* Arrays that grow before memory is mapped are read before: no guard here */
static void fail_crowded(void)
{
	const struct shape shape = { "crowded", 32, 400, 1, 3, 1, true };

	machine_crowd(true);
	machine_guard(false);
	fail_each(&shape);
	machine_guard(true);
	machine_crowd(false);
	for (unsigned int i = 0; i < ARRAY_SIZE(no_room); i++)
		if (!CHECK(no_room[i].seen))
			printf("# nothing ever said that %s\n", no_room[i].why);
}

static bool handed_over(phys_addr_t start, phys_addr_t size)
{
	for (unsigned int i = 0; i < SIM_SCRATCH_AREAS; i++)
		if (start < sim_scratch[i].addr + sim_scratch[i].size &&
		    sim_scratch[i].addr < start + size)
			return true;
	return memchr(sim_owner + sim_index(start), KEPT, size >> PAGE_SHIFT);
}

/* Every piece of memory of some sizes, at every place */
static void offline_each(const char *step)
{
	for (phys_addr_t size = SIM_SCALE(SZ_64K); size <= SIM_SCALE(SZ_16M);
	     size *= 16) {
		phys_addr_t start = SIM_BASE;

		for (; start < SIM_END; start += size) {
			int want = handed_over(start, size) ? -EBUSY : 0;

			if (!CHECK(machine_offline(start, size) == want))
				printf("# %s: %#lx, %#lx bytes\n", step,
				       (long)start, (long)size);
		}
	}
}

/* What is handed over stays: in the kernel that does it, and in the next. */
static void offline(void)
{
	const struct shape shape = { "offline", 40, 60, 6, 4, 1, true };

	sim_reset_early();
	machine_hand_over(&shape);
	offline_each("going out");

	machine_kexec();
	machine_boot_early();
	machine_boot_open();
	machine_boot_all();
	CHECK(kho_in.valid);
	CHECK(!kho_radix_init_tree(&kho_out_tree, NULL));
	offline_each("unclaimed");
}

static void online(void)
{
	const phys_addr_t size = SIM_SCALE(SZ_16M), start = SIM_BASE + 2 * size;

	sim_remember(0);
	kho_scratch_cnt = 0;
	machine_online(start, size, false);
	CHECK(!machine_came_later(start, 1));
	machine_online(start, size, true);
	CHECK(!machine_came_later(start - PAGE_SIZE, 1));
	CHECK(machine_came_later(start - PAGE_SIZE, 2));
	CHECK(machine_came_later(start, 1));
	CHECK(machine_came_later(start + size - PAGE_SIZE, 1));
	CHECK(machine_came_later(start + size - PAGE_SIZE, 2));
	CHECK(!machine_came_later(start + size, 1));
	CHECK(machine_came_later(SIM_BASE, SIM_PAGES));
}

static const struct check checks[] = {
	{ "a machine that nothing was handed over to has all its memory", nothing_came },
	{ "a handover of each shape is taken, and all of it kept", good_shapes },
	{ "a handover is taken where the nodes meet elsewhere", nodes_moved },
	{ "on other machines, too", good_layouts },
	{ "random handovers are taken, and all of each kept", good_random },
	{ "a tree with every node that can be is taken", full_tree },
	{ "no tree of any machine has more nodes than the limit", node_limit },
	{ "with kho=off nothing is kept", kho_off },
	{ "in a crash kernel nothing is kept", crash_kernel },
	{ "each damage is refused without checksums", damage_plain },
	{ "each damage is refused by its checksum", damage_stale },
	{ "each damage is refused though checksums are right", damage_summed },
	{ "no bit of the FDT can change", flip_fdt },
	{ "no bit of tables and leaves can change", flip_tree },
	{ "no bit of the scratch list can change", flip_scratch },
	{ "a setup_data record that is too short is refused", record_lengths },
	{ "what cannot be allocated or mapped is no panic", fail_plain },
	{ "nor is it where memblock's arrays have to grow", fail_crowded },
	{ "memory that is handed over does not go offline", offline },
	{ "memory that came later is told apart", online },
};

static unsigned int count(const struct check *checks)
{
	unsigned int nr = 0;

	while (checks[nr].name)
		nr++;
	return nr;
}

int main(void)
{
	static const struct check *const more[] = { checks_scratch, checks_gaps };
	const char *where = PAGE_SHIFT == 12 ? "early-4K" :
			    PAGE_SHIFT == 14 ? "early-16K" : "early-64K";
	int failed;

	model_cold_init();
	failed = check_run(where, checks, ARRAY_SIZE(checks));
	for (unsigned int i = 0; i < ARRAY_SIZE(more); i++)
		failed |= check_run(where, more[i], count(more[i]));
	printf("# %u kinds of damage, %u boots with them\n", nr_damage,
	       nr_refused);
	printf("# %u boots in which something failed, %u took the handover\n",
	       nr_failing, nr_taken);
	return failed;
}
