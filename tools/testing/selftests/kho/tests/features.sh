# SPDX-License-Identifier: GPL-2.0-only
ABOUT="beside what else a command line may ask for, another in each generation"
MEMORY=1792M
KEXECS=7
CMDLINE="kho=on"
CMDLINE_1="kho=on init_on_alloc=1 init_on_free=1"
CMDLINE_2="kho=on cma=64M kernelcore=60%"
CMDLINE_3="kho=on cma=16M movablecore=40%"
CMDLINE_4="kho=on page_poison=1 slub_debug=FZP"
CMDLINE_5="kho=on hugepages=16 transparent_hugepage=always log_buf_len=4M"
CMDLINE_6="kho=on swiotlb=16384 crashkernel=128M nr_cpus=1"
CMDLINE_7="kho=on"

check_asked_for()
{
	local option

	for option in "$@"; do
		grep -qw -- "$option" /proc/cmdline ||
			fail "$option is not on the command line"
	done
}

for STEP in $(seq 0 $KEXECS); do
	eval "stage$STEP()
	{
		check_asked_for \$CMDLINE_$STEP
		check_generation
		[ $STEP -eq 0 ] || restore state
		[ $STEP -ne 0 ] || preserve state bytes=200M order=-1
		hold_memory \$((\$(meminfo MemAvailable) / 1024 - 64))
		release_memory
	}"
done
