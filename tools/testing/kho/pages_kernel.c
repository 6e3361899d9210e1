// SPDX-License-Identifier: GPL-2.0-only
/* The kernel around KHO; see pages_kernel.h */

#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdio.h>

#include "pages.h"
#include "sim_crc.h"

unsigned int sim_warnings, sim_cpu, sim_preempt_off;
bool sim_ordered, sim_read_early;
static unsigned int seed = 1;

void sim_die(const char *what)
{
	fflush(stdout);
	fprintf(stderr, "simulation: %s\n", what);
	abort();
}

unsigned int sim_random(unsigned int below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % below;
}

bool sim_fails(void)
{
	if (!sim.fail_at || --sim.fail_at)
		return false;
	sim.failed = true;
	return true;
}

/* CPUs, locks, work */
void sim_may_sleep(void)
{
	if (sim_preempt_off)
		sim_die("sleeps with preemption off");
	sim_cpu ^= 1;
}

unsigned int sim_this_cpu(void)
{
	if (!sim_preempt_off)
		sim_die("what is a CPU's is used where that may change");
	return sim_cpu;
}

struct mutex *sim_lock(struct mutex *lock)
{
	sim_may_sleep();
	if (lock->locked)
		sim_die("would wait for itself for ever");
	lock->locked = true;
	return lock;
}

void sim_unlock(struct mutex **lock)
{
	(*lock)->locked = false;
}

void percpu_down_read(struct percpu_rw_semaphore *sem)
{
	sim_may_sleep();
	if (sem->rss.writer)
		sim_die("a producer would wait for ever");
	sem->readers++;
}

void percpu_up_read(struct percpu_rw_semaphore *sem)
{
	if (!sem->readers--)
		sim_die("no producer was there");
}

void percpu_down_write(struct percpu_rw_semaphore *sem)
{
	void (*meanwhile)(void) = sim.meanwhile;

	sim_may_sleep();
	sim.meanwhile = NULL;
	if (meanwhile)
		meanwhile();
	if (sem->rss.writer || sem->readers)
		sim_die("would wait for itself for ever");
	sem->rss.writer = true;
}

void percpu_up_write(struct percpu_rw_semaphore *sem)
{
	if (!sem->rss.writer)
		sim_die("nobody kept producers away");
	sem->rss.writer = false;
}

static struct work_struct *work;

void schedule_work(struct work_struct *new)
{
	work = new;
}

bool sim_do_work(void)
{
	struct work_struct *now = work;

	work = NULL;
	if (now)
		now->fn(now);
	return now;
}

/* Bits, strings */
unsigned long __ffs(unsigned long x)
{
	if (!x)
		sim_die("the first bit of nothing");
	return __builtin_ctzl(x);
}

unsigned long __fls(unsigned long x)
{
	if (!x)
		sim_die("the last bit of nothing");
	return 63 - __builtin_clzl(x);
}

u32 __crc32c_le(u32 crc, const void *buf, size_t size)
{
	return sim_crc32c(crc, buf, size);
}

/* The log, in which a physical address, a bitmap and an errno are numbers */
static int print_pointer(char *out, size_t room, const char *kind, int width,
			 const void *p)
{
	int len = 0;

	switch (*kind) {
	case 'a':
		return snprintf(out, room, "%#llx", *(const phys_addr_t *)p);
	case 'e':
		return snprintf(out, room, "%ld", PTR_ERR(p));
	case 'b':
		for (int i = 0; i < width; i++)
			if (test_bit(i, p))
				len += snprintf(out + len, room - len, "%s%d",
						len ? "," : "", i);
		return len;
	default:
		return snprintf(out, room, "the caller");
	}
}

void sim_printk(char level, const char *fmt, ...)
{
	char *out = sim.log + strlen(sim.log), *end = sim.log + sizeof(sim.log) - 256;
	va_list args;

	if (out >= end)
		return;
	*out++ = level;
	va_start(args, fmt);
	while (*fmt && out < end) {
		size_t len = strcspn(fmt + 1, "%") + 1;
		char spec[128];
		int width;

		/* As far as the next one, so that each call prints one */
		memcpy(spec, fmt, len);
		spec[len] = '\0';
		fmt += len;
		if (!strncmp(spec, "%*p", 3)) {
			width = va_arg(args, int);
			out += print_pointer(out, end - out, spec + 3, width,
					     va_arg(args, void *));
			out += sprintf(out, "%s", spec + 5);
		} else if (!strncmp(spec, "%p", 2)) {
			out += print_pointer(out, end - out, spec + 2, 0,
					     va_arg(args, void *));
			out += sprintf(out, "%s", spec + 3);
		} else {
			out += vsnprintf(out, 256, spec, args);
		}
	}
	va_end(args);
	*out = '\0';
}

unsigned int sim_printed(char level)
{
	return sim_count_lines(sim.log, level);
}

bool sim_said(const char *text)
{
	return strstr(sim.log, text);
}

void sim_quiet(void)
{
	sim.log[0] = '\0';
}

/* The page allocator: what is free is poisoned */
static unsigned long next_home;

static void make_free(unsigned long pfn)
{
	if (sim_pages[pfn].buddy)
		return;
	sim_pages[pfn] = (struct page){ .buddy = true };
	ASAN_POISON_MEMORY_REGION(phys_to_virt(PFN_PHYS(pfn)), PAGE_SIZE);
}

/* All pages of the areas that it gives out are free, but those that are reserved */
void sim_page_allocator_reset(void)
{
	for (unsigned long pfn = HOME; pfn < BANK_A_END; pfn++)
		if (!sim_pages[pfn].reserved)
			make_free(pfn);
	for (unsigned long pfn = LATE; pfn < OFFLINE; pfn++)
		make_free(pfn);
	next_home = HOME;
}

static bool block_is_free(unsigned long pfn, unsigned long nr)
{
	while (nr--)
		if (!sim_pages[pfn++].buddy)
			return false;
	return true;
}

static unsigned long find_free(unsigned long start, unsigned long end,
			       unsigned int order)
{
	unsigned long nr = 1UL << order;

	for (unsigned long pfn = ALIGN(start, nr); pfn + nr <= end; pfn += nr)
		if (block_is_free(pfn, nr))
			return pfn;
	return 0;
}

static unsigned long find_pages(gfp_t gfp, unsigned int order)
{
	unsigned long pfn = 0;

	if (sim.far_home)
		return find_free(FAR_HOME, FAR_HOME_END, order);
	sim.low_asked += !!(gfp & GFP_DMA32);
	if (sim.prefer_late && sim.late_left && (sim.no_low || !(gfp & GFP_DMA32)))
		pfn = find_free(LATE, OFFLINE, order);
	sim.late_left -= !!pfn;
	if (sim.no_home)
		return pfn;
	/* Anywhere: neighbours are no friends */
	pfn = pfn ?: find_free(next_home, BANK_A_END, order) ?:
	      find_free(HOME, BANK_A_END, order);
	next_home = HOME + (next_home - HOME + 17) % (BANK_A_END - HOME);
	return pfn;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	unsigned long pfn, i;

	if (order > MAX_PAGE_ORDER)
		sim_die("so many pages are never allocated at once");
	if (gfp & GFP_KERNEL)
		sim_may_sleep();
	if (sim_fails())
		return NULL;
	pfn = find_pages(gfp, order);
	if (!pfn)
		return NULL;
	ASAN_UNPOISON_MEMORY_REGION(phys_to_virt(PFN_PHYS(pfn)),
				    PAGE_SIZE << order);
	memset(phys_to_virt(PFN_PHYS(pfn)), gfp & __GFP_ZERO ? 0 : 0xa5,
	       PAGE_SIZE << order);
	for (i = 0; i < 1UL << order; i++)
		sim_pages[pfn + i] = (struct page){
			.private = 0xbad,
			.count = !i,
			.head = i && gfp & __GFP_COMP ? &sim_pages[pfn] : NULL,
		};
	sim_pages[pfn].is_head = order && gfp & __GFP_COMP;
	sim_pages[pfn].order = order;
	sim.pages += 1L << order;
	return &sim_pages[pfn];
}

void __free_pages(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	if (page->buddy || page->reserved || page->head || page->order != order)
		sim_die("freed what was not allocated so");
	if (page->count != 1)
		sim_die("freed while somebody has it");
	if (kho_out_tree.root && kho_map_touches(&kho_out_tree, PFN_PHYS(pfn),
						 PFN_PHYS(pfn + (1UL << order))))
		sim_die("freed while it is preserved");
	for (unsigned long i = 0; i < 1UL << order; i++)
		make_free(pfn + i);
	sim.pages -= 1L << order;
}

void folio_put(struct folio *folio)
{
	__free_pages(&folio->page, folio->page.order);
}

/* Struct pages, as those who claim change them */
void __ClearPageReserved(struct page *page)
{
	if (!page->reserved)
		sim_die("a page that is somebody's is claimed");
	page->reserved = false;
	page_zone(page)->taken++;
	sim.pages++;
}

void set_page_count(struct page *page, int count)
{
	if (page->reserved)
		sim_die("a page is used before it is its owner's");
	page->count = count;
}

void set_compound_head(struct page *page, struct page *head)
{
	page->head = head;
}

void prep_compound_head(struct page *page, unsigned int order)
{
	if (!page->is_head)
		sim_die("no head of anything");
	page->order = order;
}

/* Small allocations */
void *kzalloc(size_t size, gfp_t gfp)
{
	void *mem;

	sim_may_sleep();
	mem = sim_fails() ? NULL : calloc(1, size);
	sim.objects += !!mem;
	return mem;
}

void kfree(const void *mem)
{
	sim.objects -= !!mem;
	free((void *)mem);
}

void *memblock_alloc(size_t size, size_t align)
{
	return kzalloc(size, 0);
}

void memblock_free(void *mem, size_t size)
{
	kfree(mem);
}

/* vmalloc areas, whose addresses nobody can use */
static LIST_HEAD(areas);
static unsigned long next_addr = VMALLOC_START;
atomic_long_t nr_vmalloc_pages, num_poisoned_pages;

struct vm_struct *find_vm_area(const void *addr)
{
	struct vm_struct *vm;

	list_for_each_entry(vm, &areas, list)
		if ((unsigned long)addr - (unsigned long)vm->addr < vm->size)
			return vm;
	return NULL;
}

struct vm_struct *__get_vm_area_node(unsigned long size, unsigned long align,
				     unsigned long shift, unsigned long flags,
				     unsigned long start, unsigned long end,
				     int node, gfp_t gfp, const void *caller)
{
	struct vm_struct *vm;

	if (!size || size % (1UL << shift) || align < 1UL << shift ||
	    start != VMALLOC_START || end != VMALLOC_END || node != NUMA_NO_NODE)
		sim_die("no such area");
	vm = kzalloc(sizeof(*vm), gfp);
	if (!vm)
		return NULL;
	next_addr = ALIGN(next_addr, align);
	vm->addr = (void *)next_addr;
	vm->size = size;
	vm->flags = flags;
	next_addr += size + PAGE_SIZE;
	list_add(&vm->list, &areas);
	return vm;
}

void free_vm_area(struct vm_struct *vm)
{
	list_del(&vm->list);
	kfree(vm->mapped);
	kfree(vm);
}

int vmap_pages_range(unsigned long addr, unsigned long end, pgprot_t prot,
		     struct page **pages, unsigned int shift)
{
	struct vm_struct *vm = find_vm_area((void *)addr);
	unsigned long nr = (end - addr) >> PAGE_SHIFT, i;
	unsigned long block = 1UL << (shift - PAGE_SHIFT);

	if (!vm || (unsigned long)vm->addr != addr || vm->size != end - addr ||
	    addr % (1UL << shift) || !prot.bits)
		sim_die("mapped is not what was asked for");
	for (i = 0; i < nr; i++)
		if (page_to_pfn(pages[i]) !=
		    page_to_pfn(pages[i - i % block]) + i % block ||
		    page_to_pfn(pages[i - i % block]) % block)
			sim_die("a huge page is not one");
	vm->mapped = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!vm->mapped)
		return -ENOMEM;
	memcpy(vm->mapped, pages, nr * sizeof(*pages));
	return 0;
}

/*
 * An area of pages that are somebody's from @first on, each 2^order of them
 * together, the last first.
 */
void *sim_vmalloc(unsigned int nr_pages, unsigned int order, unsigned long flags,
		  unsigned long first)
{
	struct vm_struct *vm = __get_vm_area_node((unsigned long)nr_pages << PAGE_SHIFT,
						  PAGE_SIZE, PAGE_SHIFT, flags,
						  VMALLOC_START, VMALLOC_END,
						  NUMA_NO_NODE, GFP_KERNEL, NULL);
	unsigned int block = 1U << order;

	vm->pages = kzalloc((nr_pages + 1) * sizeof(*vm->pages), GFP_KERNEL);
	vm->nr_pages = nr_pages;
	vm->order = order;
	for (unsigned int i = 0; i < nr_pages; i++)
		vm->pages[i] = pfn_to_page(first + (nr_pages - 1) / block * block -
					   i / block * block + i % block);
	return vm->addr;
}

void sim_vfree(void *ptr)
{
	struct vm_struct *vm = find_vm_area(ptr);

	kfree(vm->pages);
	free_vm_area(vm);
}

unsigned int sim_vmallocs(void)
{
	struct vm_struct *vm;
	unsigned int nr = 0;

	list_for_each_entry(vm, &areas, list)
		nr++;
	return nr;
}
