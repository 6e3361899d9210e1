/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The checks of the test driver for Kexec HandOver. Each takes the number that
 * was given with its name, or 0.
 */
#ifndef _TEST_KHO_ACTIONS_H
#define _TEST_KHO_ACTIONS_H

/* test_kho_actions.c */
void test_kho_expect(const char *what, long got, long want);

/* test_kho_misuse.c: one call, one answer */
void test_kho_twice(unsigned long arg);
void test_kho_scratch(unsigned long arg);
void test_kho_range(unsigned long arg);
void test_kho_stray(unsigned long arg);
void test_kho_unpreserve(unsigned long arg);
void test_kho_audit(unsigned long arg);
void test_kho_map(unsigned long arg);
void test_kho_churn(unsigned long arg);

/* test_kho_fault.c: allocations that fail */
void test_kho_fault(unsigned long arg);

/* test_kho_regions.c: memory of reserve_mem= */
void test_kho_regions_fill(unsigned long arg);
void test_kho_regions_check(unsigned long arg);

/* test_kho_pages.c: struct pages, all of them */
void test_kho_struct_pages(unsigned long arg);

/* test_kho_crumbs.c: no contiguous memory */
void test_kho_crumbs(unsigned long arg);
void test_kho_crumbs_undo(void);

/* test_kho_poison.c: memory with hardware errors */
void test_kho_poison(unsigned long arg);
void test_kho_poisoned(unsigned long arg);

/* test_kho_state.c: subtrees, and what finalizing changes */
void test_kho_names(unsigned long arg);
void test_kho_full(unsigned long arg);
void test_kho_full_undo(void);
void test_kho_busy(unsigned long arg);
void test_kho_veto(unsigned long arg);
void test_kho_veto_undo(void);

/* test_kho_subtrees.c: many of them */
void test_kho_subtrees(unsigned long arg);
void test_kho_subtrees_undo(void);
void test_kho_claim(unsigned long arg);

/* test_kho_race.c: several things at once */
void test_kho_race(unsigned long arg);
void test_kho_storm(unsigned long arg);
void test_kho_storm_undo(void);

/* test_kho_damage.c: what came of it */
void test_kho_badmsg(unsigned long arg);

/* test_kho_bench.c: figures */
void test_kho_dense(unsigned long arg);
void test_kho_span(unsigned long arg);
void test_kho_cpus(unsigned long arg);

#endif /* _TEST_KHO_ACTIONS_H */
