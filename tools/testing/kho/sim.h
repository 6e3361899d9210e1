/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as the radix tree needs, in user space.
 *
 * Memory is an array of pages with physical addresses of its own, so that a
 * physical address that is used as a pointer does not work by chance. Freed
 * pages are poisoned, and given out again at once, last freed first. RCU waits
 * for its readers in earnest. What orders memory in the kernel is an atomic
 * here, which ThreadSanitizer understands.
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
#define smp_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n((p), (v), __ATOMIC_RELEASE)

void smp_mb(void);
void cpu_relax(void);

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

typedef struct {
	u64 counter;
} atomic64_t;

static inline u64 atomic64_inc_return(atomic64_t *v)
{
	return __atomic_add_fetch(&v->counter, 1, __ATOMIC_SEQ_CST);
}

/* A thread is a CPU */
#define DEFINE_PER_CPU(type, name)	__thread type name
#define DECLARE_PER_CPU(type, name)	extern __thread type name
#define this_cpu_ptr(ptr)		(ptr)
#define preempt_disable()		do { } while (0)
#define preempt_enable()		do { } while (0)

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

/* RCU. A section may be as long as it likes, callbacks run after all of them. */
struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

void rcu_read_lock_sched(void);
void rcu_read_unlock_sched(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void rcu_barrier(void);
void sim_rcu_start(void);
void sim_rcu_stop(void);

/* Pages */
struct page {
	unsigned long private;
	struct rcu_head rcu_head;
	struct page *next_free;
	bool reserved;
	bool used;
};

#define GFP_KERNEL		0
#define __GFP_ZERO		0

struct page *alloc_page(int gfp);
void __free_page(struct page *page);
void free_reserved_page(struct page *page);
void *page_address(const struct page *page);
struct page *virt_to_page(const void *virt);
void *phys_to_virt(phys_addr_t phys);
phys_addr_t virt_to_phys(const void *virt);

static inline bool PageReserved(const struct page *page)
{
	return page->reserved;
}

void *memchr_inv(const void *start, int c, size_t bytes);

/* For the tests */
unsigned long sim_pages_used(void);
unsigned long sim_reserved_freed(void);
void sim_fail_alloc(long nth);
bool sim_phys_valid(phys_addr_t phys);
unsigned int sim_random(void);

#endif /* _KHO_SIM_H */
