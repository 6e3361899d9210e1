// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update: the files of sessions.
 */
#define pr_fmt(fmt) "LUO: " fmt

#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kho_block.h>
#include <linux/module.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_internal.h"

static const struct rhashtable_params luo_token_params = {
	.key_len = sizeof(struct luo_file_key),
	.key_offset = offsetof(struct luo_file, key),
	.head_offset = offsetof(struct luo_file, by_token),
	.automatic_shrinking = true,
};

static const struct rhashtable_params luo_id_params = {
	.key_len = sizeof_field(struct luo_file, id),
	.key_offset = offsetof(struct luo_file, id),
	.head_offset = offsetof(struct luo_file, by_id),
	.automatic_shrinking = true,
};

/* All files of all sessions, and those of them that are open in this kernel. */
static struct rhashtable luo_by_token, luo_by_id;

/**
 * luo_files_init() - make room for files
 *
 * Context: Boot.
 * Return: 0, or -ENOMEM.
 */
int __init luo_files_init(void)
{
	return rhashtable_init(&luo_by_token, &luo_token_params) ?:
	       rhashtable_init(&luo_by_id, &luo_id_params);
}

/* The handler of @file, or with that name, which stays until luo_handler_put(). */
static struct liveupdate_file_handler *luo_handler_get(const char *compatible,
						       struct file *file)
{
	struct liveupdate_file_handler *handler;

	guard(mutex)(&luo_handlers_lock);
	handler = file ? luo_handler_for(file) : luo_handler_named(compatible);
	if (!handler || !try_module_get(handler->ops->owner))
		return NULL;
	if (!luo_flbs_pin(handler)) {
		module_put(handler->ops->owner);
		return NULL;
	}
	handler->nr_files++;
	return handler;
}

static void luo_handler_put(struct liveupdate_file_handler *handler)
{
	guard(mutex)(&luo_handlers_lock);
	handler->nr_files--;
	luo_flbs_unpin(handler);
	module_put(handler->ops->owner);
}

static struct luo_file *luo_file_find(struct liveupdate_session *session,
				      u64 token)
{
	struct luo_file_key key = { .session = session, .token = token };

	lockdep_assert_held(&session->lock);
	return rhashtable_lookup_fast(&luo_by_token, &key, luo_token_params);
}

/* A file that can be found by its token. */
static struct luo_file *luo_file_new(struct liveupdate_session *session,
				     u64 token)
{
	struct luo_file *file = kzalloc(sizeof(*file), GFP_KERNEL);
	int err;

	if (!file)
		return ERR_PTR(-ENOMEM);
	file->key.session = session;
	file->key.token = token;
	file->args.session = session;
	err = rhashtable_lookup_insert_fast(&luo_by_token, &file->by_token,
					    luo_token_params);
	if (err) {
		kfree(file);
		return ERR_PTR(err);
	}
	list_add_tail(&file->list, &session->files);
	session->nr_files++;
	return file;
}

static void luo_file_delete(struct luo_file *file)
{
	file->key.session->nr_files--;
	list_del(&file->list);
	rhashtable_remove_fast(&luo_by_token, &file->by_token, luo_token_params);
	kfree_rcu(file, rcu);
}

static struct luo_file_id luo_id_of(struct liveupdate_file_handler *handler,
				    struct file *file)
{
	return (struct luo_file_id) {
		.handler = handler,
		.id = handler->ops->get_id ? handler->ops->get_id(file) :
					     (unsigned long)file,
	};
}

static int luo_file_set_id(struct luo_file *file)
{
	int err;

	file->id = luo_id_of(file->args.handler, file->args.file);
	err = rhashtable_lookup_insert_fast(&luo_by_id, &file->by_id,
					    luo_id_params);
	file->has_id = !err;
	return err;
}

static void luo_file_clear_id(struct luo_file *file)
{
	if (file->has_id)
		rhashtable_remove_fast(&luo_by_id, &file->by_id, luo_id_params);
	file->has_id = false;
}

/* Files of this kernel */

static int luo_file_preserve_by(struct luo_file *file)
{
	struct liveupdate_file_handler *handler = file->args.handler;
	int err;

	err = luo_file_set_id(file);
	if (err)
		return err == -EEXIST ? -EBUSY : err;
	err = luo_flbs_preserve(handler);
	if (err)
		goto clear_id;
	err = handler->ops->preserve(&file->args);
	if (!err)
		return 0;
	luo_flbs_unpreserve(handler);
clear_id:
	luo_file_clear_id(file);
	return err;
}

static int luo_file_preserve_fd(struct luo_file *file, int fd)
{
	struct liveupdate_file_op_args *args = &file->args;
	int err = -ENOENT;

	args->file = fget(fd);
	if (!args->file)
		return -EBADF;
	args->handler = luo_handler_get(NULL, args->file);
	if (!args->handler)
		goto put_file;
	memcpy(file->compatible, args->handler->compatible,
	       sizeof(file->compatible));
	err = luo_file_preserve_by(file);
	if (!err)
		return 0;
	luo_handler_put(args->handler);
put_file:
	fput(args->file);
	return err;
}

/**
 * luo_file_preserve() - preserve a file in a session that was created here
 * @session: the session
 * @token: what to call it
 * @fd: the file descriptor
 *
 * Context: Process context, may sleep; after luo_preserve_begin().
 * Return: 0; -EEXIST when the token is used; -ENOMEM; -ENOSPC; -EBADF; -ENOENT when no
 * handler takes it; -EBUSY when the same file is preserved, or retrieved and not finished;
 * or what the handler or one of its FLBs answers.
 */
int luo_file_preserve(struct liveupdate_session *session, u64 token, int fd)
{
	struct luo_file *file;
	int err;

	guard(mutex)(&session->lock);
	file = luo_file_new(session, token);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = luo_chain_grow(&session->chain);
	if (err)
		goto delete;
	err = luo_file_preserve_fd(file, fd);
	if (!err)
		return 0;
	luo_chain_shrink(&session->chain);
delete:
	luo_file_delete(file);
	return err;
}

static void luo_file_drop(struct luo_file *file)
{
	struct liveupdate_file_handler *handler = file->args.handler;

	handler->ops->unpreserve(&file->args);
	luo_flbs_unpreserve(handler);
	luo_file_clear_id(file);
	fput(file->args.file);
	luo_handler_put(handler);
	luo_chain_shrink(&file->key.session->chain);
	luo_file_delete(file);
}

/**
 * luo_file_unpreserve() - take one file out again
 * @session: a session that was created here
 * @token: the file's
 *
 * Context: Process context, may sleep; after luo_give_back_begin().
 * Return: 0, or -ENOENT.
 */
int luo_file_unpreserve(struct liveupdate_session *session, u64 token)
{
	struct luo_file *file;

	guard(mutex)(&session->lock);
	file = luo_file_find(session, token);
	if (!file)
		return -ENOENT;
	luo_file_drop(file);
	return 0;
}

/**
 * luo_files_unpreserve() - take all files out again, the newest first
 * @session: a session that was created here
 *
 * Context: Process context, may sleep; after luo_give_back_begin().
 */
void luo_files_unpreserve(struct liveupdate_session *session)
{
	struct luo_file *file, *next;

	guard(mutex)(&session->lock);
	list_for_each_entry_safe_reverse(file, next, &session->files, list)
		luo_file_drop(file);
}

/**
 * liveupdate_get_token_outgoing() - what is another file of the same session called?
 * @session: of the operation that asks
 * @file: the other file
 * @tokenp: where to put its token
 *
 * Context: In an operation of a handler, on a file that is preserved or frozen.
 * Return: 0, or -ENOENT when the file is not in this session.
 */
int liveupdate_get_token_outgoing(struct liveupdate_session *session,
				  struct file *file, u64 *tokenp)
{
	struct liveupdate_file_handler *handler = luo_handler_get(NULL, file);
	struct luo_file *other;
	struct luo_file_id id;

	if (!handler)
		return -ENOENT;
	id = luo_id_of(handler, file);
	luo_handler_put(handler);
	guard(rcu)();
	other = rhashtable_lookup(&luo_by_id, &id, luo_id_params);
	if (!other || other->key.session != session)
		return -ENOENT;
	*tokenp = other->key.token;
	return 0;
}
EXPORT_SYMBOL_GPL(liveupdate_get_token_outgoing);

/* The kexec; nobody else is here. */

static void luo_files_unfreeze_from(struct liveupdate_session *session,
				    struct luo_file *file)
{
	list_for_each_entry_continue_reverse(file, &session->files, list)
		if (file->args.handler->ops->unfreeze)
			file->args.handler->ops->unfreeze(&file->args);
}

/**
 * luo_files_freeze() - freeze all files of a session
 * @session: a session that was created here
 *
 * Context: Process context, may sleep, while all calls are kept out.
 * Return: 0, or the errno of the handler that refused, and then none is frozen.
 */
int luo_files_freeze(struct liveupdate_session *session)
{
	struct luo_file *file;

	list_for_each_entry(file, &session->files, list) {
		const struct liveupdate_file_ops *ops = file->args.handler->ops;
		int err = ops->freeze ? ops->freeze(&file->args) : 0;

		if (err) {
			pr_err("token %#llx of session '%s' cannot be frozen: %pe\n",
			       file->key.token, session->key.name, ERR_PTR(err));
			luo_files_unfreeze_from(session, file);
			return err;
		}
	}
	return 0;
}

/**
 * luo_files_unfreeze() - undo luo_files_freeze()
 * @session: a session that was created here
 *
 * Context: As luo_files_freeze().
 */
void luo_files_unfreeze(struct liveupdate_session *session)
{
	luo_files_unfreeze_from(session, list_entry(&session->files,
						    struct luo_file, list));
}

/**
 * luo_files_write() - write what the next kernel reads of a session's files
 * @session: a session that was created here
 *
 * Context: As luo_files_freeze().
 */
void luo_files_write(struct liveupdate_session *session)
{
	struct luo_file *file;
	u64 i = 0;

	list_for_each_entry(file, &session->files, list) {
		struct luo_file_ser *entry;

		entry = luo_chain_entry(&session->chain, i++);
		memcpy(entry->compatible, file->compatible,
		       sizeof(entry->compatible));
		entry->data = file->args.serialized_data;
		entry->token = file->key.token;
	}
}

/* Files that came */

static int __init luo_file_restore(struct liveupdate_session *session,
				   const struct luo_file_ser *entry)
{
	struct luo_file *file;

	if (!luo_string_valid(entry->compatible, sizeof(entry->compatible)))
		return -EINVAL;
	file = luo_file_new(session, entry->token);
	if (IS_ERR(file))
		return PTR_ERR(file);
	memcpy(file->compatible, entry->compatible, sizeof(file->compatible));
	file->args.serialized_data = entry->data;
	return 0;
}

/**
 * luo_files_restore() - read the files that came with a session
 * @session: the session
 * @phys: where the first block is, as it came
 * @count: how many there are, as it came
 *
 * Context: Boot.
 * Return: 0; -EINVAL, -ENOENT or -EEXIST when they are damaged, or -ENOMEM. After an error
 * luo_files_forget() has to follow.
 */
int __init luo_files_restore(struct liveupdate_session *session, u64 phys,
			     u64 count)
{
	struct luo_file_ser *entry;
	struct kho_block_list list;
	struct kho_block_iter iter;
	int err;

	err = kho_block_restore(&list, phys, sizeof(*entry));
	if (err)
		return err;
	if (kho_block_count(&list) != count)
		err = -EINVAL;
	for (entry = kho_block_first(&list, &iter); entry && !err;
	     entry = kho_block_next(&iter))
		err = luo_file_restore(session, entry);
	kho_block_destroy(&list);
	return err;
}

/**
 * luo_files_forget() - drop the files that came with a session
 * @session: the session
 *
 * Context: Boot.
 */
void __init luo_files_forget(struct liveupdate_session *session)
{
	struct luo_file *file, *next;

	list_for_each_entry_safe(file, next, &session->files, list)
		luo_file_delete(file);
}

/* It may have been loaded only now. */
static bool luo_file_find_handler(struct luo_file *file)
{
	if (!file->args.handler)
		file->args.handler = luo_handler_get(file->compatible, NULL);
	return file->args.handler;
}

static int luo_file_retrieve_first(struct luo_file *file)
{
	int err;

	if (!luo_file_find_handler(file))
		return -EOPNOTSUPP;
	/* For who asks for this file while it is being retrieved. */
	file->args.retrieve_status = -EDEADLK;
	err = file->args.handler->ops->retrieve(&file->args);
	file->args.retrieve_status = err ?: 1;
	/* Without an id it can be preserved before it is finished. No reason to lose it. */
	if (!err && luo_file_set_id(file))
		pr_warn("token %#llx of session '%s' is not told from other files\n",
			file->key.token, file->key.session->key.name);
	return err;
}

/**
 * liveupdate_get_file_incoming() - another file of the same session
 * @session: of the operation that asks
 * @token: the other file's
 * @filep: where to put it, with a reference of the caller's
 *
 * Retrieves it if nobody has.
 *
 * Context: In a handler's retrieve or finish.
 * Return: 0; -ENOENT when there is no such token; -EDEADLK when that file is being
 * retrieved, and asks for this one; or with what it failed.
 */
int liveupdate_get_file_incoming(struct liveupdate_session *session, u64 token,
				 struct file **filep)
{
	struct luo_file *file = luo_file_find(session, token);
	int err = 0;

	if (!file)
		return -ENOENT;
	if (file->args.retrieve_status < 0)
		return file->args.retrieve_status;
	if (!file->args.retrieve_status)
		err = luo_file_retrieve_first(file);
	if (!err)
		*filep = get_file(file->args.file);
	return err;
}
EXPORT_SYMBOL_GPL(liveupdate_get_file_incoming);

/**
 * luo_file_retrieve() - a file that came
 * @session: a session that was retrieved
 * @token: the file's
 * @filep: where to put it, with a reference of the caller's
 *
 * Context: Process context, may sleep; after luo_call_begin().
 * Return: 0; -ENOENT when there is no such token; -EOPNOTSUPP without a handler; or with
 * what the handler failed, ever after.
 */
int luo_file_retrieve(struct liveupdate_session *session, u64 token,
		      struct file **filep)
{
	guard(mutex)(&session->lock);
	return liveupdate_get_file_incoming(session, token, filep);
}

static bool luo_file_can_finish(struct luo_file *file)
{
	return !luo_file_find_handler(file) ||
	       !file->args.handler->ops->can_finish ||
	       file->args.handler->ops->can_finish(&file->args);
}

static void luo_file_finish(struct luo_file *file)
{
	struct liveupdate_file_op_args *args = &file->args;

	if (args->handler) {
		args->handler->ops->finish(args);
		luo_flbs_finish(args->handler);
		luo_file_clear_id(file);
		if (args->file)
			fput(args->file);
		luo_handler_put(args->handler);
	} else {
		pr_warn("nobody knows what '%s' is: token %#llx of session '%s' stays untouched\n",
			file->compatible, file->key.token,
			file->key.session->key.name);
	}
	luo_file_delete(file);
}

/**
 * luo_files_finish() - finish all files of a session, the newest first
 * @session: a session that was retrieved
 *
 * Context: Process context, may sleep; after luo_call_begin().
 * Return: 0; -EBUSY when one of them is not ready, and then nothing was done.
 */
int luo_files_finish(struct liveupdate_session *session)
{
	struct luo_file *file, *next;

	guard(mutex)(&session->lock);
	list_for_each_entry(file, &session->files, list)
		if (!luo_file_can_finish(file))
			return -EBUSY;
	list_for_each_entry_safe_reverse(file, next, &session->files, list)
		luo_file_finish(file);
	return 0;
}
