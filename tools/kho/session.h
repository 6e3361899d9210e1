/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sessions of /dev/liveupdate, as debugfs lists them.
 */
#ifndef __KHO_SESSION_H
#define __KHO_SESSION_H

#include "handover.h"

struct session_file {
	uint64_t token;
	char *compatible;
	/* of retrieving it: 0, 1 when that was done, or an errno */
	int status;
};

struct session {
	char *name;
	/* "created", "came" or "retrieved" */
	char *state;
	struct session_file *files;
	size_t nr_files;
};

/* How many there are, or why that is not known, as a negative errno */
int sessions_read(struct session **sessions);
/* How many of them are in a state */
unsigned int sessions_count(const struct session *sessions, int nr, const char *state);

#endif /* __KHO_SESSION_H */
