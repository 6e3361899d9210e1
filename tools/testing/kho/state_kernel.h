/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as the life of a handover needs beyond sim.h, and what
 * the stand-ins for KHO's other files noted. There is one thread: a lock that is
 * waited for never comes, and what breaks a rule of the kernel ends the run.
 */

#ifndef _KHO_STATE_KERNEL_H
#define _KHO_STATE_KERNEL_H

#include "sim.h"
#include <linux/errno.h>

#define CONFIG_SYSFS				1
#define CONFIG_KEXEC_HANDOVER_DEBUGFS		1
#define CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT	0
#define IS_ENABLED(CONFIG_option)	(CONFIG_option)

#define SZ_4M			0x400000
#define SZ_128K			0x20000
#define SZ_256K			0x40000
#define MAX_NUMNODES		4

#define __packed		__attribute__((__packed__))
#define __aligned(n)		__attribute__((__aligned__(n)))
#define __printf(fmt, args)	__attribute__((format(printf, fmt, args)))
#define __ro_after_init

#define max(a, b)		({ typeof(a) _a = (a); typeof(a) _b = (b); \
				   _a > _b ? _a : _b; })
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define swap(a, b)		do { typeof(a) _t = (a); (a) = (b); (b) = _t; } while (0)
#define ilog2(n)		(fls64(n) - 1)
#define ERR_PTR(err)		((void *)(long)(err))

static inline unsigned int get_order(size_t size)
{
	return fls64((size - 1) >> PAGE_SHIFT);
}

struct list_head {
	struct list_head *next, *prev;
};

#define strscpy(dst, src)	sim_strscpy(dst, src, sizeof(dst))

void sim_strscpy(char *dst, const char *src, size_t size);
int kstrtobool(const char *s, bool *res);

struct new_utsname {
	char release[65];
};

struct new_utsname *init_utsname(void);

/* Boot: a test calls what the kernel would call */
#define early_param(name, fn)	\
	static const struct sim_param sim_param_##fn = { name, fn }
#define core_initcall(fn)	extern int sim_initcall_##fn
#define fs_initcall(fn)		extern int sim_initcall_##fn

struct sim_param {
	const char *name;
	int (*fn)(char *arg);
};

/* What is printed is kept, with its level, for the tests to look at */
__printf(2, 3) void sim_printk(char level, const char *fmt, ...);

#define pr_err(fmt, ...)	sim_printk('e', pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)	sim_printk('w', pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)	sim_printk('i', pr_fmt(fmt), ##__VA_ARGS__)

void sim_die(const char *what) __noreturn;

/* Locks */
#define DEFINE_MUTEX(name)	struct mutex name = { PTHREAD_MUTEX_INITIALIZER }

/* guard() of sim.h makes a struct of what it is given */
#define rwsem_read		mutex
#define rwsem_write		mutex

#define scoped_guard(kind, lock) \
	for (struct mutex *_held __attribute__((cleanup(sim_guard_unlock))) = \
		     sim_guard_lock(lock), *_once = _held; _once; _once = NULL)

struct percpu_rw_semaphore {
	unsigned int readers;
	bool writer;
};

#define DEFINE_STATIC_PERCPU_RWSEM(name)	static struct percpu_rw_semaphore name

void percpu_down_read(struct percpu_rw_semaphore *sem);
void percpu_up_read(struct percpu_rw_semaphore *sem);
void percpu_down_write(struct percpu_rw_semaphore *sem);
void percpu_up_write(struct percpu_rw_semaphore *sem);
void synchronize_rcu(void);

/* Notifiers. Who reads the chain twice at once may wait for a writer for ever. */
struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long event,
			     void *data);
	struct notifier_block *next;
};

struct blocking_notifier_head {
	struct mutex rwsem;	/* over the chain */
	struct notifier_block *head;
};

#define BLOCKING_NOTIFIER_HEAD(name) \
	struct blocking_notifier_head name = { { PTHREAD_MUTEX_INITIALIZER }, NULL }

#define NOTIFY_DONE		0
#define NOTIFY_OK		1
#define NOTIFY_STOP_MASK	0x8000
#define NOTIFY_STOP		(NOTIFY_STOP_MASK | NOTIFY_OK)
#define NOTIFY_BAD		(NOTIFY_STOP_MASK | 2)

#define rcu_dereference_raw(p)	(p)

static inline int notifier_from_errno(int err)
{
	return NOTIFY_STOP_MASK | (NOTIFY_OK - err);
}

static inline int notifier_to_errno(int ret)
{
	ret &= ~NOTIFY_STOP_MASK;
	return ret > NOTIFY_OK ? NOTIFY_OK - ret : 0;
}

int blocking_notifier_chain_register(struct blocking_notifier_head *chain,
				     struct notifier_block *nb);
int blocking_notifier_chain_unregister(struct blocking_notifier_head *chain,
				       struct notifier_block *nb);

/* Memory: what is not asked for as zeros is garbage, what is freed stays so */
#undef __GFP_ZERO
#define __GFP_ZERO		1
#define __GFP_COMP		2

struct folio {
	struct page page;
};

struct page *alloc_pages(int gfp, unsigned int order);
void __free_pages(struct page *page, unsigned int order);

#define folio_alloc(gfp, order)	((struct folio *)alloc_pages(gfp, order))
#define folio_put(folio)	__free_pages(&(folio)->page, 0)
#define folio_page(folio, n)	(&(folio)->page + (n))
#define folio_address(folio)	page_address(&(folio)->page)

/* The FDT of the stand-in: nothing but its size */
#define fdt_totalsize(fdt)	(*(const u32 *)(fdt))

/**
 * struct sim - what a test tells the stand-ins, and what they tell the test
 * @fail_at: which step from now on fails, of those that can; 0: none
 * @audit_err: what kho_audit() returns
 * @write_err: what kho_write_fdt() returns
 * @preserved: bytes that producers preserve
 * @unclaimed: bytes of the last kernel that nobody claimed
 * @fdt_need: bytes that the FDT will have
 * @node: another node of the memory map; NULL: it is its root alone
 * @came: metadata of the last kernel; NULL: there is none
 * @came_size: its size
 * @pages: how many are allocated
 * @own: how many KHO preserves for itself
 * @restored: the folio that was taken back, and how many were
 * @added: the metadata for the next kernel
 * @crc: of the memory map, as the FDT has it
 * @rcu: grace periods that were waited for
 * @files: files that were made, and whether they show a finalized state
 * @log: all that was printed, a line each, behind its level
 */
struct sim {
	unsigned int fail_at;
	int audit_err, write_err;
	u64 preserved, unclaimed;
	size_t fdt_need;
	void *node;
	void *came;
	size_t came_size;

	unsigned long pages, own;
	struct {
		phys_addr_t phys;
		unsigned int count;
	} restored;
	struct {
		const char *name;
		const void *blob;
		size_t size;
	} added;
	u32 crc;
	unsigned int rcu, audits, reports, forecasts;
	struct {
		unsigned int made;
		bool debugfs_final, sysfs_final;
	} files;
	char log[4096];
};

extern struct sim sim;

bool sim_preserved(const void *mem);
unsigned int sim_printed(char level);

#endif /* _KHO_STATE_KERNEL_H */
