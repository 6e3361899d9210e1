/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is told, to people or to programs.
 *
 * An object says everything twice, side by side: out_text() for people, the others
 * for programs. Those that are not wanted do nothing, so that nobody has to ask.
 * Programs get nothing before the end, so that an error is all that is told then.
 */
#ifndef __KHO_OUTPUT_H
#define __KHO_OUTPUT_H

#include "main.h"

void out_json(bool pretty);
bool out_is_json(void);

/* From here on, nothing that cannot be written ends the program. */
void out_go_unheard(void);

void out_open(void);
void out_close(void);
void out_error(const char *text);
/* What follows takes long: show people what was told so far. */
void out_flush(void);

void __printf(1, 2) out_text(const char *fmt, ...);

/* @key: NULL in an array */
void out_object(const char *key);
void out_object_end(void);
void out_array(const char *key);
void out_array_end(void);
void out_u64(const char *key, uint64_t value);
void out_bool(const char *key, bool value);
void out_string(const char *key, const char *value);
void out_bytes(const char *key, const void *bytes, size_t len);

#endif /* __KHO_OUTPUT_H */
