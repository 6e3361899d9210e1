/* SPDX-License-Identifier: GPL-2.0-only */
#include "state_kernel.h"
