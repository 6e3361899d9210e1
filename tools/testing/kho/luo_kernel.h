/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as live update needs, in user space, with one thread. What is
 * not for the one who asks cannot be read: memory that was handed over is poisoned for
 * the sanitizer until it is claimed, and what was freed is so again.
 */
#ifndef _KHO_LUO_KERNEL_H
#define _KHO_LUO_KERNEL_H

#include "sim_list.h"
#include "sim_types.h"
#include <asm-generic/errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_SIZE		(1UL << PAGE_SHIFT)
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#define PAGE_ALIGNED(n)		(!((n) & ~PAGE_MASK))
#define BIT(n)			(1UL << (n))
#define U32_MAX			(~0U)
#define HZ			100
#define IS_ENABLED(CONFIG_option) 0
#define GFP_KERNEL		0

#define __packed		__attribute__((__packed__))
#define __aligned(n)		__attribute__((__aligned__(n)))
#define __printf(fmt, args)	__attribute__((format(printf, fmt, args)))
#define __user
#define __ro_after_init
#define THIS_MODULE		NULL
#define READ_ONCE(x)		(x)
#define WRITE_ONCE(x, v)	((x) = (v))
#define sizeof_field(t, f)	sizeof(((t *)0)->f)

typedef int32_t s32;
typedef long long loff_sim_t;
typedef u32 __u32;
typedef int32_t __s32;
typedef u8 __u8;
typedef u64 __aligned_u64 __attribute__((aligned(8)));

void sim_die(const char *what) __noreturn;

static inline unsigned long __ffs(unsigned long x)
{
	return __builtin_ctzl(x);
}

/* Errors in pointers */
#define ERR_PTR(err)		((void *)(long)(err))
#define PTR_ERR(p)		((long)(p))
#define IS_ERR(p)		((unsigned long)(p) >= -4095UL)
#define IS_ERR_OR_NULL(p)	(!(p) || IS_ERR(p))
#define PTR_ERR_OR_ZERO(p)	(IS_ERR(p) ? PTR_ERR(p) : 0)

/* What is printed is counted. */
extern unsigned int sim_lines;
__printf(1, 2) void sim_printk(const char *fmt, ...);

#define pr_err(fmt, ...)	sim_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)	sim_printk(pr_fmt(fmt), ##__VA_ARGS__)

/* Strings */
#define strscpy(dst, src)	sim_strscpy(dst, src, sizeof(dst))
#define strscpy_pad(dst, src)	sim_strscpy(dst, src, sizeof(dst))

void sim_strscpy(char *dst, const char *src, size_t size);
int kstrtobool(const char *text, bool *res);

/* Allocations: the Nth of them fails. */
extern unsigned int sim_fail_nth;
void *sim_zalloc(size_t size);

#define kzalloc(size, gfp)	sim_zalloc(size)
#define kcalloc(n, size, gfp)	sim_zalloc((n) * (size))
#define kfree(p)		free(p)
#define kfree_rcu(p, member)	free(p)

/* Tables */
struct rhash_head {
	struct list_head list;
};

struct rhashtable {
	struct list_head list;
};

struct rhashtable_params {
	size_t key_len, key_offset, head_offset;
	bool automatic_shrinking;
};

struct rcu_head {
	int unused;
};

int rhashtable_init(struct rhashtable *ht, const struct rhashtable_params *params);
void *rhashtable_lookup(struct rhashtable *ht, const void *key,
			struct rhashtable_params params);
int rhashtable_lookup_insert_fast(struct rhashtable *ht, struct rhash_head *head,
				  struct rhashtable_params params);
int rhashtable_remove_fast(struct rhashtable *ht, struct rhash_head *head,
			   struct rhashtable_params params);

#define rhashtable_lookup_fast	rhashtable_lookup

/* As many blocks as a test needs */
struct xarray {
	void *entry[8];
};

static inline void xa_init(struct xarray *xa)
{
	memset(xa, 0, sizeof(*xa));
}

#define xa_load(xa, i)		((xa)->entry[i])
#define xa_store(xa, i, p, gfp)	((xa)->entry[i] = (p), NULL)
#define xa_err(p)		PTR_ERR_OR_ZERO(p)
#define xa_erase(xa, i)		((void)((xa)->entry[i] = NULL))

/* Locks: with one thread, waiting has no end. */

/* Is it locked? */
struct mutex {
	bool locked;
};

#define DEFINE_MUTEX(name)	struct mutex name
#define mutex_init(m)		((void)((m)->locked = false))
#define lockdep_assert_held(m)	((m)->locked ? (void)0 : sim_die("not locked"))

struct sim_guard {
	/* To be unlocked; none for RCU */
	struct mutex *mutex;
};

struct sim_guard sim_guard_mutex(struct mutex *mutex);
struct sim_guard sim_guard_rcu(void);
void sim_unguard(struct sim_guard *guard);

#define SIM_JOIN(a, b)		a##b
#define SIM_NAME(a, b)		SIM_JOIN(a, b)
#define guard(kind)							\
	struct sim_guard SIM_NAME(sim_guard_, __COUNTER__)		\
		__attribute__((cleanup(sim_unguard), unused)) = sim_guard_##kind
#define scoped_guard(kind, lock)					\
	for (struct sim_guard _guard __attribute__((cleanup(sim_unguard))) = \
	     sim_guard_##kind(lock), *_once = &_guard; _once; _once = NULL)

static inline void sim_free_kfree(void *p)
{
	free(*(void **)p);
}

#define __free(fn)		__attribute__((cleanup(sim_free_##fn)))
#define no_free_ptr(p)		({ __auto_type _ptr = (p); (p) = NULL; _ptr; })

struct percpu_rw_semaphore {
	int readers;
};

#define DEFINE_STATIC_PERCPU_RWSEM(name) static struct percpu_rw_semaphore name

void percpu_down_read(struct percpu_rw_semaphore *sem);
void percpu_up_read(struct percpu_rw_semaphore *sem);
void percpu_down_write(struct percpu_rw_semaphore *sem);
void percpu_up_write(struct percpu_rw_semaphore *sem);

typedef struct {
	int counter;
} atomic_t;

#define ATOMIC_INIT(n)		{ n }
#define atomic_read(a)		((a)->counter)
#define atomic_inc(a)		((void)(a)->counter++)
#define atomic_dec_and_test(a)	(!--(a)->counter)
#define test_and_set_bit_lock(n, p) (*(p) & BIT(n) ? 1 : (*(p) |= BIT(n), 0))
#define clear_bit_unlock(n, p)	((void)(*(p) &= ~BIT(n)))

#define DECLARE_WAIT_QUEUE_HEAD(name) int name
#define wake_up_all(wq)		((void)*(wq))
#define wait_event(wq, cond)	((cond) ? (void)(wq) : sim_die("waits for ever"))
#define wait_event_timeout(wq, cond, t) ((void)(wq), (void)(t), (cond))

/* Files */
struct inode;
struct module;
struct seq_file;

struct file {
	void *private_data;
	int refs;
	unsigned int f_mode, f_flags;
	loff_t f_pos;
};

struct file_operations {
	struct module *owner;
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	void *compat_ioctl;
	void *llseek;
};

#define compat_ptr_ioctl	NULL
#define noop_llseek		NULL

struct miscdevice {
	int minor;
	const char *name;
	const struct file_operations *fops;
	unsigned int mode;
};

#define MISC_DYNAMIC_MINOR	255
#define misc_register(dev)	((dev)->minor ? 0 : -EINVAL)

#define DEFINE_SHOW_ATTRIBUTE(name)					\
	static const struct file_operations name##_fops = {		\
		.llseek = name##_show,					\
	}
#define debugfs_create_dir(name, parent) NULL
#define debugfs_create_file(name, mode, dir, data, fops)		\
	((void)(mode), (void)(dir), (void)(fops))

__printf(2, 3) void seq_printf(struct seq_file *m, const char *fmt, ...);
void seq_escape(struct seq_file *m, const char *text, const char *which);
void seq_putc(struct seq_file *m, char c);

struct file *sim_file(void *data);
struct file *fget(int fd);
struct file *get_file(struct file *file);
void fput(struct file *file);

#define anon_inode_getfile(name, fops, data, flags) \
	((void)(name), (void)(fops), sim_file(data))
#define get_unused_fd_flags(flags) 3
#define put_unused_fd(fd)	((void)(fd))
#define fd_install(fd, file)	((void)(fd), (void)(file))
#define get_user(to, from)	((to) = *(from), 0)
#define copy_to_user(to, from, n) (memcpy(to, from, n) != (to))
#define copy_struct_from_user(to, n, from, from_n)			\
	((void)(from_n), memcpy(to, from, n) == (to) ? 0 : -EFAULT)
#define try_module_get(owner)	((owner) == NULL)
#define module_put(owner)	((void)(owner))

/* Boot */
#define early_param(name, fn)	int (*sim_param_##fn)(char *) = fn
#define subsys_initcall(fn)	int (*sim_initcall_##fn)(void) = fn
#define late_initcall(fn)	int (*sim_initcall_##fn)(void) = fn

/* Memory: few pages, of which each is free, preserved by the last kernel, or ours. */
#define SIM_PAGES	48
#define SIM_BASE	0x100000ULL

enum sim_page {
	SIM_FREE,
	SIM_PRESERVED,
	SIM_CLAIMED,
	SIM_OURS,
};

extern enum sim_page sim_pages[SIM_PAGES];
extern char *sim_memory;

struct folio;
struct page;
struct kho_vmalloc;

#define phys_to_virt(phys)	((void *)(sim_memory + ((phys) - SIM_BASE)))
#define virt_to_phys(p)		((u64)((char *)(p) - sim_memory) + SIM_BASE)
#define folio_address(folio)	((void *)(folio))

void sim_set_page(unsigned int nr, enum sim_page state);
/* All that is ours is what came, in the next kernel. */
void sim_kexec(void);
unsigned int sim_count(enum sim_page state);
void folio_put(struct folio *folio);
void free_page(unsigned long addr);

/* The subtree that came */
extern u64 sim_subtree;

#endif /* _KHO_LUO_KERNEL_H */
