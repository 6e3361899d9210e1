// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update: data that lives as long as some file needs it (FLB).
 *
 * Of this kernel's FLBs each counts the files whose handlers need it. Those that came are
 * an array by name: whoever registers an FLB finds in it what belongs to him, also when he
 * is a module that comes and goes.
 */
#define pr_fmt(fmt) "LUO: " fmt

#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_internal.h"

/* That a handler needs an FLB */
struct luo_flb_link {
	struct list_head list;
	struct liveupdate_flb *flb;
};

enum luo_flb_state {
	LUO_FLB_CAME,
	LUO_FLB_RETRIEVED,
	LUO_FLB_FAILED,
	LUO_FLB_FINISHED,
};

/* An FLB that came */
struct luo_flb_in {
	char name[LUO_COMPATIBLE_SIZE];
	/* Files that need it, and whoever has it just now. */
	u64 users;
	enum luo_flb_state state;
	int err;
	struct liveupdate_flb_op_args args;
};

/* All that follows, and one operation of FLBs at a time. */
static DEFINE_MUTEX(luo_flb_lock);
static LIST_HEAD(luo_flbs);
static unsigned int luo_nr_flbs;
/* Where they are told of, while any of them is preserved. */
static struct luo_flb_header_ser *luo_flb_page;
static unsigned int luo_nr_preserved;

static struct luo_flb_in *luo_flbs_in;
static unsigned int luo_nr_flbs_in;

/* Who needs what */

/* Also when @flb itself is not registered, and holds anything. */
static bool luo_flb_name_taken(const struct liveupdate_flb *flb)
{
	struct liveupdate_flb *other;

	list_for_each_entry(other, &luo_flbs, list)
		if (other != flb && !strcmp(other->compatible, flb->compatible))
			return true;
	return false;
}

static struct luo_flb_link *luo_flb_find_link(struct liveupdate_file_handler *handler,
					      struct liveupdate_flb *flb)
{
	struct luo_flb_link *link;

	list_for_each_entry(link, &handler->flbs, list)
		if (link->flb == flb)
			return link;
	return NULL;
}

/**
 * liveupdate_register_flb() - a handler's files need an FLB
 * @handler: the handler, registered and without files
 * @flb: the FLB, which several handlers may need
 *
 * Context: Process context, may sleep.
 * Return: 0; -EOPNOTSUPP when live update is off; -EINVAL when an operation is missing, the
 * compatible string is empty or not terminated, or @handler is not registered; -EEXIST when
 * it is registered for @handler, or another FLB has its compatible string; -EBUSY when
 * @handler has files; -ENOSPC when there are 63 of them; -ENOMEM.
 */
int liveupdate_register_flb(struct liveupdate_file_handler *handler,
			    struct liveupdate_flb *flb)
{
	const struct liveupdate_flb_ops *ops = flb->ops;
	struct luo_flb_link *link __free(kfree) = NULL;

	if (!luo_on())
		return -EOPNOTSUPP;
	if (!ops->preserve || !ops->unpreserve || !ops->retrieve || !ops->finish ||
	    !luo_string_valid(flb->compatible, LUO_COMPATIBLE_SIZE))
		return -EINVAL;
	link = kzalloc(sizeof(*link), GFP_KERNEL);
	if (!link)
		return -ENOMEM;

	guard(mutex)(&luo_handlers_lock);
	guard(mutex)(&luo_flb_lock);
	if (!luo_handler_registered(handler))
		return -EINVAL;
	if (luo_flb_find_link(handler, flb) || luo_flb_name_taken(flb))
		return -EEXIST;
	if (handler->nr_files)
		return -EBUSY;
	if (!flb->nr_handlers) {
		if (luo_nr_flbs == LUO_FLB_MAX)
			return -ENOSPC;
		luo_nr_flbs++;
		list_add_tail(&flb->list, &luo_flbs);
	}
	flb->nr_handlers++;
	link->flb = flb;
	list_add_tail(&no_free_ptr(link)->list, &handler->flbs);
	return 0;
}
EXPORT_SYMBOL_GPL(liveupdate_register_flb);

/**
 * liveupdate_unregister_flb() - a handler's files do not need an FLB any more
 * @handler: the handler, without files
 * @flb: as it was registered
 *
 * Context: Process context, may sleep.
 * Return: 0; -EOPNOTSUPP when live update is off; -ENOENT when it was not registered;
 * -EBUSY when @handler has files.
 */
int liveupdate_unregister_flb(struct liveupdate_file_handler *handler,
			      struct liveupdate_flb *flb)
{
	struct luo_flb_link *link;

	if (!luo_on())
		return -EOPNOTSUPP;
	guard(mutex)(&luo_handlers_lock);
	guard(mutex)(&luo_flb_lock);
	link = luo_flb_find_link(handler, flb);
	if (!link)
		return -ENOENT;
	if (handler->nr_files)
		return -EBUSY;
	list_del(&link->list);
	kfree(link);
	if (!--flb->nr_handlers) {
		list_del(&flb->list);
		luo_nr_flbs--;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(liveupdate_unregister_flb);

/**
 * luo_flbs_pin() - a handler gets one more file
 * @handler: the handler
 *
 * The modules of the FLBs that it needs stay until luo_flbs_unpin(), as they cannot be
 * unregistered while it has files.
 *
 * Context: Under luo_handlers_lock.
 * Return: true, or false when one of the modules is being unloaded.
 */
bool luo_flbs_pin(struct liveupdate_file_handler *handler)
{
	struct luo_flb_link *link;

	list_for_each_entry(link, &handler->flbs, list) {
		if (try_module_get(link->flb->ops->owner))
			continue;
		list_for_each_entry_continue_reverse(link, &handler->flbs, list)
			module_put(link->flb->ops->owner);
		return false;
	}
	return true;
}

/**
 * luo_flbs_unpin() - a handler has one file less
 * @handler: the handler
 *
 * Context: As luo_flbs_pin().
 */
void luo_flbs_unpin(struct liveupdate_file_handler *handler)
{
	struct luo_flb_link *link;

	list_for_each_entry(link, &handler->flbs, list)
		module_put(link->flb->ops->owner);
}

/* Of this kernel */

static int luo_flb_preserve_first(struct liveupdate_flb *flb)
{
	struct liveupdate_flb_op_args args = { .flb = flb };
	int err;

	if (!try_module_get(flb->ops->owner))
		return -ENODEV;
	err = flb->ops->preserve(&args);
	if (err) {
		module_put(flb->ops->owner);
		return err;
	}
	flb->out.data = args.data;
	flb->out.obj = args.obj;
	return 0;
}

static void luo_flb_unpreserve_last(struct liveupdate_flb *flb)
{
	struct liveupdate_flb_op_args args = {
		.flb = flb,
		.data = flb->out.data,
		.obj = flb->out.obj,
	};

	flb->ops->unpreserve(&args);
	flb->out.obj = NULL;
	module_put(flb->ops->owner);
}

static int luo_flb_page_get(void)
{
	struct luo_flb_header_ser *page;

	if (!luo_nr_preserved) {
		page = kho_alloc_preserve(PAGE_SIZE);
		if (IS_ERR(page))
			return PTR_ERR(page);
		page->pages = 1;
		luo_flb_page = page;
	}
	luo_nr_preserved++;
	return 0;
}

static void luo_flb_page_put(void)
{
	if (--luo_nr_preserved)
		return;
	kho_unpreserve_free(luo_flb_page);
	luo_flb_page = NULL;
}

/* One more file, or somebody else, needs it. */
static int luo_flb_hold(struct liveupdate_flb *flb)
{
	int err;

	if (!flb->out.users) {
		err = luo_flb_page_get();
		if (err)
			return err;
		err = luo_flb_preserve_first(flb);
		if (err) {
			luo_flb_page_put();
			return err;
		}
	}
	flb->out.users++;
	return 0;
}

static void luo_flb_release(struct liveupdate_flb *flb)
{
	if (--flb->out.users)
		return;
	luo_flb_unpreserve_last(flb);
	luo_flb_page_put();
}

static int luo_flb_add_file(struct liveupdate_flb *flb)
{
	int err = luo_flb_hold(flb);

	if (!err)
		flb->out.files++;
	return err;
}

static void luo_flb_del_file(struct liveupdate_flb *flb)
{
	flb->out.files--;
	luo_flb_release(flb);
}

/**
 * luo_flbs_preserve() - a handler is about to preserve one more file
 * @handler: the handler
 *
 * Context: Process context, may sleep; after luo_preserve_begin().
 * Return: 0, or the error of an FLB that it needs, and then nothing was done.
 */
int luo_flbs_preserve(struct liveupdate_file_handler *handler)
{
	struct luo_flb_link *link;

	guard(mutex)(&luo_flb_lock);
	list_for_each_entry(link, &handler->flbs, list) {
		int err = luo_flb_add_file(link->flb);

		if (!err)
			continue;
		list_for_each_entry_continue_reverse(link, &handler->flbs, list)
			luo_flb_del_file(link->flb);
		return err;
	}
	return 0;
}

/**
 * luo_flbs_unpreserve() - a handler has unpreserved a file
 * @handler: the handler
 *
 * Context: Process context, may sleep.
 */
void luo_flbs_unpreserve(struct liveupdate_file_handler *handler)
{
	struct luo_flb_link *link;

	guard(mutex)(&luo_flb_lock);
	list_for_each_entry_reverse(link, &handler->flbs, list)
		luo_flb_del_file(link->flb);
}

/**
 * liveupdate_flb_get_outgoing() - the object that goes to the next kernel
 * @flb: the FLB
 * @objp: where to put it
 *
 * It is not unpreserved before liveupdate_flb_put_outgoing(), which has to follow.
 *
 * Context: Process context, may sleep; not in an operation of an FLB.
 * Return: 0; -EOPNOTSUPP when live update is off; -ENODATA when no file needs it.
 */
int liveupdate_flb_get_outgoing(struct liveupdate_flb *flb, void **objp)
{
	if (!luo_on())
		return -EOPNOTSUPP;
	guard(mutex)(&luo_flb_lock);
	if (!flb->out.files)
		return -ENODATA;
	flb->out.users++;
	*objp = flb->out.obj;
	return 0;
}
EXPORT_SYMBOL_GPL(liveupdate_flb_get_outgoing);

/**
 * liveupdate_flb_put_outgoing() - the object is not needed any more
 * @flb: the FLB
 *
 * Context: As liveupdate_flb_get_outgoing(), after a call of it that returned 0.
 */
void liveupdate_flb_put_outgoing(struct liveupdate_flb *flb)
{
	guard(mutex)(&luo_flb_lock);
	luo_flb_release(flb);
}
EXPORT_SYMBOL_GPL(liveupdate_flb_put_outgoing);

/**
 * luo_flbs_write() - write what the next kernel reads of FLBs
 *
 * Context: Process context, while all calls are kept out.
 * Return: Where it is, 0 = there are none.
 */
u64 luo_flbs_write(void)
{
	struct liveupdate_flb *flb;
	struct luo_flb_ser *entry;

	guard(mutex)(&luo_flb_lock);
	if (!luo_flb_page)
		return 0;
	luo_flb_page->count = 0;
	entry = (struct luo_flb_ser *)(luo_flb_page + 1);
	list_for_each_entry(flb, &luo_flbs, list) {
		if (!flb->out.files)
			continue;
		memcpy(entry->name, flb->compatible, sizeof(entry->name));
		entry->data = flb->out.data;
		entry->count = flb->out.files;
		entry++;
		luo_flb_page->count++;
	}
	return luo_flb_page->count ? virt_to_phys(luo_flb_page) : 0;
}

/* That came */

static struct luo_flb_in *luo_flb_find_in(const char *name)
{
	unsigned int i;

	for (i = 0; i < luo_nr_flbs_in; i++)
		if (!strcmp(luo_flbs_in[i].name, name))
			return &luo_flbs_in[i];
	return NULL;
}

/* From here on the module stays until the object is finished. */
static int luo_flb_retrieve(struct luo_flb_in *in, struct liveupdate_flb *flb)
{
	if (in->state != LUO_FLB_CAME)
		return in->err;
	if (!try_module_get(flb->ops->owner))
		return -ENODEV;
	in->args.flb = flb;
	in->err = flb->ops->retrieve(&in->args);
	in->state = in->err ? LUO_FLB_FAILED : LUO_FLB_RETRIEVED;
	if (in->err)
		module_put(flb->ops->owner);
	return in->err;
}

/* What was not retrieved before is so now, to be finished as an object. */
static void luo_flb_put_in(struct luo_flb_in *in, struct liveupdate_flb *flb)
{
	if (--in->users)
		return;
	if (!luo_flb_retrieve(in, flb)) {
		flb->ops->finish(&in->args);
		module_put(flb->ops->owner);
	}
	in->state = LUO_FLB_FINISHED;
	in->err = -ENODATA;
}

/**
 * liveupdate_flb_get_incoming() - the object that came from the last kernel
 * @flb: the FLB, registered with a handler
 * @objp: where to put it
 *
 * Retrieves it if nobody has. It is not finished before liveupdate_flb_put_incoming(),
 * which has to follow.
 *
 * Context: Process context, may sleep; not in an operation of an FLB.
 * Return: 0; -EOPNOTSUPP when live update is off; -ENODATA when no FLB came at all, or this
 * one is finished; -ENOENT when this one did not come; -ENODEV when its module is being
 * unloaded; or with what it could not be retrieved, ever after.
 */
int liveupdate_flb_get_incoming(struct liveupdate_flb *flb, void **objp)
{
	struct luo_flb_in *in;
	int err;

	if (!luo_on())
		return -EOPNOTSUPP;
	guard(mutex)(&luo_flb_lock);
	if (!luo_nr_flbs_in)
		return -ENODATA;
	in = luo_flb_find_in(flb->compatible);
	if (!in)
		return -ENOENT;
	err = luo_flb_retrieve(in, flb);
	if (err)
		return err;
	in->users++;
	*objp = in->args.obj;
	return 0;
}
EXPORT_SYMBOL_GPL(liveupdate_flb_get_incoming);

/**
 * liveupdate_flb_put_incoming() - the object is not needed any more
 * @flb: the FLB
 *
 * Context: As liveupdate_flb_get_incoming(), after a call of it that returned 0.
 */
void liveupdate_flb_put_incoming(struct liveupdate_flb *flb)
{
	guard(mutex)(&luo_flb_lock);
	luo_flb_put_in(luo_flb_find_in(flb->compatible), flb);
}
EXPORT_SYMBOL_GPL(liveupdate_flb_put_incoming);

/**
 * luo_flbs_finish() - a handler has finished a file
 * @handler: the handler
 *
 * Context: Process context, may sleep.
 */
void luo_flbs_finish(struct liveupdate_file_handler *handler)
{
	struct luo_flb_link *link;

	guard(mutex)(&luo_flb_lock);
	list_for_each_entry_reverse(link, &handler->flbs, list) {
		struct luo_flb_in *in = luo_flb_find_in(link->flb->compatible);

		/* The last kernel's handler may not have needed it. */
		if (in && in->users)
			luo_flb_put_in(in, link->flb);
	}
}

static int __init luo_flb_restore(const struct luo_flb_ser *entry)
{
	struct luo_flb_in *in = &luo_flbs_in[luo_nr_flbs_in];

	if (!luo_string_valid(entry->name, sizeof(entry->name)) || !entry->count)
		return -EINVAL;
	if (luo_flb_find_in(entry->name))
		return -EEXIST;
	strscpy(in->name, entry->name);
	in->args.data = entry->data;
	in->users = entry->count;
	luo_nr_flbs_in++;
	return 0;
}

static int __init luo_flbs_restore_page(const struct luo_flb_header_ser *page)
{
	const struct luo_flb_ser *entry = (const void *)(page + 1);
	unsigned int i;

	if (page->pages != 1 || page->count > LUO_FLB_MAX)
		return -EINVAL;
	luo_flbs_in = kcalloc(page->count, sizeof(*luo_flbs_in), GFP_KERNEL);
	if (!luo_flbs_in)
		return -ENOMEM;
	for (i = 0; i < page->count; i++) {
		int err = luo_flb_restore(&entry[i]);

		if (err)
			return err;
	}
	return 0;
}

/**
 * luo_flbs_restore() - read the FLBs that came
 * @phys: where the page is, as it came; 0 = none
 *
 * Context: Boot.
 * Return: 0; -EINVAL, -ENOENT or -EEXIST when they are damaged, or -ENOMEM. After an error
 * luo_flbs_forget() has to follow.
 */
int __init luo_flbs_restore(u64 phys)
{
	struct folio *folio;
	int err;

	if (!phys)
		return 0;
	folio = kho_restore_folio(phys);
	if (!folio)
		return -ENOENT;
	err = luo_flbs_restore_page(folio_address(folio));
	folio_put(folio);
	return err;
}

/**
 * luo_flbs_forget() - drop the FLBs that came
 *
 * Context: Boot.
 */
void __init luo_flbs_forget(void)
{
	kfree(luo_flbs_in);
	luo_flbs_in = NULL;
	luo_nr_flbs_in = 0;
}
