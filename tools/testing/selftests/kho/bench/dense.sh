# SPDX-License-Identifier: GPL-2.0-only
ABOUT="metadata of pages that lie densely"
MEMORY=2G
KEXECS=0
CMDLINE="kho=on nokaslr"

stage0()
{
	driver_checks dense="$BENCH_PAGES"
	fact dense "$(dmesg | sed -n 's/.*test_kho: dense: \([0-9].*\)/\1/p')"
}
