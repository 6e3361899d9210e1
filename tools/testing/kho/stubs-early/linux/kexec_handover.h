/* SPDX-License-Identifier: GPL-2.0-only */
/* The real one, and not what the memblock simulator plays */
#include "../../../../../include/linux/kexec_handover.h"
