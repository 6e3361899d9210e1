/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's files about a handover.
 */
#ifndef __KHO_HANDOVER_H
#define __KHO_HANDOVER_H

#include "source.h"

#define KHO_SYSFS	"/sys/kernel/kho"
#define KHO_DEBUGFS	"/sys/kernel/debug/kho"
#define KHO_FIRMWARE	"/sys/firmware/kho"
#define LUO_DEBUGFS	"/sys/kernel/debug/liveupdate"

/* Which way a handover goes */
enum way { OUT, IN };

extern const char * const way_names[];

/* Ends the program when this kernel has no KHO at all */
void kho_need(void);

/* Files by the names that they have in sysfs; debugfs, as in mainline, is second */
int kho_read(const char *name, struct blob *blob);
int kho_number(const char *name, uint64_t *number);
char *kho_line(const char *name);
bool kho_is_finalized(void);
/* False where an image carries only what was finalized before: mainline 6.16 to 6.18 */
bool kho_loads_open(void);
/* Where a state is written to; NULL where this kernel has nothing of the kind */
const char *kho_switch(void);

int kho_fdt(enum way way, struct blob *blob);
int kho_blob(enum way way, const char *name, struct blob *blob);
/* The names of the blobs that can be read */
char **kho_blob_names(enum way way);

struct area {
	uint64_t start;
	uint64_t size;
};

/* Scratch areas; how many there are. @located: addresses are known, not sizes alone */
size_t kho_scratch(struct area **areas, bool *located);

uint64_t page_size(void);

/* Why a file could not be read, as a sentence's end */
const char *why(int err);

#endif /* __KHO_HANDOVER_H */
