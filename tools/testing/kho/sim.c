// SPDX-License-Identifier: GPL-2.0-only
/* Pages and chance for the simulation; see sim.h */

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim.h"
#include "../../../kernel/liveupdate/kho_memory.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(addr, size)	((void)(addr), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(addr, size)	((void)(addr), (void)(size))
#endif

#define SIM_ARENA_SIZE	(4UL << 30)
#define SIM_NR_PAGES	(SIM_ARENA_SIZE / PAGE_SIZE)

/* Far above what the arena is at, and not the same in any low bits */
#define SIM_PHYS_BASE	0x5a0000000000ULL

static char *arena;
static struct page *pages;
static struct page *free_pages;
static unsigned long nr_touched, nr_used, nr_frees;
static long fail_after;
static pthread_mutex_t page_lock = PTHREAD_MUTEX_INITIALIZER;

static __noreturn void sim_die(const char *what)
{
	fprintf(stderr, "simulation: %s\n", what);
	abort();
}

__attribute__((constructor)) static void sim_init(void)
{
	arena = mmap(NULL, SIM_ARENA_SIZE + PAGE_SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	pages = mmap(NULL, SIM_NR_PAGES * sizeof(*pages),
		     PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (arena == MAP_FAILED || pages == MAP_FAILED)
		sim_die("no memory");
	arena = (char *)(((uintptr_t)arena + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1));
}

void *page_address(const struct page *page)
{
	return arena + (page - pages) * PAGE_SIZE;
}

struct page *virt_to_page(const void *virt)
{
	unsigned long nr = ((const char *)virt - arena) / PAGE_SIZE;

	if (nr >= SIM_NR_PAGES)
		sim_die("no page has this address");
	return &pages[nr];
}

bool sim_phys_valid(phys_addr_t phys)
{
	return phys >= SIM_PHYS_BASE && phys < SIM_PHYS_BASE + SIM_ARENA_SIZE;
}

void *phys_to_virt(phys_addr_t phys)
{
	if (!sim_phys_valid(phys))
		sim_die("no memory has this physical address");
	return arena + (phys - SIM_PHYS_BASE);
}

phys_addr_t virt_to_phys(const void *virt)
{
	return SIM_PHYS_BASE + ((const char *)virt - arena);
}

struct page *kho_alloc_pages(unsigned int order)
{
	struct page *page = NULL;

	if (order)
		sim_die("a node has one page");
	pthread_mutex_lock(&page_lock);
	if (fail_after && --fail_after == 0)
		goto out;
	page = free_pages;
	if (page)
		free_pages = page->next_free;
	else if (nr_touched < SIM_NR_PAGES)
		page = &pages[nr_touched++];
	else
		sim_die("arena too small");
	nr_used++;
	page->used = true;
	ASAN_UNPOISON_MEMORY_REGION(page_address(page), PAGE_SIZE);
	memset(page_address(page), 0, PAGE_SIZE);
out:
	pthread_mutex_unlock(&page_lock);
	return page;
}

void __free_page(struct page *page)
{
	pthread_mutex_lock(&page_lock);
	if (!page->used || page->reserved)
		sim_die("freed twice, or the wrong way");
	page->used = false;
	nr_used--;
	nr_frees++;
#ifndef __SANITIZE_ADDRESS__
	memset(page_address(page), 0xa5, PAGE_SIZE);
#endif
	ASAN_POISON_MEMORY_REGION(page_address(page), PAGE_SIZE);
	page->next_free = free_pages;
	free_pages = page;
	pthread_mutex_unlock(&page_lock);
}

unsigned long sim_pages_used(void)
{
	return __atomic_load_n(&nr_used, __ATOMIC_RELAXED);
}

unsigned long sim_frees(void)
{
	return __atomic_load_n(&nr_frees, __ATOMIC_RELAXED);
}

/* Let the nth allocation from now on fail; 0: none */
void sim_fail_alloc(long nth)
{
	fail_after = nth;
}

void *memchr_inv(const void *start, int c, size_t bytes)
{
	const unsigned long *p = start, *end = p + bytes / sizeof(*p);

	/* Whole words of zeros are all that is asked for */
	if (c || bytes % sizeof(*p))
		sim_die("not the search that was foreseen");
	for (; p < end; p++)
		if (*p)
			return (void *)p;
	return NULL;
}

unsigned long find_next_bit(const unsigned long *map, unsigned long size,
			    unsigned long start)
{
	unsigned long word;

	while (start < size) {
		word = READ_ONCE(map[BIT_WORD(start)]) >> (start & 63);
		if (word)
			return min(start + __ffs(word), size);
		start = (start | 63) + 1;
	}
	return size;
}

unsigned int sim_random(void)
{
	static __thread u64 state;
	static u64 threads;

	if (!state)
		state = 0x9e3779b97f4a7c15ULL *
			__atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 32;
}

void sim_perturb(void)
{
#ifdef SIM_THREADS
	unsigned int r = sim_random();

	if (r % 512 == 0)
		usleep(10);
	else if (r % 32 == 0)
		sched_yield();
#endif
}
