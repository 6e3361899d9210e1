/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KHO_EARLY_NOTIFIER_H
#define _KHO_EARLY_NOTIFIER_H

struct notifier_block;

#define NOTIFY_DONE			0
#define NOTIFY_OK			1
/* What is passed on is the errno itself */
#define notifier_from_errno(err)	(err)

#endif
