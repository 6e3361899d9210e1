// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update: sessions.
 *
 * A session that is created here is as old as the open file that user space has of it: it
 * dies with that. A session that came waits for somebody to retrieve it, and dies when it
 * is finished and closed.
 */
#define pr_fmt(fmt) "LUO: " fmt

#include <linux/anon_inodes.h>
#include <linux/cleanup.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kho_block.h>
#include <linux/rhashtable.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "luo_internal.h"

static const struct rhashtable_params luo_session_params = {
	.key_len = sizeof(struct luo_session_key),
	.key_offset = offsetof(struct liveupdate_session, key),
	.head_offset = offsetof(struct liveupdate_session, node),
	.automatic_shrinking = true,
};

/* The table and both lists, and which sessions are open. */
static DEFINE_MUTEX(luo_sessions_lock);
static struct rhashtable luo_sessions;
/* In the order of their creation */
static LIST_HEAD(luo_created);
static LIST_HEAD(luo_came);
/* Room for what is told of luo_created. */
static struct luo_chain luo_session_chain;

/**
 * luo_sessions_init() - make room for sessions
 *
 * Context: Boot.
 * Return: 0, or -ENOMEM.
 */
int __init luo_sessions_init(void)
{
	luo_chain_init(&luo_session_chain, sizeof(struct luo_session_ser));
	return rhashtable_init(&luo_sessions, &luo_session_params);
}

static struct liveupdate_session *luo_session_alloc(const char *name, bool came)
{
	struct liveupdate_session *session;

	session = kzalloc(sizeof(*session), GFP_KERNEL);
	if (!session)
		return NULL;
	strscpy_pad(session->key.name, name);
	session->key.came = came;
	mutex_init(&session->lock);
	INIT_LIST_HEAD(&session->files);
	luo_chain_init(&session->chain, sizeof(struct luo_file_ser));
	return session;
}

static struct liveupdate_session *luo_session_find(const char *name, bool came)
{
	struct luo_session_key key = { .came = came };

	strscpy_pad(key.name, name);
	return rhashtable_lookup_fast(&luo_sessions, &key, luo_session_params);
}

static int luo_session_insert(struct liveupdate_session *session)
{
	int err;

	err = rhashtable_lookup_insert_fast(&luo_sessions, &session->node,
					    luo_session_params);
	if (!err)
		list_add_tail(&session->list,
			      luo_session_came(session) ? &luo_came : &luo_created);
	return err;
}

static void luo_session_remove(struct liveupdate_session *session)
{
	list_del(&session->list);
	rhashtable_remove_fast(&luo_sessions, &session->node, luo_session_params);
	kfree(session);
}

/* Created here */

static int luo_reserve_entry(void)
{
	int err;

	if (list_empty(&luo_created)) {
		err = luo_header_add();
		if (err)
			return err;
	}
	err = luo_chain_grow(&luo_session_chain);
	if (err && list_empty(&luo_created))
		luo_header_remove();
	return err;
}

static void luo_unreserve_entry(void)
{
	luo_chain_shrink(&luo_session_chain);
	if (list_empty(&luo_created))
		luo_header_remove();
}

static struct liveupdate_session *luo_session_new(const char *name)
{
	struct liveupdate_session *session;
	int err;

	session = luo_session_alloc(name, false);
	if (!session)
		return ERR_PTR(-ENOMEM);
	guard(mutex)(&luo_sessions_lock);
	err = luo_reserve_entry();
	if (err)
		goto free;
	err = luo_session_insert(session);
	if (err)
		goto unreserve;
	session->open = true;
	return session;
unreserve:
	luo_unreserve_entry();
free:
	kfree(session);
	return ERR_PTR(err);
}

static void luo_session_drop(struct liveupdate_session *session)
{
	luo_give_back_begin();
	luo_files_unpreserve(session);
	scoped_guard(mutex, &luo_sessions_lock) {
		luo_session_remove(session);
		luo_unreserve_entry();
	}
	luo_give_back_end();
}

/* A retrieved one is finished; if that is refused, it is there to be retrieved again. */
static void luo_session_close(struct liveupdate_session *session)
{
	int err;

	luo_call_begin();
	err = luo_files_finish(session);
	if (err)
		pr_warn("session '%s' was closed, but cannot be finished now: %pe\n",
			session->key.name, ERR_PTR(err));
	scoped_guard(mutex, &luo_sessions_lock) {
		if (err)
			session->open = false;
		else
			luo_session_remove(session);
	}
	luo_call_end();
}

static int luo_session_release(struct inode *inode, struct file *file)
{
	struct liveupdate_session *session = file->private_data;

	/* None when user space was never given the file. */
	if (!session)
		return 0;
	if (luo_session_came(session))
		luo_session_close(session);
	else
		luo_session_drop(session);
	return 0;
}

/* Calls on a session */

static long luo_do_preserve(struct liveupdate_session *session,
			    union luo_arg *arg, void __user *user)
{
	int err = luo_preserve_begin();

	if (err)
		return err;
	err = luo_file_preserve(session, arg->preserve_fd.token,
				arg->preserve_fd.fd);
	luo_call_end();
	return err;
}

static long luo_do_unpreserve(struct liveupdate_session *session,
			      union luo_arg *arg, void __user *user)
{
	int err;

	if (arg->unpreserve_fd.reserved)
		return -EINVAL;
	luo_give_back_begin();
	err = luo_file_unpreserve(session, arg->unpreserve_fd.token);
	luo_give_back_end();
	return err;
}

static long luo_do_retrieve(struct liveupdate_session *session,
			    union luo_arg *arg, void __user *user)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *file;
	long err;

	if (fd < 0)
		return fd;
	luo_call_begin();
	err = luo_file_retrieve(session, arg->retrieve_fd.token, &file);
	luo_call_end();
	if (err) {
		put_unused_fd(fd);
		return err;
	}
	err = luo_install(fd, file, &arg->retrieve_fd.fd, arg,
			  sizeof(arg->retrieve_fd), user);
	if (err)
		fput(file);
	return err;
}

static long luo_do_finish(struct liveupdate_session *session,
			  union luo_arg *arg, void __user *user)
{
	int err;

	if (arg->finish.reserved)
		return -EINVAL;
	luo_call_begin();
	err = luo_files_finish(session);
	luo_call_end();
	return err;
}

static long luo_do_get_name(struct liveupdate_session *session,
			    union luo_arg *arg, void __user *user)
{
	if (arg->get_name.reserved)
		return -EINVAL;
	memcpy(arg->get_name.name, session->key.name, LUO_NAME_SIZE);
	return copy_to_user(user, arg, sizeof(arg->get_name)) ? -EFAULT : 0;
}

/* On which sessions a call makes sense */
#define LUO_ON_CREATED	BIT(0)
#define LUO_ON_CAME	BIT(1)

struct luo_call {
	unsigned int cmd;
	unsigned int on;
	size_t size;
	long (*run)(struct liveupdate_session *session, union luo_arg *arg,
		    void __user *user);
};

static const struct luo_call luo_calls[] = {
	{
		.cmd = LIVEUPDATE_SESSION_PRESERVE_FD,
		.on = LUO_ON_CREATED,
		.size = sizeof(struct liveupdate_session_preserve_fd),
		.run = luo_do_preserve,
	}, {
		.cmd = LIVEUPDATE_SESSION_RETRIEVE_FD,
		.on = LUO_ON_CAME,
		.size = sizeof(struct liveupdate_session_retrieve_fd),
		.run = luo_do_retrieve,
	}, {
		.cmd = LIVEUPDATE_SESSION_FINISH,
		.on = LUO_ON_CAME,
		.size = sizeof(struct liveupdate_session_finish),
		.run = luo_do_finish,
	}, {
		.cmd = LIVEUPDATE_SESSION_GET_NAME,
		.on = LUO_ON_CREATED | LUO_ON_CAME,
		.size = sizeof(struct liveupdate_session_get_name),
		.run = luo_do_get_name,
	}, {
		.cmd = LIVEUPDATE_SESSION_UNPRESERVE_FD,
		.on = LUO_ON_CREATED,
		.size = sizeof(struct liveupdate_session_unpreserve_fd),
		.run = luo_do_unpreserve,
	},
};

static const struct luo_call *luo_find_call(unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(luo_calls); i++)
		if (_IOC_NR(luo_calls[i].cmd) == _IOC_NR(cmd))
			return &luo_calls[i];
	return NULL;
}

static long luo_session_ioctl(struct file *file, unsigned int cmd,
			      unsigned long user)
{
	struct liveupdate_session *session = file->private_data;
	const struct luo_call *call = luo_find_call(cmd);
	void __user *ptr = (void __user *)user;
	union luo_arg arg;
	int err;

	if (!call || !(call->on & (luo_session_came(session) ? LUO_ON_CAME :
							       LUO_ON_CREATED)))
		return -EINVAL;
	err = luo_copy_in(&arg, call->size, ptr, cmd == call->cmd);
	return err ?: call->run(session, &arg, ptr);
}

static const struct file_operations luo_session_fops = {
	.owner = THIS_MODULE,
	.release = luo_session_release,
	.unlocked_ioctl = luo_session_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

/* Calls on the device */

static struct file *luo_session_file(struct liveupdate_session *session)
{
	char name[sizeof("[luo_session] ") + LUO_NAME_SIZE];

	snprintf(name, sizeof(name), "[luo_session] %s", session->key.name);
	return anon_inode_getfile(name, &luo_session_fops, session, O_RDWR);
}

/* User space has not got it: it is as if the call was not made. */
static void luo_session_give_up(struct liveupdate_session *session)
{
	if (!luo_session_came(session)) {
		luo_session_drop(session);
		return;
	}
	guard(mutex)(&luo_sessions_lock);
	session->open = false;
}

/* @session is open, and no file of it there yet. */
static long luo_session_install(int fd, struct liveupdate_session *session,
				void __user *user, union luo_arg *arg)
{
	struct file *file = luo_session_file(session);
	long err;

	if (IS_ERR(file)) {
		put_unused_fd(fd);
		luo_session_give_up(session);
		return PTR_ERR(file);
	}
	err = luo_install(fd, file, &arg->create.fd, arg, sizeof(arg->create),
			  user);
	if (err) {
		file->private_data = NULL;
		fput(file);
		luo_session_give_up(session);
	}
	return err;
}

/**
 * luo_session_create() - LIVEUPDATE_IOCTL_CREATE_SESSION
 * @user: its argument
 * @arg: what was read of it
 *
 * Context: Process context, may sleep.
 * Return: 0; -EMFILE; -EINVAL for a bad name; -ENOMEM; -ENOSPC; -EEXIST when the name is
 * taken; -EBUSY when the handover is finalized; -EFAULT, and then there is no session.
 */
long luo_session_create(void __user *user, union luo_arg *arg)
{
	const char *name = (const char *)arg->create.name;
	struct liveupdate_session *session;
	int err, fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	err = -EINVAL;
	if (!luo_string_valid(name, LUO_NAME_SIZE))
		goto put_fd;
	err = luo_preserve_begin();
	if (err)
		goto put_fd;
	session = luo_session_new(name);
	luo_call_end();
	err = PTR_ERR_OR_ZERO(session);
	if (err)
		goto put_fd;
	return luo_session_install(fd, session, user, arg);
put_fd:
	put_unused_fd(fd);
	return err;
}

static struct liveupdate_session *luo_session_open(const char *name)
{
	struct liveupdate_session *session;

	if (!luo_string_valid(name, LUO_NAME_SIZE))
		return ERR_PTR(-ENOENT);
	guard(mutex)(&luo_sessions_lock);
	session = luo_session_find(name, true);
	if (!session)
		return ERR_PTR(-ENOENT);
	if (session->open)
		return ERR_PTR(-EINVAL);
	session->open = true;
	return session;
}

/**
 * luo_session_retrieve() - LIVEUPDATE_IOCTL_RETRIEVE_SESSION
 * @user: its argument
 * @arg: what was read of it
 *
 * Context: Process context, may sleep.
 * Return: 0; -EMFILE; -ENOENT when no such session came; -EINVAL when it has been
 * retrieved; -EFAULT, and then it has not been.
 */
long luo_session_retrieve(void __user *user, union luo_arg *arg)
{
	struct liveupdate_session *session;
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	luo_call_begin();
	session = luo_session_open((const char *)arg->retrieve.name);
	luo_call_end();
	if (IS_ERR(session)) {
		put_unused_fd(fd);
		return PTR_ERR(session);
	}
	return luo_session_install(fd, session, user, arg);
}

/* The kexec */

static void luo_sessions_unfreeze_from(struct liveupdate_session *session)
{
	list_for_each_entry_continue_reverse(session, &luo_created, list)
		luo_files_unfreeze(session);
}

/**
 * luo_sessions_freeze() - freeze all that was preserved
 *
 * Context: Process context, may sleep, while all calls are kept out.
 * Return: 0, or the errno of the handler that refused, and then nothing is frozen.
 */
int luo_sessions_freeze(void)
{
	struct liveupdate_session *session;

	list_for_each_entry(session, &luo_created, list) {
		int err = luo_files_freeze(session);

		if (err) {
			luo_sessions_unfreeze_from(session);
			return err;
		}
	}
	return 0;
}

/**
 * luo_sessions_unfreeze() - undo luo_sessions_freeze()
 *
 * Context: As luo_sessions_freeze().
 */
void luo_sessions_unfreeze(void)
{
	luo_sessions_unfreeze_from(list_entry(&luo_created,
					      struct liveupdate_session, list));
}

/**
 * luo_sessions_write() - write what the next kernel reads
 *
 * Context: As luo_sessions_freeze(), once that has succeeded.
 * Return: Where the sessions are, 0 = there are none.
 */
u64 luo_sessions_write(void)
{
	struct liveupdate_session *session;
	u64 i = 0;

	list_for_each_entry(session, &luo_created, list) {
		struct luo_session_ser *entry;

		luo_files_write(session);
		entry = luo_chain_entry(&luo_session_chain, i++);
		memcpy(entry->name, session->key.name, sizeof(entry->name));
		entry->files = luo_chain_phys(&session->chain);
		entry->count = session->nr_files;
	}
	return luo_chain_phys(&luo_session_chain);
}

/* What came */

static int __init luo_session_restore(const struct luo_session_ser *entry)
{
	struct liveupdate_session *session;
	int err;

	if (!luo_string_valid(entry->name, sizeof(entry->name)))
		return -EINVAL;
	session = luo_session_alloc(entry->name, true);
	if (!session)
		return -ENOMEM;
	err = luo_session_insert(session);
	if (err) {
		kfree(session);
		return err;
	}
	return luo_files_restore(session, entry->files, entry->count);
}

/**
 * luo_sessions_restore() - read the sessions that came
 * @phys: where the first block is, as it came
 *
 * Context: Boot.
 * Return: 0; -EINVAL, -ENOENT or -EEXIST when they are damaged, or -ENOMEM. After an error
 * luo_sessions_forget() has to follow.
 */
int __init luo_sessions_restore(u64 phys)
{
	struct luo_session_ser *entry;
	struct kho_block_list list;
	struct kho_block_iter iter;
	int err;

	err = kho_block_restore(&list, phys, sizeof(*entry));
	if (err)
		return err;
	for (entry = kho_block_first(&list, &iter); entry && !err;
	     entry = kho_block_next(&iter))
		err = luo_session_restore(entry);
	kho_block_destroy(&list);
	return err;
}

/**
 * luo_sessions_forget() - drop the sessions that came
 *
 * What they preserve stays untouched, as everything that nobody claims.
 *
 * Context: Boot.
 */
void __init luo_sessions_forget(void)
{
	struct liveupdate_session *session, *next;

	list_for_each_entry_safe(session, next, &luo_came, list) {
		luo_files_forget(session);
		luo_session_remove(session);
	}
}

/* For people */

static void luo_session_show(struct seq_file *m, const char *state,
			     struct liveupdate_session *session)
{
	struct luo_file *file;

	guard(mutex)(&session->lock);
	seq_printf(m, "%s %llu ", state, session->nr_files);
	seq_escape(m, session->key.name, " \t\n\\");
	seq_putc(m, '\n');
	list_for_each_entry(file, &session->files, list)
		seq_printf(m, "\t%#llx %s %d\n", file->key.token,
			   file->compatible, file->args.retrieve_status);
}

/**
 * luo_sessions_show() - list all sessions
 * @m: where to
 *
 * Context: Process context, may sleep.
 */
void luo_sessions_show(struct seq_file *m)
{
	struct liveupdate_session *session;

	guard(mutex)(&luo_sessions_lock);
	list_for_each_entry(session, &luo_created, list)
		luo_session_show(m, "created", session);
	list_for_each_entry(session, &luo_came, list)
		luo_session_show(m, session->open ? "retrieved" : "came", session);
}
