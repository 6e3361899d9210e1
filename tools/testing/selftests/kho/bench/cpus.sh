# SPDX-License-Identifier: GPL-2.0-only
ABOUT="two CPUs that preserve at once"
MEMORY=2G
CPUS=2
KEXECS=0
CMDLINE="kho=on nokaslr"
SECONDS_A_BOOT=400

stage0()
{
	driver_checks cpus="$BENCH_PAGES"
	fact cpus "$(dmesg | sed -n 's/.*test_kho: cpus: \([0-9].*\)/\1/p')"
}
