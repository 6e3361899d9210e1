/* SPDX-License-Identifier: GPL-2.0-only */
/* The kho program, run on what is damaged */

#ifndef _KHO_TOOL_H
#define _KHO_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

int kho_main(int argc, char **argv);

/* Is this one value as JSON has it, and a line feed? */
bool is_json(const char *text);

/* What the linker's --wrap leaves of the calls that tool_kexec.c does instead */
int __real_open(const char *path, int flags, ...);
int __real_access(const char *path, int mode);
ssize_t __real_write(int fd, const void *bytes, size_t len);

void tool_abi(void);
void tool_json(void);

#endif /* _KHO_TOOL_H */
