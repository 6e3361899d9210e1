/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's lists, for code compiled in user space. Who includes this may define
 * sim_list_changes(), which is called before one changes.
 */

#ifndef _KHO_SIM_LIST_H
#define _KHO_SIM_LIST_H

#include "sim_types.h"

#ifndef sim_list_changes
#define sim_list_changes()	do { } while (0)
#endif

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD(name)		struct list_head name = { &(name), &(name) }
#define list_entry(p, type, member) container_of(p, type, member)
#define list_entry_of(p, pos, member) container_of(p, typeof(*(pos)), member)

#define list_for_each_entry(pos, head, member)				\
	for (pos = list_entry_of((head)->next, pos, member);		\
	     &pos->member != (head);					\
	     pos = list_entry_of(pos->member.next, pos, member))

#define list_for_each_entry_reverse(pos, head, member)			\
	for (pos = list_entry_of((head)->prev, pos, member);		\
	     &pos->member != (head);					\
	     pos = list_entry_of(pos->member.prev, pos, member))

#define list_for_each_entry_continue_reverse(pos, head, member)	\
	for (pos = list_entry_of(pos->member.prev, pos, member);	\
	     &pos->member != (head);					\
	     pos = list_entry_of(pos->member.prev, pos, member))

#define list_for_each_entry_safe(pos, n, head, member)			\
	for (pos = list_entry_of((head)->next, pos, member),		\
	     n = list_entry_of(pos->member.next, n, member);		\
	     &pos->member != (head);					\
	     pos = n, n = list_entry_of(n->member.next, n, member))

#define list_for_each_entry_safe_reverse(pos, n, head, member)		\
	for (pos = list_entry_of((head)->prev, pos, member),		\
	     n = list_entry_of(pos->member.prev, n, member);		\
	     &pos->member != (head);					\
	     pos = n, n = list_entry_of(n->member.prev, n, member))

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	sim_list_changes();
	entry->next = head->next;
	entry->prev = head;
	head->next->prev = entry;
	head->next = entry;
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	list_add(entry, head->prev);
}

static inline void list_del(struct list_head *entry)
{
	sim_list_changes();
	entry->next->prev = entry->prev;
	entry->prev->next = entry->next;
	entry->next = NULL;
	entry->prev = NULL;
}

static inline void list_del_init(struct list_head *entry)
{
	list_del(entry);
	INIT_LIST_HEAD(entry);
}

#endif /* _KHO_SIM_LIST_H */
