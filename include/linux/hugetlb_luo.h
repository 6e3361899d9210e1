/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Huge pages that come from the last kernel in memfds: what mm/hugetlb.c is asked to do
 * with them, and what it asks when it fills its pool.
 */
#ifndef _LINUX_HUGETLB_LUO_H
#define _LINUX_HUGETLB_LUO_H

#include <linux/types.h>

struct folio;
struct hstate;
struct inode;

#ifdef CONFIG_LIVEUPDATE_HUGETLB

void hugetlb_adopt_folio(struct hstate *h, struct folio *folio);
int hugetlb_add_adopted(struct inode *inode, struct folio *folio, pgoff_t idx);

unsigned long hugetlb_luo_coming(unsigned int order, int nid);

#else

static inline unsigned long hugetlb_luo_coming(unsigned int order, int nid)
{
	return 0;
}

#endif /* CONFIG_LIVEUPDATE_HUGETLB */

#endif /* _LINUX_HUGETLB_LUO_H */
