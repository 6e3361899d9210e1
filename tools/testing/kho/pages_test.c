// SPDX-License-Identifier: GPL-2.0-only
/* All tests of the simulated machine of struct pages, one file after the other */

#include "pages.h"

int main(void)
{
	static const struct check *const all[] = {
		checks_map, checks_claim, checks_vmalloc, checks_chain,
		checks_subtree, checks_memory, checks_poison, checks_kexec,
		checks_version, checks_sysfs, checks_debugfs, checks_of,
	};
	const char *where = SIM_DEBUG ? "pages-debug" :
			    PAGE_SHIFT == 12 ? "pages-4K" : "pages-64K";
	int failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(all); i++)
		for (const struct check *c = all[i]; c->name; c++)
			failed |= check_run(where, c, 1);
	return failed;
}
