// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update: the subtree, by which the next kernel finds sessions and FLBs.
 */
#include <linux/err.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "luo_internal.h"

/* Of this kernel's live update: which it will be, and what tells of it. */
static u64 luo_num = 1;
static struct luo_ser *luo_header;

/**
 * luo_header_add() - there is a session to hand over
 *
 * Without one there is no subtree: nobody is bothered with what need not be read.
 *
 * Context: Process context, may sleep; after luo_preserve_begin(), with the list of
 * sessions locked.
 * Return: 0, or an error of kho_alloc_preserve() or kho_add_subtree().
 */
int luo_header_add(void)
{
	struct luo_ser *header = kho_alloc_preserve(sizeof(*header));
	int err;

	if (IS_ERR(header))
		return PTR_ERR(header);
	strscpy(header->compatible, LUO_COMPATIBLE);
	header->liveupdate_num = luo_num;
	err = kho_add_subtree(LUO_SUBTREE_NAME, header, sizeof(*header));
	if (err)
		kho_unpreserve_free(header);
	else
		luo_header = header;
	return err;
}

/**
 * luo_header_remove() - the last session is gone
 *
 * Context: Process context, may sleep, with the list of sessions locked.
 */
void luo_header_remove(void)
{
	kho_remove_subtree(luo_header);
	kho_unpreserve_free(luo_header);
	luo_header = NULL;
}

/**
 * luo_header_write() - say where everything lies
 * @sessions: physical address of the sessions' block chain; 0 without one
 * @flbs: that of the FLBs
 *
 * Context: Process context, when everything is frozen.
 */
void luo_header_write(u64 sessions, u64 flbs)
{
	if (!luo_header)
		return;
	luo_header->sessions = sessions;
	luo_header->flbs = flbs;
}

/**
 * luo_header_read() - read what came, and go on from there
 * @header: where to put it
 *
 * Context: Boot, once.
 * Return: 0; -ENOENT when nothing came; -EBADMSG or -EINVAL when it is damaged;
 * -EPROTONOSUPPORT when it is of another version.
 */
int __init luo_header_read(struct luo_ser *header)
{
	size_t size;
	phys_addr_t phys;
	struct folio *folio;
	int err;

	err = kho_retrieve_subtree(LUO_SUBTREE_NAME, &phys, &size);
	if (err)
		return err;
	if (size < sizeof(*header))
		return -EINVAL;
	folio = kho_restore_folio(phys);
	if (!folio)
		return -EINVAL;
	memcpy(header, folio_address(folio), sizeof(*header));
	folio_put(folio);
	if (strncmp(header->compatible, LUO_COMPATIBLE,
		    sizeof(header->compatible)))
		return -EPROTONOSUPPORT;
	luo_num = header->liveupdate_num + 1;
	return 0;
}
