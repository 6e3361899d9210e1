// SPDX-License-Identifier: GPL-2.0-only
/* Machines that are less plain; see early_layouts.h */

#include "early_layouts.h"

/*
 * Pieces of as many pages on every machine. Where there is much memory, or it is a
 * comb, two areas of scratch touch, one way round and the other.
 */
#define U		SIM_SCALE(SZ_4M)
#define FAR		SIM_SCALE(64ULL * SZ_1G)
#define FARTHEST	SIM_SCALE(200ULL * SZ_1G)

const struct layout layout_wide = {
	.name = "wide",
	.bank = {
		{ LOW_END - 16 * U, LOW_END + 16 * U },
		{ FAR, FAR + 16 * U },
		{ FAR + 16 * U, FAR + 18 * U, .nomap = true },
		{ FAR + 18 * U, FAR + 40 * U },
		{ FARTHEST, FARTHEST + 32 * U },
	},
	.border = FAR + 26 * U + 64 * PAGE_SIZE,
	.zone = { LOW_END, WIDE_ZONE },
	.scratch = {
		{ LOW_END - 10 * U, 2 * U },
		{ FAR + 2 * U, 2 * U },
		{ FAR + 20 * U, 2 * U },
		{ FARTHEST + 8 * U, 2 * U },
	},
	.firmware = LOW_END - 16 * U,
	.kernel = LOW_END - 10 * U + U / 4,
	.initrd = FAR + 2 * U + U / 4,
};

const struct layout layout_huge = {
	.name = "huge",
	.bank = {
		{ SZ_1G, 3ULL * SZ_1G },
		{ LOW_END, SIM_SCALE(96ULL * SZ_1G) },
	},
	.border = SIM_SCALE(48ULL * SZ_1G),
	.zone = { LOW_END, SIM_SCALE(80ULL * SZ_1G) },
	.scratch = {
		{ SZ_2G, SIM_SCALE(SZ_8M) },
		{ SIM_SCALE(40ULL * SZ_1G), SIM_SCALE(SZ_8M) },
		{ SIM_SCALE(40ULL * SZ_1G + SZ_8M), SIM_SCALE(SZ_8M) },
		{ SIM_SCALE(60ULL * SZ_1G), SIM_SCALE(SZ_8M) },
	},
	.firmware = SZ_1G,
	.kernel = SZ_2G + U / 4,
	.initrd = SIM_SCALE(40ULL * SZ_1G) + U / 4,
};

const struct layout layout_comb = {
	.name = "comb",
	.bank = { { LOW_END - 6 * CHUNK, LOW_END + 1000 * CHUNK } },
	.border = LOW_END + 900 * CHUNK,
	.zone = { LOW_END },
	.scratch = {
		{ LOW_END + 872 * CHUNK, SIM_SCALE(SZ_8M) },
		{ LOW_END + 876 * CHUNK, SIM_SCALE(SZ_8M) },
		{ LOW_END + 876 * CHUNK - SIM_SCALE(SZ_8M), SIM_SCALE(SZ_8M) },
		{ LOW_END + 904 * CHUNK, SIM_SCALE(SZ_8M) },
	},
	.firmware = LOW_END - 6 * CHUNK,
	.kernel = LOW_END + 872 * CHUNK + U / 4,
	.initrd = LOW_END + 876 * CHUNK + U / 4,
	.home = { LOW_END + 884 * CHUNK, LOW_END + 899 * CHUNK },
};
