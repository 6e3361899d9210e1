/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KHO_SIM_CRC_H
#define _KHO_SIM_CRC_H

#include <stddef.h>

unsigned int sim_crc32c(unsigned int crc, const void *buf, size_t size);

#endif
