/* SPDX-License-Identifier: GPL-2.0-only */
/* What must hold after each step of a boot, whoever handed over */
#ifndef _KHO_EARLY_MODEL_H
#define _KHO_EARLY_MODEL_H

#include <linux/types.h>

/* early_fuzz.c: what libFuzzer calls */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

void model_cold_init(void);
const char *model_check_refused(const char *why);
bool model_same_early(void);
bool model_same_open(void);
const char *model_check_born(void);
const char *model_check_cold(void);
const char *model_check_gaps(void);
const char *model_check_given_up(void);
const char *model_check_early(void);
const char *model_check_open(void);
const char *model_check_all(void);
const char *model_alloc(unsigned long size, int nid, bool only_scratch);

#endif
