/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KHO_EARLY_MEMORY_HOTPLUG_H
#define _KHO_EARLY_MEMORY_HOTPLUG_H

#include_next <linux/memory_hotplug.h>
#include <linux/memory.h>

#endif
