/* SPDX-License-Identifier: GPL-2.0-only */
/* The kho program, run on what is damaged */

#ifndef _KHO_TOOL_H
#define _KHO_TOOL_H

#include <stdbool.h>
#include <stddef.h>

int kho_main(int argc, char **argv);

/* Is this one value as JSON has it, and a line feed? */
bool is_json(const char *text);

void tool_abi(void);
void tool_json(void);

#endif /* _KHO_TOOL_H */
