/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MEMBLOCK_KHO_COMMON_H
#define _MEMBLOCK_KHO_COMMON_H

#include <limits.h>
#include "common.h"

/* The ones in common.h evaluate what they are given more than once. */
#undef ASSERT_EQ
#undef ASSERT_NE
#undef ASSERT_LT
#undef ASSERT_LE

#define KHO_ASSERT(_expected, _op, _seen) do { \
	__typeof__(_expected) _e = (_expected); \
	__typeof__(_seen) _s = (_seen); \
	if (!(_e _op _s)) { \
		test_fail(); \
		fflush(stdout); \
		fprintf(stderr, "%s:%d: %#llx " #_op " %#llx: " #_expected \
			" " #_op " " #_seen "\n", __FILE__, __LINE__, \
			(unsigned long long)_e, (unsigned long long)_s); \
		abort(); \
	} \
} while (0)

#define ASSERT_EQ(_expected, _seen) KHO_ASSERT(_expected, ==, _seen)
#define ASSERT_NE(_expected, _seen) KHO_ASSERT(_expected, !=, _seen)
#define ASSERT_LT(_expected, _seen) KHO_ASSERT(_expected, <, _seen)
#define ASSERT_LE(_expected, _seen) KHO_ASSERT(_expected, <=, _seen)

/* Two nodes of real memory: what is allocated here may be written to. */
#define KHO_NODE_SIZE	SZ_64M
#define KHO_MEM_SIZE	(2 * (phys_addr_t)KHO_NODE_SIZE)

/* Memory without anything behind it, above all that is real. */
#define KHO_FAKE_BASE	((phys_addr_t)SZ_1G << 20)

phys_addr_t kho_mem_base(void);
void kho_setup(void);
void kho_cleanup(void);

/* A small generator, the same on every run. */
unsigned int kho_random(unsigned int below);

/* Is [base, base + size) a part of [start, start + len)? */
static inline bool kho_within(phys_addr_t base, phys_addr_t size,
			      phys_addr_t start, phys_addr_t len)
{
	return base >= start && base + size <= start + len;
}

/* The region arrays of memblock, to see that nothing changed. */
struct kho_snapshot {
	unsigned long cnt[2];
	phys_addr_t total[2];
	struct memblock_region *regions[2];
};

void kho_snapshot_take(struct kho_snapshot *snapshot);
bool kho_snapshot_same(const struct kho_snapshot *snapshot);
void kho_snapshot_free(struct kho_snapshot *snapshot);

#endif
