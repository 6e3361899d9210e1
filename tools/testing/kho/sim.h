/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as the radix tree needs, in user space.
 *
 * Memory is an array of pages with physical addresses of its own, so that a
 * physical address that is used as a pointer does not work by chance. Freed
 * pages are poisoned, and given out again at once, last freed first. What orders
 * memory in the kernel is an atomic here, which ThreadSanitizer understands.
 */

#ifndef _KHO_SIM_H
#define _KHO_SIM_H

#include <pthread.h>
#include <string.h>

#include "sim_types.h"

#ifndef PAGE_SHIFT
#error PAGE_SHIFT is to be given by the Makefile
#endif
#define PAGE_SIZE		(1UL << PAGE_SHIFT)

/* Bits */
#define SZ_4M			0x400000
#define const_ilog2(n)		(63 - __builtin_clzll(n))
#define BITS_PER_LONG		64
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define BIT_WORD(n)		((n) / BITS_PER_LONG)
#define GENMASK_ULL(h, l)	((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define BITMAP_FIRST_WORD_MASK(start)	(~0UL << ((start) & 63))
#define BITMAP_LAST_WORD_MASK(nbits)	(~0UL >> (-(nbits) & 63))

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline unsigned long __ffs(unsigned long x)
{
	return __builtin_ctzl(x);
}

/* Chance that another thread runs, where the kernel's code could be delayed */
void sim_perturb(void);

/* Memory order: at least what the kernel's have */
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define WRITE_ONCE(x, v)	({ sim_perturb(); \
				   __atomic_store_n(&(x), (v), __ATOMIC_RELEASE); })
#define cmpxchg(p, old, new)	({ typeof(*(p)) _old = (old); sim_perturb(); \
				   __atomic_compare_exchange_n((p), &_old, (new), \
					false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
				   _old; })

static inline bool test_and_set_bit(unsigned long nr, unsigned long *map)
{
	unsigned long old = __atomic_fetch_or(&map[BIT_WORD(nr)], BIT(nr & 63),
					      __ATOMIC_SEQ_CST);

	sim_perturb();
	return old & BIT(nr & 63);
}

static inline void set_bit(unsigned long nr, unsigned long *map)
{
	test_and_set_bit(nr, map);
}

static inline bool test_and_clear_bit(unsigned long nr, unsigned long *map)
{
	unsigned long old = __atomic_fetch_and(&map[BIT_WORD(nr)],
					       ~BIT(nr & 63), __ATOMIC_SEQ_CST);

	sim_perturb();
	return old & BIT(nr & 63);
}

static inline bool test_bit(unsigned long nr, const unsigned long *map)
{
	return READ_ONCE(map[BIT_WORD(nr)]) & BIT(nr & 63);
}

static inline void __set_bit(unsigned long nr, unsigned long *map)
{
	map[BIT_WORD(nr)] |= BIT(nr & 63);
}

static inline bool __test_and_clear_bit(unsigned long nr, unsigned long *map)
{
	unsigned long old = map[BIT_WORD(nr)];

	map[BIT_WORD(nr)] = old & ~BIT(nr & 63);
	return old & BIT(nr & 63);
}

unsigned long find_next_bit(const unsigned long *map, unsigned long size,
			    unsigned long start);

#define for_each_set_bit(bit, map, size) \
	for ((bit) = find_next_bit((map), (size), 0); (bit) < (size); \
	     (bit) = find_next_bit((map), (size), (bit) + 1))

struct mutex {
	pthread_mutex_t m;
};

static inline void mutex_init(struct mutex *lock)
{
	pthread_mutex_init(&lock->m, NULL);
}

static inline void mutex_destroy(struct mutex *lock)
{
	pthread_mutex_destroy(&lock->m);
}

static inline struct mutex *sim_guard_lock(struct mutex *lock)
{
	pthread_mutex_lock(&lock->m);
	return lock;
}

static inline void sim_guard_unlock(struct mutex **lock)
{
	pthread_mutex_unlock(&(*lock)->m);
}

#define guard(mutex) \
	__attribute__((cleanup(sim_guard_unlock), unused)) \
	struct mutex *sim_guard = sim_guard_lock

/* Pages */
struct page {
	unsigned long private;
	struct page *next_free;
	bool reserved;
	bool used;
};

#define GFP_KERNEL		0
#define __GFP_ZERO		0

void __free_page(struct page *page);
void *page_address(const struct page *page);
struct page *virt_to_page(const void *virt);
void *phys_to_virt(phys_addr_t phys);
phys_addr_t virt_to_phys(const void *virt);

static inline phys_addr_t page_to_phys(const struct page *page)
{
	return virt_to_phys(page_address(page));
}

static inline void free_page(unsigned long virt)
{
	__free_page(virt_to_page((void *)virt));
}

void *memchr_inv(const void *start, int c, size_t bytes);

/* For the tests */
unsigned long sim_pages_used(void);
unsigned long sim_frees(void);
void sim_fail_alloc(long nth);
bool sim_phys_valid(phys_addr_t phys);
unsigned int sim_random(void);

#endif /* _KHO_SIM_H */
