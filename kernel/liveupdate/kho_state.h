/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: the state of the handover to the next kernel.
 *
 *	          kho_finalize()               kho_commit()
 *	OPEN -----------------------> FINALIZED -----------> COMMITTED
 *	 ^  <----------------------- / |                         |
 *	 |         kho_abort()         |                         |
 *	 +-----------------------------+                         |
 *	 |   a producer gives back                               |
 *	 +-------------------------------------------------------+
 *	     kho_kexec_failed()
 *
 * KHO_OFF: not switched on, or not yet.
 * KHO_OPEN: everything may be preserved and given back.
 * KHO_FINALIZED: the FDT is written. Nothing can be preserved. Giving back takes
 *	effect, since the memory is the producer's, and ends the state.
 * KHO_COMMITTED: a kexec is on its way. What is given back stays where it is, to
 *	be handed over; nobody writes to it any more.
 */
#ifndef _KHO_STATE_H
#define _KHO_STATE_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kexec_handover.h>
#include <linux/percpu-rwsem.h>
#include <linux/types.h>

struct work_struct;

enum kho_state {
	KHO_OFF,
	KHO_OPEN,
	KHO_FINALIZED,
	KHO_COMMITTED,
};

/*
 * Whoever changes what is preserved holds kho_changes for reading. Held for
 * writing it keeps what is preserved as it is; kho_state is written under it.
 */
extern enum kho_state kho_state;
extern struct percpu_rw_semaphore kho_changes;

/**
 * kho_change_begin() - a producer begins to preserve something
 *
 * Context: Process context, may sleep.
 * Return: 0, and then kho_change_end() must follow; -EOPNOTSUPP when KHO is off;
 * -EBUSY unless the state is open.
 */
static inline int kho_change_begin(void)
{
	percpu_down_read(&kho_changes);
	if (likely(kho_state == KHO_OPEN))
		return 0;
	percpu_up_read(&kho_changes);
	return kho_is_enabled() ? -EBUSY : -EOPNOTSUPP;
}

/**
 * kho_change_end() - the change is done
 *
 * Context: Process context.
 */
static inline void kho_change_end(void)
{
	percpu_up_read(&kho_changes);
}

/**
 * kho_look_begin() - look at what is preserved while it may change
 *
 * The nodes of the memory map stay until kho_look_end().
 *
 * Context: Process context, may sleep.
 */
static inline void kho_look_begin(void)
{
	percpu_down_read(&kho_changes);
}

/**
 * kho_look_end() - all was seen
 *
 * Context: Process context.
 */
static inline void kho_look_end(void)
{
	percpu_up_read(&kho_changes);
}

/**
 * kho_stop_changes() - keep what is preserved as it is, for who looks at all of it
 *
 * Context: Process context, may sleep; not within a change.
 */
static inline void kho_stop_changes(void)
{
	percpu_down_write(&kho_changes);
}

/**
 * kho_allow_changes() - let it change again
 *
 * Context: As kho_stop_changes().
 */
static inline void kho_allow_changes(void)
{
	percpu_up_write(&kho_changes);
}

bool kho_return_begin(unsigned long ip);
bool kho_finalized(void);
void kho_set_state(enum kho_state state);
void kho_set_open(void (*revoked)(struct work_struct *work));
void kho_disable(const char *why);
bool kho_has_reserve(void);
void kho_drop_reserve(void);

#endif /* _KHO_STATE_H */
