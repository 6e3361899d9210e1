/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Live update: handlers, which know how files of a kind outlive a kexec, and data that
 * lives as long as some file needs it.
 *
 * Documentation/core-api/liveupdate.rst is the guide for authors of handlers.
 */
#ifndef _LINUX_LIVEUPDATE_H
#define _LINUX_LIVEUPDATE_H

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/types.h>

#include <linux/kho/abi/luo.h>

struct file;
struct liveupdate_file_handler;
struct liveupdate_flb;
struct liveupdate_session;
struct module;

/**
 * struct liveupdate_file_op_args - what an operation of a handler works on
 * @handler: the handler
 * @session: the session, for liveupdate_get_file_incoming() and
 *	liveupdate_get_token_outgoing(), which may be called inside operations alone
 * @file: the file; retrieve sets it, and owns it until it returns 0. NULL in finish
 *	when the file was not retrieved
 * @serialized_data: what the next kernel gets; set by preserve, may be changed by freeze
 * @private_data: the handler's own, until unpreserve; not handed over
 * @retrieve_status: for finish: 1 when the file was retrieved, 0 when nobody tried, else
 *	the errno with which retrieve failed
 */
struct liveupdate_file_op_args {
	struct liveupdate_file_handler *handler;
	struct liveupdate_session *session;
	struct file *file;
	u64 serialized_data;
	void *private_data;
	int retrieve_status;
};

/**
 * struct liveupdate_file_ops - what a handler does
 * @can_preserve: is it a file of its kind?
 * @preserve: preserve the file; a failure leaves nothing behind. Called while nothing is
 *	finalized
 * @unpreserve: undo @preserve
 * @freeze: optional: the kexec is on its way: bring up to date what is preserved, and
 *	preserve no more. An errno stops the kexec
 * @unfreeze: optional: the kexec does not happen; not called for whose @freeze failed
 * @retrieve: make the file of what came. Called once
 * @can_finish: optional: may the session be finished now?
 * @finish: the file is an ordinary one from now on; or, when it was not retrieved, give
 *	up all that came for it
 * @get_id: optional: what makes two files of the handler the same; the file itself
 *	without it
 * @owner: module, pinned for each file
 *
 * All are called in process context and may sleep.
 */
struct liveupdate_file_ops {
	bool (*can_preserve)(struct liveupdate_file_handler *handler,
			     struct file *file);
	int (*preserve)(struct liveupdate_file_op_args *args);
	void (*unpreserve)(struct liveupdate_file_op_args *args);
	int (*freeze)(struct liveupdate_file_op_args *args);
	void (*unfreeze)(struct liveupdate_file_op_args *args);
	int (*retrieve)(struct liveupdate_file_op_args *args);
	bool (*can_finish)(struct liveupdate_file_op_args *args);
	void (*finish)(struct liveupdate_file_op_args *args);
	unsigned long (*get_id)(struct file *file);
	struct module *owner;
};

/**
 * struct liveupdate_file_handler - who takes files of a kind
 * @ops: what it does
 * @compatible: says what its data means; changes when that does
 */
struct liveupdate_file_handler {
	const struct liveupdate_file_ops *ops;
	const char compatible[LUO_COMPATIBLE_SIZE];
	/* private: of kernel/liveupdate/ */
	struct list_head list;
	struct list_head flbs;
	unsigned long nr_files;
};

/**
 * struct liveupdate_flb_op_args - what an operation of an FLB works on
 * @flb: the FLB
 * @data: what the next kernel gets; set by preserve
 * @obj: the object in this kernel; set by preserve and by retrieve
 */
struct liveupdate_flb_op_args {
	struct liveupdate_flb *flb;
	u64 data;
	void *obj;
};

/**
 * struct liveupdate_flb_ops - what is done with an FLB
 * @preserve: before the first file of its handlers is preserved
 * @unpreserve: after the last one was unpreserved
 * @retrieve: make the object of what came; called once, when it is first needed
 * @finish: after the last file was finished
 * @owner: module, pinned while the FLB is in use and while its handlers have files
 *
 * All are called in process context and may sleep, and may not call for another FLB.
 */
struct liveupdate_flb_ops {
	int (*preserve)(struct liveupdate_flb_op_args *args);
	void (*unpreserve)(struct liveupdate_flb_op_args *args);
	int (*retrieve)(struct liveupdate_flb_op_args *args);
	void (*finish)(struct liveupdate_flb_op_args *args);
	struct module *owner;
};

/**
 * struct liveupdate_flb - data that lives as long as some file needs it (FLB)
 * @ops: what is done with it
 * @compatible: says what its data means; unique
 */
struct liveupdate_flb {
	const struct liveupdate_flb_ops *ops;
	const char compatible[LUO_COMPATIBLE_SIZE];
	/* private: of kernel/liveupdate/luo_flb.c */
	struct list_head list;
	unsigned int nr_handlers;
	struct {
		u64 data;
		void *obj;
		/* All who hold it, and the files among them */
		u64 users, files;
	} out;
};

#ifdef CONFIG_LIVEUPDATE

bool liveupdate_enabled(void);

int liveupdate_register_file_handler(struct liveupdate_file_handler *handler);
int liveupdate_unregister_file_handler(struct liveupdate_file_handler *handler);

int liveupdate_get_file_incoming(struct liveupdate_session *session, u64 token,
				 struct file **filep);
int liveupdate_get_token_outgoing(struct liveupdate_session *session,
				  struct file *file, u64 *tokenp);

int liveupdate_register_flb(struct liveupdate_file_handler *handler,
			    struct liveupdate_flb *flb);
int liveupdate_unregister_flb(struct liveupdate_file_handler *handler,
			      struct liveupdate_flb *flb);

int liveupdate_flb_get_incoming(struct liveupdate_flb *flb, void **objp);
void liveupdate_flb_put_incoming(struct liveupdate_flb *flb);
int liveupdate_flb_get_outgoing(struct liveupdate_flb *flb, void **objp);
void liveupdate_flb_put_outgoing(struct liveupdate_flb *flb);

#else /* CONFIG_LIVEUPDATE */

static inline bool liveupdate_enabled(void)
{
	return false;
}

static inline int
liveupdate_register_file_handler(struct liveupdate_file_handler *handler)
{
	return -EOPNOTSUPP;
}

static inline int
liveupdate_unregister_file_handler(struct liveupdate_file_handler *handler)
{
	return -EOPNOTSUPP;
}

static inline int
liveupdate_get_file_incoming(struct liveupdate_session *session, u64 token,
			     struct file **filep)
{
	return -EOPNOTSUPP;
}

static inline int
liveupdate_get_token_outgoing(struct liveupdate_session *session,
			      struct file *file, u64 *tokenp)
{
	return -EOPNOTSUPP;
}

static inline int liveupdate_register_flb(struct liveupdate_file_handler *handler,
					  struct liveupdate_flb *flb)
{
	return -EOPNOTSUPP;
}

static inline int
liveupdate_unregister_flb(struct liveupdate_file_handler *handler,
			  struct liveupdate_flb *flb)
{
	return -EOPNOTSUPP;
}

static inline int liveupdate_flb_get_incoming(struct liveupdate_flb *flb,
					      void **objp)
{
	return -EOPNOTSUPP;
}

static inline void liveupdate_flb_put_incoming(struct liveupdate_flb *flb)
{
}

static inline int liveupdate_flb_get_outgoing(struct liveupdate_flb *flb,
					      void **objp)
{
	return -EOPNOTSUPP;
}

static inline void liveupdate_flb_put_outgoing(struct liveupdate_flb *flb)
{
}

#endif /* CONFIG_LIVEUPDATE */

#endif /* _LINUX_LIVEUPDATE_H */
