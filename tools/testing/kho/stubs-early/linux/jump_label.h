/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KHO_EARLY_JUMP_LABEL_H
#define _KHO_EARLY_JUMP_LABEL_H

#include <linux/types.h>

#define DEFINE_STATIC_KEY_FALSE(name)		bool name
#define DECLARE_STATIC_KEY_FALSE(name)		extern bool name
#define static_branch_unlikely(key)		(*(key))
#define static_branch_enable_cpuslocked(key)	(*(key) = true)

#endif
