// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update: the handlers, each of which knows what to do with files of one kind.
 */
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/liveupdate.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "luo_internal.h"

/* Which handlers and FLBs there are. */
DEFINE_MUTEX(luo_handlers_lock);
static LIST_HEAD(luo_handlers);

/**
 * luo_handler_registered() - is it registered?
 * @handler: the handler; anything
 *
 * Context: Under luo_handlers_lock.
 * Return: true when it is.
 */
bool luo_handler_registered(const struct liveupdate_file_handler *handler)
{
	const struct liveupdate_file_handler *other;

	list_for_each_entry(other, &luo_handlers, list)
		if (other == handler)
			return true;
	return false;
}

/**
 * luo_handler_named() - the handler with a compatible string
 * @compatible: the string
 *
 * Context: Under luo_handlers_lock.
 * Return: The handler, or NULL.
 */
struct liveupdate_file_handler *luo_handler_named(const char *compatible)
{
	struct liveupdate_file_handler *handler;

	list_for_each_entry(handler, &luo_handlers, list)
		if (!strncmp(handler->compatible, compatible,
			     LUO_COMPATIBLE_SIZE))
			return handler;
	return NULL;
}

/**
 * luo_handler_for() - the handler that takes a file
 * @file: the file
 *
 * Context: Under luo_handlers_lock.
 * Return: The first of those that can preserve @file, or NULL.
 */
struct liveupdate_file_handler *luo_handler_for(struct file *file)
{
	struct liveupdate_file_handler *handler;

	list_for_each_entry(handler, &luo_handlers, list)
		if (handler->ops->can_preserve(handler, file))
			return handler;
	return NULL;
}

/**
 * liveupdate_register_file_handler() - take files of a kind
 * @handler: the handler; those that are registered earlier are asked earlier
 *
 * Context: Process context, may sleep. At boot from core_initcall() on.
 * Return: 0; -EOPNOTSUPP when live update is off; -EINVAL when an operation is missing or
 * the compatible string is empty or not terminated; -EEXIST when that is taken.
 */
int liveupdate_register_file_handler(struct liveupdate_file_handler *handler)
{
	const struct liveupdate_file_ops *ops = handler->ops;

	if (!luo_on())
		return -EOPNOTSUPP;
	if (!ops->can_preserve || !ops->preserve || !ops->unpreserve ||
	    !ops->retrieve || !ops->finish)
		return -EINVAL;
	if (!luo_string_valid(handler->compatible, LUO_COMPATIBLE_SIZE))
		return -EINVAL;
	guard(mutex)(&luo_handlers_lock);
	if (luo_handler_named(handler->compatible))
		return -EEXIST;
	INIT_LIST_HEAD(&handler->flbs);
	handler->nr_files = 0;
	list_add_tail(&handler->list, &luo_handlers);
	return 0;
}
EXPORT_SYMBOL_GPL(liveupdate_register_file_handler);

/**
 * liveupdate_unregister_file_handler() - take files no more
 * @handler: as it was registered
 *
 * Does not fail for a module that is its owner and exits, and has unregistered the
 * handler's FLBs.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EOPNOTSUPP when live update is off; -EBUSY when it has files or FLBs.
 */
int liveupdate_unregister_file_handler(struct liveupdate_file_handler *handler)
{
	if (!luo_on())
		return -EOPNOTSUPP;
	guard(mutex)(&luo_handlers_lock);
	if (handler->nr_files || !list_empty(&handler->flbs))
		return -EBUSY;
	list_del(&handler->list);
	return 0;
}
EXPORT_SYMBOL_GPL(liveupdate_unregister_file_handler);
