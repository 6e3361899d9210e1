/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as the life of a handover needs beyond sim.h, and what
 * the stand-ins for KHO's other files noted. There is one thread: a lock that is
 * waited for never comes, and what breaks a rule of the kernel ends the run.
 */

#ifndef _KHO_STATE_KERNEL_H
#define _KHO_STATE_KERNEL_H

#include "sim.h"
#include "sim_lib.h"
#include <linux/errno.h>
#include "../../../kernel/liveupdate/kho_version.h"

#define CONFIG_KEXEC_HANDOVER_DEBUGFS		1
#define CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT	0
#define CONFIG_KEXEC_HANDOVER_DEMAND_DEFAULT	0
#define IS_ENABLED(CONFIG_option)	(CONFIG_option)

#define SZ_128K			0x20000
#define SZ_256K			0x40000
#define MAX_NUMNODES		4
#define U32_MAX			(~0U)

#define __packed		__attribute__((__packed__))
#define __aligned(n)		__attribute__((__aligned__(n)))
#define __printf(fmt, args)	__attribute__((format(printf, fmt, args)))
#define __ro_after_init

#define max(a, b)		({ typeof(a) _a = (a); typeof(b) _b = (b); \
				   _a > _b ? _a : _b; })
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define ilog2(n)		(fls64(n) - 1)
#define __ffs64(n)		__ffs(n)
#define hweight64(n)		__builtin_popcountll(n)
#define _RET_IP_		((unsigned long)__builtin_return_address(0))
#define ERR_PTR(err)		((void *)(long)(err))
#define PTR_ERR(ptr)		((long)(ptr))
#define IS_ERR(ptr)		((unsigned long)(ptr) > -4096UL)
#define PTR_ERR_OR_ZERO(ptr)	(IS_ERR(ptr) ? (int)PTR_ERR(ptr) : 0)

static inline unsigned int get_order(size_t size)
{
	return fls64((size - 1) >> PAGE_SHIFT);
}

#define strscpy(dst, src)	sim_strscpy(dst, src, sizeof(dst))

/* Boot: a test calls what the kernel would call */
#define early_param(name, fn)	\
	static const struct sim_param sim_param_##fn = { name, fn }
#define core_initcall(fn)	extern int sim_initcall_##fn

struct sim_param {
	const char *name;
	int (*fn)(char *arg);
};

/* What is printed is kept, with its level, for the tests to look at */
__printf(2, 3) void sim_printk(char level, const char *fmt, ...);

#define pr_err(fmt, ...)	sim_printk('e', pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)	sim_printk('w', pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...)	sim_printk('n', pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)	sim_printk('i', pr_fmt(fmt), ##__VA_ARGS__)

void sim_die(const char *what) __noreturn;

/* Locks */
#define DEFINE_MUTEX(name)	struct mutex name = { PTHREAD_MUTEX_INITIALIZER }

struct percpu_rw_semaphore {
	unsigned int readers;
	bool writer;
};

#define DEFINE_PERCPU_RWSEM(name)	struct percpu_rw_semaphore name

void percpu_down_read(struct percpu_rw_semaphore *sem);
void percpu_up_read(struct percpu_rw_semaphore *sem);
void percpu_down_write(struct percpu_rw_semaphore *sem);
void percpu_up_write(struct percpu_rw_semaphore *sem);

/* Does anyone hold kho_lock? The test tells, which sees it. */
bool sim_locked(void);

/* Work that waits until a test has it done */
struct work_struct {
	void (*fn)(struct work_struct *work);
};

#define INIT_WORK(work, what)	((work)->fn = (what))

struct folio;
void folio_put(struct folio *folio);

void schedule_work(struct work_struct *work);
bool sim_do_work(void);

/* Lists, which change under the lock that orders the steps */
#define sim_list_changes()	sim_need_locked()

void sim_need_locked(void);

#include "sim_list.h"

/* Memory: what is not asked for as zeros is garbage, what is freed stays so */
struct folio;

#define PFN_PHYS(pfn)		((phys_addr_t)(pfn) << PAGE_SHIFT)
#define page_to_pfn(page)	((unsigned long)(page_to_phys(page) >> PAGE_SHIFT))

void __free_pages(struct page *page, unsigned int order);

/* The FDT of the stand-in: nothing but its size */
#define fdt_totalsize(fdt)	(*(const u32 *)(fdt))

/* What the stand-ins answer that are asked for checksums */
#define SIM_CRC_TREE		0x7ee
#define SIM_CRC_BITMAPS		0xb175
/* Where a list of bitmaps is */
#define SIM_CHUNK		0x123000

/**
 * struct sim - what a test tells the stand-ins, and what they tell the test
 * @fail_at: which step from now on fails, of those that can; 0: none
 * @meanwhile: what another thread does before anyone else gets the changes for
 *	himself; once
 * @meanwhile_at: how many may get them first
 * @audit_err: what kho_audit() returns
 * @poison_err: what kho_find_poison() returns
 * @gaps_err: what kho_check_gaps() returns
 * @write_err: what kho_write_subtrees() returns
 * @version: what kho_version_out() returns
 * @bitmaps_err: what kho_bitmaps_write() returns
 * @lists: how many lists of bitmaps are there
 * @sessions: live update has something in the FDT
 * @fdt_size: bytes that the FDT will have
 * @came: metadata of the last kernel; NULL: there is none
 * @came_size: its size
 * @came_inside: a block begins before it
 * @pages: how many are allocated
 * @own: how many KHO preserves for itself
 * @restored: the folio that was taken back, and how many were
 * @added: the metadata for the next kernel
 * @steps: on the way to the FDT: pruned p, audited a, gaps g, bitmaps b, written w
 * @on_demand: size of the area that the image holds on demand
 * @reports: how often what nobody claimed was told
 * @log: all that was printed, a line each, behind its level
 */
struct sim {
	unsigned int fail_at;
	void (*meanwhile)(void);
	unsigned int meanwhile_at;
	int audit_err, poison_err, gaps_err, write_err;
	enum kho_version version;
	int bitmaps_err;
	unsigned int lists;
	bool sessions;
	u32 fdt_size;
	u32 on_demand;
	void *came;
	size_t came_size;
	bool came_inside;

	unsigned long pages, own, counted, theirs;
	struct {
		phys_addr_t phys;
		unsigned int count;
	} restored;
	struct {
		const char *name;
		const void *blob;
		size_t size;
	} added;
	char steps[16];
	unsigned int reports;
	char log[4096];
};

extern struct sim sim;

bool sim_preserved(const void *mem);
unsigned int sim_printed(char level);

#endif /* _KHO_STATE_KERNEL_H */
