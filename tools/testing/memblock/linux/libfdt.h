/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MEMBLOCK_LINUX_LIBFDT_H
#define _MEMBLOCK_LINUX_LIBFDT_H

#include "../../../../scripts/dtc/libfdt/libfdt.h"

#endif
