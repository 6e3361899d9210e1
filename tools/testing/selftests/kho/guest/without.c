// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a command without a capability, or as somebody else:
 *
 *	without sys_admin|sys_boot COMMAND...
 *	without root COMMAND...
 *
 * Root's capabilities are made anew by execve() from the bounding set, so that
 * is where one has to be missing.
 */
#define _GNU_SOURCE
#include <err.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define NOBODY 65534

static void drop(const char *name)
{
	int cap;

	if (!strcmp(name, "sys_admin"))
		cap = CAP_SYS_ADMIN;
	else if (!strcmp(name, "sys_boot"))
		cap = CAP_SYS_BOOT;
	else
		errx(2, "%s: unknown", name);
	if (prctl(PR_CAPBSET_DROP, cap))
		err(2, "PR_CAPBSET_DROP");
}

static void drop_root(void)
{
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		err(2, "setresuid");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(2, "usage: without sys_admin|sys_boot|root COMMAND...");
	if (!strcmp(argv[1], "root"))
		drop_root();
	else
		drop(argv[1]);
	execvp(argv[2], argv + 2);
	err(2, "%s", argv[2]);
}
