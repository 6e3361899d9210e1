// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "klog.h"
#include "output.h"

static int log_fd = -1;

void klog_begin(void)
{
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(log_fd, 0, SEEK_END);
}

/*
 * Those as urgent as @least, or more; returns how many. A record is
 * "LEVEL,SEQUENCE,TIME,FLAGS;TEXT" and lines that begin with a space.
 */
static unsigned int tell(const char *key, unsigned long least)
{
	unsigned int told = 0;
	char record[8192];
	ssize_t len;

	out_array(key);
	/* EPIPE: some were overwritten before they were read */
	while ((len = read(log_fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		char *text;

		record[len > 0 ? len : 0] = 0;
		record[strcspn(record, "\n")] = 0;
		text = strchr(record, ';');
		errno = 0;
		if (!text || (!strstr(text, "KHO: ") && !strstr(text, "LUO: ")) ||
		    (strtoul(record, NULL, 10) & LOG_PRIMASK) > least)
			continue;
		told++;
		out_text("  the kernel says: %s\n", text + 1);
		out_string(NULL, text + 1);
	}
	out_array_end();
	return told;
}

void klog_tell(void)
{
	tell("log", LOG_DEBUG);
}

bool klog_warnings(void)
{
	return tell("warnings", LOG_WARNING);
}
