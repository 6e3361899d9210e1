/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small machine of struct pages, on which one kernel preserves and the next one
 * claims, with all of KHO between them but early boot (which machine.h has).
 *
 * The model knows of each page whether it may be preserved, from the layout alone.
 */
#ifndef _KHO_PAGES_H
#define _KHO_PAGES_H

#include "check.h"
#include "pages_kernel.h"

#include <linux/kexec_handover.h>
#include "../../../kernel/liveupdate/kho_audit.h"
#include "../../../kernel/liveupdate/kho_claim.h"
#include "../../../kernel/liveupdate/kho_fdt.h"
#include "../../../kernel/liveupdate/kho_finalize.h"
#include "../../../kernel/liveupdate/kho_map.h"
#include "../../../kernel/liveupdate/kho_memory.h"
#include "../../../kernel/liveupdate/kho_preserve.h"
#include "../../../kernel/liveupdate/kho_rules.h"
#include "../../../kernel/liveupdate/kho_scratch.h"
#include "../../../kernel/liveupdate/kho_state.h"
#include "../../../kernel/liveupdate/kho_subtree.h"

#define SIM_DEBUG	IS_ENABLED(CONFIG_KEXEC_HANDOVER_DEBUG)

/* Places are numbers of pages, the same whatever their size; a unit is a MiB of 4K */
#define U(n)		((unsigned long)(n) * 256)
#define SIM_PAGES	U(256)

#define BANK_A		U(16)
#define FIRMWARE	BANK_A
#define FIRMWARE_END	(FIRMWARE + 100)
#define SCRATCH_A	U(20)
#define SCRATCH_A_END	U(24)
#define OWN		U(30)	/* what boot took for the kernel itself */
#define OWN_END		U(31)
#define TABLE		(U(40) + 3)	/* firmware's, too */
#define TABLE_END	(U(40) + 10)
#define INITRD		U(48)	/* free by now */
#define INITRD_END	U(50)
#define LENT		U(52)	/* firmware's, used for movable pages meanwhile */
#define LENT_END	U(53)
#define HOME		U(56)	/* what the page allocator gives out first */
#define BANK_A_END	U(80)
#define BANK_B		U(96)
#define SCRATCH_B	U(100)
#define SCRATCH_B_END	U(108)
#define BORDER		(U(128) + 5)	/* of the nodes */
#define ZONE		(U(140) + 3)	/* one more begins, on node 1 */
#define NOMAP		U(160)
#define MANAGED		U(164)	/* a driver's */
#define BANK_C		U(166)
#define SCRATCH_C	U(170)
#define SCRATCH_C_END	U(174)
#define FAR_HOME	U(180)	/* whose keys are in no node but theirs */
#define FAR_HOME_END	(FAR_HOME + 64)
#define LATE		U(192)	/* added after boot */
#define OFFLINE		U(224)
#define OFFLINE_END	U(240)

/**
 * struct sim - what a test tells the machine, and what that tells the test
 * @fail_at: which allocation from now on fails; 0: none
 * @failed: it did
 * @prefer_late: the page allocator gives out what was added after boot first
 * @no_home: and has no other memory
 * @no_low: low memory was added, too
 * @far_home: it gives out pages of FAR_HOME alone, which are to be freed first
 * @late_left: how many such pages it has still
 * @low_asked: how often it was asked for low memory
 * @border: where node 1 begins
 * @zone: where node 1's second zone begins
 * @pages: how many are allocated
 * @objects: how many small allocations there are
 * @meanwhile: what another thread does before anyone gets the changes for himself
 * @gaps_err: what kho_check_gaps() returns
 * @log: all that was printed, a line each, behind its level
 */
struct sim {
	unsigned int fail_at;
	bool failed;
	bool prefer_late, no_home, no_low, far_home;
	unsigned int late_left, low_asked;
	unsigned long border, zone;
	long pages, objects;
	void (*meanwhile)(void);
	int gaps_err;
	char log[16384];
};

extern struct sim sim;
extern struct page sim_pages[SIM_PAGES];
/* May a page be preserved? */
extern bool sim_allowed[SIM_PAGES];

/* Chance, which is the same each time */
unsigned int sim_random(unsigned int below);

bool sim_fails(void);
unsigned int sim_printed(char level);
bool sim_said(const char *text);
void sim_quiet(void);
bool sim_do_work(void);

/* pages_machine.c */
void sim_power_on(void);
void sim_cold(void);
void sim_kexec(void);
const char *sim_takeover(void);
unsigned int sim_nr_nodes(void);
long sim_managed(void);
struct folio *sim_folio(unsigned long pfn, unsigned int order);

/* A set of keys as the ABI has it, read by the plainest of means */
typedef void (*sim_key_fn)(unsigned long pfn, unsigned int order);
void sim_visit_keys(const struct kho_radix_node *root, sim_key_fn fn);

struct sim_count {
	unsigned long keys, pages;
};

struct sim_count sim_count(const struct kho_radix_node *root);
const char *sim_next_says(void);

/* What the page allocator gives out */
static inline bool sim_is_home(unsigned long pfn)
{
	return (pfn >= HOME && pfn < BANK_A_END) || (pfn >= LATE && pfn < OFFLINE);
}

extern int (*sim_memory_event)(struct notifier_block *nb, unsigned long event,
			       void *data);

/* pages_kernel.c */
void sim_page_allocator_reset(void);
void *sim_vmalloc(unsigned int nr_pages, unsigned int order, unsigned long flags,
		  unsigned long first);
void sim_vfree(void *ptr);
unsigned int sim_vmallocs(void);

/* pages_files.c */
void sim_forget_out(void);
void sim_forget_in(void);
void sim_switch(bool on);
struct kho_kexec_metadata *sim_metadata(void);
extern int (*sim_initcall_kho_init)(void);
extern int (*sim_initcall_kho_sysfs_init)(void);
extern int (*sim_initcall_kho_debugfs_init)(void);
extern int (*sim_initcall_kho_hotplug_init)(void);
extern int (*sim_initcall_kho_power_init)(void);
extern int (*sim_initcall_kho_mark_poison)(void);
extern int (*sim_param_kho_setup)(char *arg);

/* pages_model.c: what has to be in the map */
void model_reset(void);
bool model_allows(unsigned long pfn, unsigned long nr);
unsigned int model_order(unsigned long pfn, unsigned long left);
int model_expect(unsigned long pfn, unsigned long nr);
void model_change(unsigned long pfn, unsigned long nr, bool add);
void model_change_block(unsigned long pfn, unsigned int order, bool add);
bool model_preserved(unsigned long pfn);
int model_block(unsigned long pfn);
bool model_twice(void);
void model_check(const struct kho_radix_node *root);

/* What a kernel has taken, to be compared with what is there after an error */
struct sim_state {
	long pages, objects;
	struct sim_count out, in;
	u64 preserved;
};

struct sim_state sim_state(void);
bool sim_same(const struct sim_state *before);

/*
 * Let each allocation of @call fail in its turn, for as long as there is one more:
 * it has to return @err then, and leave nothing behind.
 */
#define FAIL_EACH(call, err) ({						\
	unsigned int _n = 0;						\
	long _ret;							\
	do {								\
		struct sim_state _before = sim_state();			\
		sim.failed = false;					\
		sim.fail_at = ++_n;					\
		_ret = (long)(call);					\
		sim.fail_at = 0;					\
		if (sim.failed) {					\
			CHECK(_ret == (long)(err));			\
			CHECK(sim_same(&_before));			\
		}							\
	} while (sim.failed);						\
	CHECK(_n > 1);							\
	_ret;								\
})

/* Tests, of several files */
extern const struct check checks_map[], checks_claim[], checks_vmalloc[],
	checks_chain[], checks_subtree[], checks_memory[], checks_kexec[],
	checks_sysfs[], checks_of[], checks_poison[], checks_version[], checks_debugfs[];

#endif /* _KHO_PAGES_H */
