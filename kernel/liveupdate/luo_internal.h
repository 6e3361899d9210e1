/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of live update tell each other.
 */
#ifndef _LUO_INTERNAL_H
#define _LUO_INTERNAL_H

#include <linux/list.h>
#include <linux/liveupdate.h>
#include <linux/mutex.h>
#include <linux/rhashtable-types.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include <uapi/linux/liveupdate.h>

struct file;
struct seq_file;

/* luo_chain.c: entries for the next kernel, counted now and written at the kexec */

/**
 * struct luo_chain - a block chain to be handed over
 */
struct luo_chain {
	/* private: the blocks in their order */
	struct xarray blocks;
	size_t entry_size;
	u64 nr;
};

void luo_chain_init(struct luo_chain *chain, size_t entry_size);
int luo_chain_grow(struct luo_chain *chain);
void luo_chain_shrink(struct luo_chain *chain);
void *luo_chain_entry(struct luo_chain *chain, u64 index);
u64 luo_chain_phys(struct luo_chain *chain);

/* luo_gate.c: when which call is allowed */

enum luo_stage {
	LUO_OPEN,
	LUO_FINAL,
	LUO_FROZEN,
};

bool luo_on(void);
bool luo_wanted(void);
void luo_disable(void);
int luo_preserve_begin(void);
void luo_call_begin(void);
void luo_call_end(void);
void luo_give_back_begin(void);
void luo_give_back_end(void);
void luo_set_stage(enum luo_stage stage);
bool luo_await_given_back(void);
bool luo_close_gate(void);

/* luo_header.c: there is something to hand over, or no more */

int luo_header_add(void);
void luo_header_remove(void);
void luo_header_write(u64 sessions, u64 flbs);
int luo_header_read(struct luo_ser *header);

/* luo_handler.c */

/* Of which handlers and FLBs there are. */
extern struct mutex luo_handlers_lock;
bool luo_handler_registered(const struct liveupdate_file_handler *handler);
struct liveupdate_file_handler *luo_handler_named(const char *compatible);
struct liveupdate_file_handler *luo_handler_for(struct file *file);

/* luo_ioctl.c */

union luo_arg {
	u32 size;
	struct liveupdate_ioctl_create_session create;
	struct liveupdate_ioctl_retrieve_session retrieve;
	struct liveupdate_session_preserve_fd preserve_fd;
	struct liveupdate_session_retrieve_fd retrieve_fd;
	struct liveupdate_session_finish finish;
	struct liveupdate_session_get_name get_name;
	struct liveupdate_session_unpreserve_fd unpreserve_fd;
};

int luo_copy_in(union luo_arg *arg, size_t size, void __user *user,
		bool right_cmd);
long luo_install(int fd, struct file *file, s32 *where, union luo_arg *arg,
		 size_t size, void __user *user);

/* luo_session.c */

/* Sessions that were created and those that came may have the same names. */
struct luo_session_key {
	char name[LUO_NAME_SIZE];
	u64 came;
};

/**
 * struct liveupdate_session - files that are preserved, or came, together
 */
struct liveupdate_session {
	/* private: */
	struct luo_session_key key;
	struct rhash_head node;
	struct list_head list;
	/* A file of it is open; under luo_sessions_lock. */
	bool open;
	/* What follows, and one operation of handlers at a time. */
	struct mutex lock;
	/* struct luo_file in the order in which they were preserved */
	struct list_head files;
	u64 nr_files;
	struct luo_chain chain;
};

static inline bool luo_session_came(const struct liveupdate_session *session)
{
	return session->key.came;
}

int luo_sessions_init(void);
int luo_sessions_restore(u64 phys);
void luo_sessions_forget(void);
int luo_sessions_freeze(void);
void luo_sessions_unfreeze(void);
u64 luo_sessions_write(void);
long luo_session_create(void __user *user, union luo_arg *arg);
long luo_session_retrieve(void __user *user, union luo_arg *arg);
void luo_sessions_show(struct seq_file *m);

/* luo_file.c */

/* Tokens are unique in a session. */
struct luo_file_key {
	struct liveupdate_session *session;
	u64 token;
};

/* What makes a file the same as another one: a number that is its handler's own. */
struct luo_file_id {
	struct liveupdate_file_handler *handler;
	unsigned long id;
};

struct luo_file {
	struct luo_file_key key;
	struct rhash_head by_token;
	/* While @file is known */
	struct luo_file_id id;
	struct rhash_head by_id;
	bool has_id;
	/* Others may look through the tables meanwhile. */
	struct rcu_head rcu;
	struct list_head list;
	struct liveupdate_file_op_args args;
	/* It came; the handler may not be here. */
	char compatible[LUO_COMPATIBLE_SIZE];
};

int luo_files_init(void);
int luo_files_restore(struct liveupdate_session *session, u64 phys, u64 count);
void luo_files_forget(struct liveupdate_session *session);
int luo_file_preserve(struct liveupdate_session *session, u64 token, int fd);
int luo_file_unpreserve(struct liveupdate_session *session, u64 token);
void luo_files_unpreserve(struct liveupdate_session *session);
int luo_file_retrieve(struct liveupdate_session *session, u64 token,
		      struct file **filep);
int luo_files_finish(struct liveupdate_session *session);
int luo_files_freeze(struct liveupdate_session *session);
void luo_files_unfreeze(struct liveupdate_session *session);
void luo_files_write(struct liveupdate_session *session);

/* luo_flb.c */

int luo_flbs_restore(u64 phys);
void luo_flbs_forget(void);
bool luo_flbs_pin(struct liveupdate_file_handler *handler);
void luo_flbs_unpin(struct liveupdate_file_handler *handler);
int luo_flbs_preserve(struct liveupdate_file_handler *handler);
void luo_flbs_unpreserve(struct liveupdate_file_handler *handler);
void luo_flbs_finish(struct liveupdate_file_handler *handler);
u64 luo_flbs_write(void);

/* Is there a NUL in it, and something before that? */
static inline bool luo_string_valid(const char *string, size_t size)
{
	size_t len = strnlen(string, size);

	return len && len < size;
}

#endif /* _LUO_INTERNAL_H */
