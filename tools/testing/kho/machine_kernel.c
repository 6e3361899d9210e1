// SPDX-License-Identifier: GPL-2.0-only
/* Stand-ins for what the real files call of the kernel; see machine_private.h */

#include <stdarg.h>
#include <stdlib.h>

#include <linux/crc32.h>
#include <linux/page-flags.h>
#include <linux/slab.h>

#include "machine_private.h"
#include "sim_crc.h"

unsigned char *sim_buddy, *sim_kept, *sim_inited;
unsigned long sim_steps, sim_crc_bytes;
long sim_uncounted;
unsigned char *sim_cma;
char sim_log[4096];
bool sim_kdump, movable_node_enabled;
static size_t log_len;
bool enabled;

/* Of all pages that there can be; most are never touched */
static struct page *pages;

/* What the real files call */
char sim_image[SIM_IMAGE_SIZE];
unsigned long initrd_start, initrd_end, totalcma_pages;

/* What pr_err() and the like call */
int sim_printk(const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(sim_log + log_len, sizeof(sim_log) - log_len, fmt, args);
	va_end(args);
	log_len = min_t(size_t, log_len + len, sizeof(sim_log) - 1);
	return len;
}

void sim_reset_log(void)
{
	log_len = 0;
	sim_log[0] = '\0';
}

int kstrtoull(const char *s, unsigned int base, u64 *res)
{
	char *end;

	*res = strtoull(s, &end, base);
	return *s && !*end ? 0 : -EINVAL;
}

unsigned long long memparse(const char *ptr, char **end)
{
	return strtoull(ptr, end, 0);
}

unsigned long __sw_hweight64(__u64 word)
{
	return __builtin_popcountl(word);
}

void *kmalloc(size_t size, gfp_t gfp)
{
	return calloc(1, size);
}

void kfree(void *p)
{
	free(p);
}

bool slab_is_available(void)
{
	return false;
}

u32 __crc32c_le(u32 crc, const void *buf, size_t size)
{
	sim_crc_bytes += size;
	return sim_crc32c(crc, buf, size);
}

struct page *sim_page(unsigned long pfn)
{
	if (!pages)
		pages = sim_map(sizeof(*pages));
	/* memblock asks for the page behind the last, too */
	return &pages[min(pfn, SIM_SPAN >> PAGE_SHIFT)];
}

struct page *virt_to_page(const void *virt)
{
	return sim_page(virt_to_phys(virt) >> PAGE_SHIFT);
}

void *page_address(const struct page *page)
{
	return sim_memory((phys_addr_t)(page - pages) << PAGE_SHIFT);
}

struct page *alloc_page(gfp_t gfp)
{
	phys_addr_t phys = machine_take(0, NODE);

	memset(phys_to_virt(phys), 0, PAGE_SIZE);
	return virt_to_page(phys_to_virt(phys));
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	if (order)
		die("nodes have one page", order);
	return alloc_page(gfp);
}

unsigned long page_to_pfn(const struct page *page)
{
	return page - pages;
}

void free_page(unsigned long addr)
{
	__free_page(virt_to_page((void *)addr));
}

void __free_page(struct page *page)
{
	sim_owner[page - pages] = FREE;
}

struct sim_zone *page_zone(const struct page *page)
{
	static struct sim_zone zones[2][SIM_ZONES + 1];
	phys_addr_t phys = PFN_PHYS(page - pages);

	return &zones[sim_nid(phys)][sim_zone(phys)];
}

int early_pfn_to_nid(unsigned long pfn)
{
	return sim_nid(PFN_PHYS(pfn));
}

unsigned long get_num_physpages(void)
{
	unsigned long nr = 0;

	sim_for_each_bank(bank)
		nr += sim_index(bank->end) - sim_index(bank->start);
	return nr;
}

void reserve_bootmem_region(phys_addr_t start, phys_addr_t end, int nid)
{
}

struct pglist_data *first_online_pgdat(void)
{
	return NULL;
}

struct pglist_data *next_online_pgdat(struct pglist_data *pgdat)
{
	return NULL;
}

void atomic_long_set(atomic_long_t *v, long i)
{
}

void memblock_init_cma_pageblocks(phys_addr_t base, phys_addr_t size)
{
	memset(sim_cma + sim_index(base), 1, size >> PAGE_SHIFT);
}

phys_addr_t reserve_mem_kho_alloc(const char *name, phys_addr_t size,
				  phys_addr_t align)
{
	return 0;
}

void memblock_free_pages(struct page *page, unsigned long pfn,
			 unsigned int order)
{
	static const unsigned char none[MAX_ORDER_NR_PAGES];
	unsigned long count = 1UL << order;

	if (count > sizeof(none) || pfn + count > SIM_SPAN >> PAGE_SHIFT)
		die("pages freed that are none", pfn);
	if (memcmp(sim_buddy + pfn, none, count))
		die("page freed twice", pfn);
	memset(sim_buddy + pfn, 1, count);
	sim_uncounted += count;
}

struct sim_pgdat *sim_node_data(int nid)
{
	static struct sim_pgdat nodes[2] = {
		{ { { 0, 0 }, { 0, 1 }, { 0, 2 } } },
		{ { { 1, 0 }, { 1, 1 }, { 1, 2 } } },
	};

	return &nodes[nid];
}

bool zone_spans_pfn(const struct sim_span *zone, unsigned long pfn)
{
	return zone->nid == early_pfn_to_nid(pfn) &&
	       zone->nr == sim_zone(PFN_PHYS(pfn));
}

/* Struct pages that are left to be initialised by zone, in blocks of one alone */
void memblock_init_noinit_pages(unsigned long pfn, unsigned long nr_pages)
{
	phys_addr_t first = PFN_PHYS(pfn), last = PFN_PHYS(pfn + nr_pages - 1);

	if (pfn % MAX_ORDER_NR_PAGES || nr_pages % MAX_ORDER_NR_PAGES)
		die("half of a block is initialised", pfn);
	if (sim_nid(first) != sim_nid(last) || sim_zone(first) != sim_zone(last))
		die("pages of two zones are initialised as those of one", pfn);
	memset(sim_inited + pfn, 1, nr_pages);
}

void __SetPageReserved(struct page *page)
{
	if (sim_kept[page - pages]++)
		die("page kept twice", page - pages);
}

void __free_pages_core(struct page *page, unsigned int order, int context)
{
	memblock_free_pages(page, page - pages, order);
}

unsigned long free_reserved_area(void *start, void *end, int poison,
				 const char *name)
{
	unsigned long pfn = virt_to_phys(start) >> PAGE_SHIFT;
	unsigned long nr = (end - start) >> PAGE_SHIFT;

	for (unsigned long i = 0; i < nr; i++)
		memblock_free_pages(NULL, pfn + i, 0);
	return nr;
}

bool is_kdump_kernel(void)
{
	return sim_kdump;
}

bool kho_is_enabled(void)
{
	return enabled;
}

void kho_disable(const char *why)
{
	enabled = false;
}

bool sim_on_demand;

bool kho_has_reserve(void)
{
	return enabled && !sim_on_demand;
}

void kho_drop_reserve(void)
{
	sim_on_demand = true;
}

/* The old kernel's, which is open until the jump */
enum kho_state kho_state = KHO_OPEN;
struct percpu_rw_semaphore kho_changes;

bool kho_return_begin(unsigned long ip)
{
	return true;
}
