// SPDX-License-Identifier: GPL-2.0-only
/* As much of libfdt as the kernel has that the code under test calls. */
#include "../../../scripts/dtc/libfdt/fdt.c"
#include "../../../scripts/dtc/libfdt/fdt_ro.c"
#include "../../../scripts/dtc/libfdt/fdt_sw.c"
