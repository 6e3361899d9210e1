/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as all of KHO but early boot needs, and no more: every
 * header of the kernel is this one. There is one thread, on one CPU or another: a
 * lock that is waited for never comes, and what breaks a rule of the kernel ends
 * the run.
 */
#ifndef _KHO_PAGES_KERNEL_H
#define _KHO_PAGES_KERNEL_H

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "sim_lib.h"
#include "sim_list.h"
#include "sim_types.h"
#include <errno.h>

#ifndef PAGE_SHIFT
#error PAGE_SHIFT is to be given by the Makefile
#endif
#define PAGE_SIZE		(1UL << PAGE_SHIFT)

/* What is configured; as <linux/kconfig.h> has it for options that are on */
#define CONFIG_MEMORY_HOTPLUG			1
#define CONFIG_ZONE_DMA32			1
#define CONFIG_MEMORY_FAILURE			1
#define CONFIG_HAVE_ARCH_HUGE_VMALLOC		1
#define SIM_ARG_1				0,
#define sim_second(ignored, val, ...)		val
#define sim_is_on(arg)				sim_second(arg 1, 0)
#define sim_expanded(val)			sim_is_on(SIM_ARG_##val)
#define sim_enabled(val)			sim_expanded(val)
#define IS_ENABLED(CONFIG_option)		sim_enabled(CONFIG_option)

/* Types */
typedef u32 __be32;
typedef struct { unsigned long bits; } pgprot_t;
typedef u64 pte_t;
typedef u32 gfp_t;

#ifndef U32_MAX
#define U32_MAX			(~0U)
#endif
#define ULONG_MAX		(~0UL)
#define PHYS_ADDR_MAX		(~(phys_addr_t)0)
#define SZ_1K			0x400
#define SZ_4K			0x1000
#define SZ_64K			0x10000
#define SZ_128K			0x20000
#define SZ_256K			0x40000
#define SZ_512K			0x80000
#define SZ_1M			0x100000
#define SZ_2M			0x200000
#define SZ_4M			0x400000
#define SZ_16M			0x1000000
#define SZ_32M			0x2000000
#define SZ_64M			0x4000000
#define MAX_NUMNODES		4
#define NUMA_NO_NODE		(-1)

#define __packed		__attribute__((__packed__))
#define __aligned(n)		__attribute__((__aligned__(n)))
#define __weak			__attribute__((weak))
#define __ro_after_init
#define __initdata
#define VISIBLE_IF_KUNIT	static
#define EXPORT_SYMBOL_IF_KUNIT(sym)	extern int sim_exported_##sym
#define _RET_IP_		((unsigned long)__builtin_return_address(0))

void sim_die(const char *what) __noreturn;

/* Nobody else is there */
#define READ_ONCE(x)		((typeof(x))(x))
#define WRITE_ONCE(x, v)	((x) = (v))
#define smp_mb__before_atomic()	((void)(sim_ordered = true))
#define cmpxchg(p, old, new)	__sync_val_compare_and_swap(p, old, new)

#define max(a, b)		({ __auto_type _a = (a); __auto_type _b = (b); \
				   _a > _b ? _a : _b; })
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define min3(a, b, c)		min(a, min(b, c))
#define max_t(type, a, b)	max((type)(a), (type)(b))

/* Bits */
#define BITS_PER_LONG		64
#define BITS_PER_TYPE(type)	(sizeof(type) * 8)
#define BITS_TO_LONGS(n)	DIV_ROUND_UP(n, BITS_PER_LONG)
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define BIT_WORD(n)		((n) / BITS_PER_LONG)
#define GENMASK(h, l)		((~0UL << (l)) & (~0UL >> (63 - (h))))
#define GENMASK_ULL(h, l)	((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define BITMAP_FIRST_WORD_MASK(start)	(~0UL << ((start) & 63))
#define BITMAP_LAST_WORD_MASK(nbits)	(~0UL >> (-(nbits) & 63))
#define DECLARE_BITMAP(name, bits)	unsigned long name[BITS_TO_LONGS(bits)]
#define hweight64(n)		((unsigned int)__builtin_popcountll(n))
#define const_ilog2(n)		(63 - __builtin_clzll(n))
#define ilog2(n)		((unsigned int)(fls64(n) - 1))
#define ALIGN(n, a)		(((n) + (typeof(n))(a) - 1) & ~((typeof(n))(a) - 1))
#define ALIGN_DOWN(n, a)	((n) & ~((typeof(n))(a) - 1))
#define IS_ALIGNED(n, a)	(!((n) & ((typeof(n))(a) - 1)))

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

/* Of 0 there is none */
unsigned long __ffs(unsigned long x);
unsigned long __fls(unsigned long x);
#define __ffs64(n)		((unsigned int)__ffs(n))

/* Set where memory was read; what orders that with later reads clears it */
extern bool sim_read_early;

#define smp_rmb()		((void)(sim_read_early = false))

static inline bool test_bit(unsigned long nr, const unsigned long *map)
{
	if (sim_read_early)
		sim_die("a bit may be read before what it tells of");
	return map[BIT_WORD(nr)] & BIT(nr & 63);
}

static inline void __set_bit(unsigned long nr, unsigned long *map)
{
	map[BIT_WORD(nr)] |= BIT(nr & 63);
}

/* Who sees the bit is to see what was written before, too */
extern bool sim_ordered;

static inline void set_bit(unsigned long nr, unsigned long *map)
{
	if (!sim_ordered)
		sim_die("a bit may be seen before what it tells of");
	sim_ordered = false;
	__set_bit(nr, map);
}

static inline void clear_bit(unsigned long nr, unsigned long *map)
{
	map[BIT_WORD(nr)] &= ~BIT(nr & 63);
}

static inline bool test_and_set_bit(unsigned long nr, unsigned long *map)
{
	bool old = test_bit(nr, map);

	__set_bit(nr, map);
	return old;
}

static inline bool test_and_clear_bit(unsigned long nr, unsigned long *map)
{
	bool old = test_bit(nr, map);

	clear_bit(nr, map);
	return old;
}

#define for_each_set_bit(bit, map, size)				\
	for ((bit) = 0; (bit) < (size); (bit)++)			\
		if (test_bit(bit, map))

#define get_unaligned(p)	(((const struct { typeof(*(p)) v; } __packed *)(p))->v)

/* Sizes, whose products do not overflow but saturate */
static inline size_t array_size(size_t nr, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(nr, size, &bytes) ? SIZE_MAX : bytes;
}

static inline unsigned int get_order(size_t size)
{
	return fls64((size - 1) >> PAGE_SHIFT);
}

/* Errors */
#define IS_ERR(p)		((unsigned long)(p) >= -4095UL)
#define ERR_PTR(err)		((void *)(long)(err))
#define PTR_ERR(p)		((long)(p))
#define PTR_ERR_OR_ZERO(p)	((int)(IS_ERR(p) ? PTR_ERR(p) : 0))

/* Strings */
#define strscpy(dst, src)	sim_strscpy(dst, src, sizeof(dst))

/* That of the C library wants an array even where there is nothing in it. */
#define bsearch(key, base, nr, size, cmp)				\
	((nr) ? bsearch(key, base, nr, size, cmp) : NULL)

/* What is printed is kept, with its level, for the tests to look at */
void sim_printk(char level, const char *fmt, ...);

#define pr_err(fmt, ...)	sim_printk('e', pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)	sim_printk('w', pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...)	sim_printk('n', pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)	sim_printk('i', pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_ratelimited	pr_err

#define WARN_ON_ONCE(cond)	({ bool _w = (cond); sim_warnings += _w; _w; })

extern unsigned int sim_warnings;

/* Boot: a test calls what the kernel would call */
#define early_param(name, fn)	int (*sim_param_##fn)(char *arg) = fn
#define core_initcall(fn)	int (*sim_initcall_##fn)(void) = fn
#define postcore_initcall(fn)	int (*sim_initcall_##fn)(void) = fn
#define fs_initcall(fn)		int (*sim_initcall_##fn)(void) = fn

/* CPUs, each with its own of what there is one of for each */
#define SIM_CPUS			2
#define DEFINE_PER_CPU(type, name)	typeof(type) name[SIM_CPUS]
#define per_cpu(var, cpu)		((var)[cpu])
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < SIM_CPUS; (cpu)++)
#define this_cpu_ptr(ptr)		(&(*(ptr))[sim_this_cpu()])
#define this_cpu_add(var, n)		((var)[sim_cpu] += (n))
#define this_cpu_sub(var, n)		((var)[sim_cpu] -= (n))
#define __this_cpu_add(var, n)		((var)[sim_this_cpu()] += (n))

extern unsigned int sim_cpu, sim_preempt_off;

unsigned int sim_this_cpu(void);
void sim_may_sleep(void);

#define preempt_disable()		((void)sim_preempt_off++)
#define preempt_enable()		((void)sim_preempt_off--)
#define cond_resched()			sim_may_sleep()

/* Locks */
struct mutex {
	bool locked;
};

#define DEFINE_MUTEX(name)		struct mutex name

struct mutex *sim_lock(struct mutex *lock);
void sim_unlock(struct mutex **lock);

#define guard(mutex)							\
	__attribute__((cleanup(sim_unlock), unused))			\
	struct mutex *sim_guard = sim_lock
/* Which nobody leaves but at its end */
#define scoped_guard(kind, lock)					\
	for (struct mutex *_lock = sim_lock(lock); _lock;		\
	     sim_unlock(&_lock), _lock = NULL)

struct rcu_sync {
	bool writer;
};

struct percpu_rw_semaphore {
	struct rcu_sync rss;
	unsigned int readers;
};

#define DEFINE_PERCPU_RWSEM(name)	struct percpu_rw_semaphore name
#define rcu_sync_is_idle(sync)		(!(sync)->writer)

void percpu_down_read(struct percpu_rw_semaphore *sem);
void percpu_up_read(struct percpu_rw_semaphore *sem);
void percpu_down_write(struct percpu_rw_semaphore *sem);
void percpu_up_write(struct percpu_rw_semaphore *sem);

/* Work that waits until a test has it done */
struct work_struct {
	void (*fn)(struct work_struct *work);
};

#define INIT_WORK(work, function)	((work)->fn = (function))

void schedule_work(struct work_struct *work);

/*
 * Pages. @count is 1 for what is allocated or reserved; @private is anything before
 * it is set, as the kernel leaves it.
 */
struct page {
	unsigned long private;
	struct list_head lru;
	void *mapping;
	struct page *head;
	int count;
	unsigned int order;
	bool reserved, is_head, buddy, rmappable, poisoned, has_poison;
};

struct folio {
	struct page page;
};

#define GFP_KERNEL		1
#define __GFP_ZERO		2
#define __GFP_COMP		4
#define GFP_DMA			8
#define GFP_DMA32		16

#if PAGE_SHIFT == 12
#define MAX_PAGE_ORDER		10
#else
#define MAX_PAGE_ORDER		13
#endif

#define PFN_PHYS(pfn)		((phys_addr_t)(pfn) << PAGE_SHIFT)
#define PHYS_PFN(phys)		((unsigned long)((phys) >> PAGE_SHIFT))
#define PFN_UP(phys)		PHYS_PFN((phys) + PAGE_SIZE - 1)
#define PAGE_ALIGN(n)		ALIGN(n, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(n)	ALIGN_DOWN(n, PAGE_SIZE)
#define PAGE_ALIGNED(n)		IS_ALIGNED((u64)(n), PAGE_SIZE)
#define offset_in_page(n)	((unsigned long)(n) & (PAGE_SIZE - 1))

struct page *pfn_to_page(unsigned long pfn);
unsigned long page_to_pfn(const struct page *page);
void *phys_to_virt(phys_addr_t phys);
phys_addr_t virt_to_phys(const void *virt);

bool virt_addr_valid(const void *virt);

#define __pa(virt)		virt_to_phys(virt)
#define __va(phys)		phys_to_virt(phys)
#define page_to_phys(page)	PFN_PHYS(page_to_pfn(page))
#define page_address(page)	phys_to_virt(page_to_phys(page))
#define virt_to_page(virt)	pfn_to_page(PHYS_PFN(virt_to_phys(virt)))
#define page_folio(page)	((struct folio *)((page)->head ?: (page)))
#define virt_to_folio(virt)	page_folio(virt_to_page(virt))
#define folio_pfn(folio)	page_to_pfn(&(folio)->page)
#define folio_order(folio)	((folio)->page.order)
#define page_count(page)	((page)->count)
#define page_private(page)	((page)->private)
#define set_page_private(page, val)	((page)->private = (val))
#define PageReserved(page)	((page)->reserved)
#define PageBuddy(page)		((page)->buddy)
#define PageHWPoison(page)	((page)->poisoned)
#define SetPageHWPoison(page)	((page)->poisoned = true)
#define folio_set_has_hwpoisoned(folio)	((folio)->page.has_poison = true)
#define clear_page_tag_ref(page)	((void)(page))
#define TAIL_MAPPING		((void *)0x7a11)

void __ClearPageReserved(struct page *page);
void set_page_count(struct page *page, int count);
void set_compound_head(struct page *page, struct page *head);
void prep_compound_head(struct page *page, unsigned int order);

#define __SetPageHead(page)		((page)->is_head = true)
#define page_rmappable_folio(page)	((page)->rmappable = true)

struct page *alloc_pages(gfp_t gfp, unsigned int order);
void __free_pages(struct page *page, unsigned int order);
void folio_put(struct folio *folio);

#define __free_page(page)	__free_pages(page, 0)
#define free_page(virt)		__free_page(virt_to_page((void *)(virt)))

/* Nodes and zones */
struct zone {
	long managed;
};

struct zone *page_zone(const struct page *page);
int pfn_to_nid(unsigned long pfn);
void adjust_managed_page_count(struct page *page, long count);
unsigned long get_num_physpages(void);
unsigned int num_possible_nodes(void);

/* Memory that comes and goes */
enum { MEM_GOING_OFFLINE, MEM_OFFLINE, MEM_ONLINE };
enum { NOTIFY_DONE, NOTIFY_OK };

struct memory_notify {
	unsigned long start_pfn;
	unsigned long nr_pages;
};

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long event,
			     void *data);
};

#define PAGES_PER_SECTION		4096UL
#define __pfn_to_section(pfn)		((pfn) / PAGES_PER_SECTION)
/* What is passed on is the errno itself */
#define notifier_from_errno(err)	((err) ?: NOTIFY_OK)

bool pfn_valid(unsigned long pfn);
bool early_section(unsigned long section);
struct page *pfn_to_online_page(unsigned long pfn);
bool is_migrate_cma_page(const struct page *page);
int hotplug_memory_notifier(int (*fn)(struct notifier_block *nb,
				      unsigned long event, void *data), int pri);

/* Images of all memory, in which this one is */
enum { PM_HIBERNATION_PREPARE, PM_RESTORE_PREPARE };

int register_pm_notifier(struct notifier_block *nb);

/* What boot knew of memory */
enum memblock_flags {
	MEMBLOCK_NONE,
	MEMBLOCK_HOTPLUG = 1,
	MEMBLOCK_MIRROR = 2,
	MEMBLOCK_NOMAP = 4,
	MEMBLOCK_DRIVER_MANAGED = 8,
	MEMBLOCK_RSRV_KERN = 64,
	MEMBLOCK_KHO_FLAGS = 128,
};

struct memblock_region {
	phys_addr_t base;
	phys_addr_t size;
	enum memblock_flags flags;
	int nid;
};

struct memblock_type {
	unsigned long cnt;
	unsigned long max;
	phys_addr_t total_size;
	struct memblock_region *regions;
	const char *name;
};

struct memblock {
	struct memblock_type memory, reserved;
};

extern struct memblock memblock;

#define SMP_CACHE_BYTES			64
#define memblock_get_region_node(r)	((r)->nid)

void *memblock_alloc(size_t size, size_t align);
void memblock_free(void *mem, size_t size);
phys_addr_t memblock_end_of_DRAM(void);
u64 memblock_kernel_allocated(phys_addr_t end, int nid);

/* Small allocations */
void *kzalloc(size_t size, gfp_t gfp);
void kfree(const void *mem);

#define kmalloc				kzalloc
#define kvmalloc_array(nr, size, gfp)	kzalloc(array_size(nr, size), gfp)
#define kvfree				kfree

/* vmalloc areas */
#define VM_ALLOC		0x02
#define VM_MAP			0x04
#define VM_USERMAP		0x08
#define VM_UNINITIALIZED	0x20
#define VM_ALLOW_HUGE_VMAP	0x400
#define VMALLOC_START		0x600000000000UL
#define VMALLOC_END		0x700000000000UL
#define PMD_SHIFT		(2 * PAGE_SHIFT - 3)
#define PMD_SIZE		(1UL << PMD_SHIFT)
#define PAGE_KERNEL		((pgprot_t){ 1 })

struct vm_struct {
	struct list_head list;
	void *addr;
	unsigned long size;
	unsigned long flags;
	struct page **pages;
	unsigned int nr_pages;
	unsigned int order;
	/* What is mapped, page by page */
	struct page **mapped;
};

typedef struct {
	long counter;
} atomic_long_t;

#define atomic_long_add(n, v)	((v)->counter += (n))

#define atomic_long_read(v)	((v)->counter)
#define num_poisoned_pages_inc(pfn)	((void)(pfn), num_poisoned_pages.counter++)

extern atomic_long_t nr_vmalloc_pages, num_poisoned_pages;

struct vm_struct *find_vm_area(const void *addr);
struct vm_struct *__get_vm_area_node(unsigned long size, unsigned long align,
				     unsigned long shift, unsigned long flags,
				     unsigned long start, unsigned long end,
				     int node, gfp_t gfp, const void *caller);
void free_vm_area(struct vm_struct *area);
int vmap_pages_range(unsigned long addr, unsigned long end, pgprot_t prot,
		     struct page **pages, unsigned int shift);

#define vm_area_page_order(vm)		((vm)->order)
#define set_vm_area_page_order(vm, n)	((vm)->order = (n))
#define get_vm_area_size(vm)		((vm)->size)
#define kasan_reset_tag(addr)		((const void *)(addr))
#define kasan_hw_tags_enabled()		false
#define arch_vmap_pgprot_tagged(prot)	(prot)
#define KASAN_VMALLOC_PROT_NORMAL	1
#define KASAN_VMALLOC_VM_ALLOC		2
#define kasan_unpoison_vmalloc(addr, size, flags)	(addr)
#define clear_vm_uninitialized_flag(vm)	((vm)->flags &= ~VM_UNINITIALIZED)
#define kmemleak_vmalloc(vm, size, gfp)	((void)(vm), (void)(size))

/* Images */
#define KEXEC_ON_CRASH		1
#define KEXEC_TYPE_DEFAULT	0
#define KEXEC_TYPE_CRASH	1
#define KEXEC_BUF_MEM_UNKNOWN	0

struct kexec_segment {
	phys_addr_t mem;
	size_t memsz;
};

struct kimage {
	unsigned long nr_segments;
	struct kexec_segment segment[16];
	unsigned int type;
	struct {
		phys_addr_t fdt;
		size_t fdt_size;
		phys_addr_t scratch;
		size_t scratch_size;
		unsigned long unplaced;
	} kho;
};

struct kexec_buf {
	struct kimage *image;
	void *buffer;
	unsigned long bufsz;
	unsigned long mem;
	unsigned long memsz;
	unsigned long buf_align;
	unsigned long buf_min;
	unsigned long buf_max;
	bool top_down;
};

struct resource {
	phys_addr_t start;
	phys_addr_t end;
};

int kexec_add_buffer(struct kexec_buf *kbuf);
bool debug_pagealloc_enabled(void);

/* Files in sysfs */
struct file;
struct kobject;

struct attribute {
	const char *name;
	unsigned int mode;
};

struct kobj_attribute {
	struct attribute attr;
	ssize_t (*show)(struct kobject *kobj, struct kobj_attribute *attr,
			char *buf);
	ssize_t (*store)(struct kobject *kobj, struct kobj_attribute *attr,
			 const char *buf, size_t count);
};

struct bin_attribute;

struct attribute_group {
	struct attribute **attrs;
	struct bin_attribute **bin_attrs;
};

struct bin_attribute {
	struct attribute attr;
	size_t size;
	void *private;
	ssize_t (*read)(struct file *file, struct kobject *kobj,
			struct bin_attribute *attr, char *buf, loff_t pos,
			size_t count);
};

#define __ATTR_RO_MODE(name, mode)	{ { #name, mode }, name##_show, NULL }
#define __ATTR_RO(name)			__ATTR_RO_MODE(name, 0444)
#define __ATTR_RW(name)			{ { #name, 0644 }, name##_show, name##_store }
#define CAP_SYS_ADMIN			21

extern struct kobject *kernel_kobj, *firmware_kobj;

bool capable(int cap);
bool sysfs_streq(const char *a, const char *b);
int sysfs_emit(char *buf, const char *fmt, ...);
int sysfs_emit_at(char *buf, int at, const char *fmt, ...);
struct kobject *kobject_create_and_add(const char *name, struct kobject *parent);
void kobject_put(struct kobject *kobj);
int sysfs_create_group(struct kobject *kobj, const struct attribute_group *group);
int sysfs_create_bin_file(struct kobject *kobj, const struct bin_attribute *attr);

/* Files in debugfs */
#define __user
#define THIS_MODULE		NULL

struct dentry;

struct inode {
	loff_t i_size;
	void *i_private;
};

struct file {
	void *private_data;
};

struct file_operations {
	void *owner;
	int (*open)(struct inode *inode, struct file *file);
	ssize_t (*read)(struct file *file, char *to, size_t count, loff_t *pos);
	loff_t (*llseek)(struct file *file, loff_t to, int whence);
};

#define i_size_write(inode, size)	((void)((inode)->i_size = (size)))

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent);
struct dentry *debugfs_create_symlink(const char *name, struct dentry *parent,
				      const char *target);
struct dentry *debugfs_create_file(const char *name, unsigned int mode,
				   struct dentry *parent, void *data,
				   const struct file_operations *fops);
void debugfs_remove(struct dentry *dentry);
struct inode *d_inode(struct dentry *dentry);
int simple_open(struct inode *inode, struct file *file);
loff_t default_llseek(struct file *file, loff_t to, int whence);
ssize_t simple_read_from_buffer(void *to, size_t count, loff_t *pos,
				const void *from, size_t available);
long copy_from_kernel_nofault(void *to, const void *from, size_t size);
unsigned long copy_to_user(void *to, const void *from, unsigned long size);

/* Device trees */
struct device_node;

struct reserved_mem {
	phys_addr_t base;
	phys_addr_t size;
};

extern int dt_root_addr_cells, dt_root_size_cells;

u64 dt_mem_next_cell(int nr, const __be32 **cell);
struct device_node *of_find_node_by_path(const char *path);
void of_node_put(struct device_node *np);
struct reserved_mem *of_reserved_mem_lookup(struct device_node *np);

/* Others */
u32 __crc32c_le(u32 crc, const void *buf, size_t size);

#endif /* _KHO_PAGES_KERNEL_H */
