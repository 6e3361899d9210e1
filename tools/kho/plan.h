/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kexec that somebody has in mind.
 */
#ifndef __KHO_PLAN_H
#define __KHO_PLAN_H

#include "image.h"

struct plan {
	const char *image;
	const char *initrd;
	const char *command_line;
	bool yes;
};

/* From the command line of @object */
void plan_parse(struct plan *plan, const struct object *object, int argc, char **argv);
/* Tells what speaks for and against it; false when anything speaks against it */
bool plan_check(const struct plan *plan, struct image *image);

#endif /* __KHO_PLAN_H */
