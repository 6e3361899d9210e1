/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as KHO's early boot needs beyond tools/include, which it
 * shares with the memblock simulator. One thread, so locks are nothing.
 */
#ifndef _KHO_EARLY_KERNEL_H
#define _KHO_EARLY_KERNEL_H

#include <linux/mm.h>
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/numa.h>
#include <linux/pfn.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <linux/string.h>

#define __ffs64(word)	__ffs(word)
#define const_ilog2(n)	(63 - __builtin_clzll(n))

#undef min
#define min(a, b)	({ __auto_type _a = (a); __auto_type _b = (b); \
			   _a < _b ? _a : _b; })

#define U64_MAX			((u64)~0ULL)
#ifndef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#endif
#ifndef __weak
#define __weak			__attribute__((weak))
#endif
#ifndef __noreturn
#define __noreturn		__attribute__((noreturn))
#endif
#undef __releases
#define __releases(x)
#undef EXPORT_SYMBOL_GPL
#undef EXPORT_SYMBOL
#define EXPORT_SYMBOL_GPL(sym)	extern int sim_exported_##sym
#define EXPORT_SYMBOL(sym)	extern int sim_exported_##sym
#define EXPORT_SYMBOL_IF_KUNIT(sym)	extern int sim_exported_##sym
#define VISIBLE_IF_KUNIT

#define PTR_ALIGN_DOWN(p, a)	((typeof(p))ALIGN_DOWN((unsigned long)(p), (a)))
#include <linux/overflow.h>
#define ARCH_LOW_ADDRESS_LIMIT	0xffffffffUL

/* strscpy() of tools/include is strcpy() */
#include "sim_lib.h"
#undef strscpy
#define strscpy(dst, src)	sim_strscpy(dst, src, sizeof(dst))

int kstrtoull(const char *s, unsigned int base, u64 *res);

/* Locks */
struct mutex { };

#define DEFINE_MUTEX(name)	struct mutex name
#define mutex_init(lock)	((void)(lock))
#define mutex_destroy(lock)	((void)(lock))
#define guard(kind)		(void)
#define scoped_guard(kind, lock)	for (bool _once = true; _once; _once = false)

/* Atomics, CPUs, RCU: nobody else is there */
typedef struct {
	u64 counter;
} atomic64_t;

static inline u64 atomic64_inc_return(atomic64_t *v)
{
	return ++v->counter;
}

static inline bool test_and_set_bit(unsigned long nr, unsigned long *map)
{
	return __test_and_set_bit(nr, map);
}

static inline bool test_and_clear_bit(unsigned long nr, unsigned long *map)
{
	return __test_and_clear_bit(nr, map);
}

#define DEFINE_PER_CPU(type, name)	type name
#define DECLARE_PER_CPU(type, name)	extern type name
#define this_cpu_ptr(ptr)		(ptr)
#define preempt_disable()		do { } while (0)
#define preempt_enable()		do { } while (0)
#define cpu_relax()			do { } while (0)
#undef smp_load_acquire
#undef smp_store_release
#define smp_load_acquire(p)		READ_ONCE(*(p))
#define smp_store_release(p, v)		WRITE_ONCE(*(p), v)
#undef cmpxchg
#define cmpxchg(p, old, new)		__sync_val_compare_and_swap(p, old, new)
#undef smp_mb
/* There is nobody to be ordered with */
#define smp_mb()			do { } while (0)

struct percpu_rw_semaphore {
};

#define percpu_down_read(sem)		((void)(sem))
#define percpu_up_read(sem)		((void)(sem))
#define percpu_down_write(sem)		((void)(sem))
#define percpu_up_write(sem)		((void)(sem))
#define cond_resched()			do { } while (0)

/* Pages: those of the old kernel's tree */
struct page {
	unsigned long private;
	struct list_head lru;
	void *mapping;
};

struct folio;

struct page *alloc_page(gfp_t gfp);
struct page *alloc_pages(gfp_t gfp, unsigned int order);
unsigned long page_to_pfn(const struct page *page);
void free_page(unsigned long addr);
void __free_page(struct page *page);
struct page *virt_to_page(const void *virt);
void *page_address(const struct page *page);

static inline bool PageReserved(const struct page *page)
{
	return false;
}

#define page_to_phys(page)		PFN_PHYS(page_to_pfn(page))
#define __free_pages(page, order)	__free_page(page)
#define is_migrate_cma_page(page)	((void)(page), false)

static inline void free_reserved_page(struct page *page)
{
	__free_page(page);
}

enum meminit_context { MEMINIT_EARLY };

#define clear_page_tag_ref(page)	((void)(page))

void __free_pages_core(struct page *page, unsigned int order, int context);
unsigned long free_reserved_area(void *start, void *end, int poison,
				 const char *name);

/* Early boot */
bool is_kdump_kernel(void);
void *early_memremap(phys_addr_t phys, unsigned long size);
void early_memunmap(void *addr, unsigned long size);
u32 __crc32c_le(u32 crc, const void *buf, size_t size);
int walk_system_ram_range(unsigned long pfn, unsigned long nr_pages, void *arg,
			  int (*fn)(unsigned long pfn, unsigned long nr_pages,
				    void *arg));

/* Scratch */
enum node_states { N_MEMORY };

#define SIM_NODES		2
#define num_node_state(state)	SIM_NODES
#define for_each_node_state(nid, state) \
	for ((nid) = 0; (nid) < SIM_NODES; (nid)++)

struct zone;

/* The kernel's image, as large as one with its modules */
#define SIM_IMAGE_SIZE	0x2800000
#define _text		sim_image
#define _end		(sim_image + SIM_IMAGE_SIZE)

extern char sim_image[SIM_IMAGE_SIZE];
extern unsigned long initrd_start, initrd_end;
extern unsigned long totalcma_pages;

struct sim_zone {
	unsigned long cma_pages;
};

struct sim_zone *page_zone(const struct page *page);

#endif /* _KHO_EARLY_KERNEL_H */
