/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the three files that play kernel and machine tell each other: machine.c, the
 * machine; machine_kernel.c, stand-ins for the kernel; machine_producer.c, the old
 * kernel that hands over.
 */
#ifndef _KHO_MACHINE_PRIVATE_H
#define _KHO_MACHINE_PRIVATE_H

#include "machine.h"

/* machine.c: the state of chance, which starts anew with each handover */
extern unsigned int seed;

__noreturn void die(const char *what, u64 where);
void own(phys_addr_t base, unsigned long size, enum owner owner);

/* machine_kernel.c: is KHO on? */
extern bool enabled;

#endif /* _KHO_MACHINE_PRIVATE_H */
