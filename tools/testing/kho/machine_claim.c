// SPDX-License-Identifier: GPL-2.0-only
/* The file itself, with struct pages of which nothing is seen */
#include <linux/mm.h>

struct folio {
	struct page page;
};

#undef pr_fmt
#undef TAIL_MAPPING
#define set_page_private(page, val)	((page)->private = (val))
#define page_private(page)		((page)->private)
#define __ClearPageReserved(page)	((void)(page))
#define set_page_count(page, count)	((void)(page))
#define set_compound_head(page, head)	((void)(page))
#define __SetPageHead(page)		((void)(page))
#define prep_compound_head(page, order)	((void)(page))
#define page_rmappable_folio(page)	((void)(page))
#define page_folio(page)		((struct folio *)(page))
#define folio_put(folio)		((void)(folio))
#define page_zone_id(page)		((int)(uintptr_t)page_zone(page))
#define adjust_managed_page_count(page, count)	((void)(page))
#define TAIL_MAPPING			NULL
#define smp_mb__before_atomic()	((void)0)
#define folio_set_has_hwpoisoned(folio)	((void)(folio))

#include "../../../kernel/liveupdate/kho_claim.c"
