# SPDX-License-Identifier: GPL-2.0-only
ABOUT="beside what else a command line may ask for, another in each generation"
VARIANTS="plain features"
LATER=features
MEMORY=1792M
KEXECS=7
CMDLINE="kho=on"
CMDLINE_1="kho=on no5lvl init_on_alloc=1 init_on_free=1 memtest=1"
CMDLINE_2="kho=on cma=64M kernelcore=60% numa=fake=16"
CMDLINE_3="kho=on cma=16M movablecore=40% numa=fake=3 no5lvl"
CMDLINE_4="kho=on page_poison=1 slub_debug=FZP page_owner=on"
CMDLINE_5="kho=on hugepages=16 hugetlb_free_vmemmap=on transparent_hugepage=always log_buf_len=4M"
CMDLINE_6="kho=on swiotlb=16384 crashkernel=128M nr_cpus=1 no5lvl"
CMDLINE_7="kho=on"
# Page tables of five levels, in the generations that do not do without
if [ "$ARCH" = x86_64 ]; then
	QEMU_OPTIONS="-cpu $ARCH_CPU,+la57"
	MUST="early_memtest: # of tests: 1"
fi

check_asked_for()
{
	local option

	for option in "$@"; do
		grep -qw -- "$option" /proc/cmdline ||
			fail "$option is not on the command line"
	done
}

# told OPTION: what it says, or nothing
told()
{
	sed -n "s/.*\\b$1=\\([^ ]*\\).*/\\1/p" /proc/cmdline
}

# Is it in force?
check_in_force()
{
	local asked

	[ "$(uname -m)" = x86_64 ] || return 0
	if grep -qw no5lvl /proc/cmdline; then
		refuse "five levels" grep -qw la57 /proc/cpuinfo
	else
		expect "five levels" grep -qw la57 /proc/cpuinfo
	fi
	# where what is asked for does not come out even, a node more or less
	asked=$(told numa | sed 's/.*=//')
	asked=${asked:-1}
	within "nodes" "$(nodes)" $((asked - asked / 8)) $((asked + asked / 3))
}

for STEP in $(seq 0 $KEXECS); do
	eval "stage$STEP()
	{
		check_asked_for \$CMDLINE_$STEP
		check_in_force
		check_generation
		[ $STEP -eq 0 ] || restore state
		[ $STEP -ne 0 ] || preserve state bytes=200M order=-1
		hold_memory \$((\$(meminfo MemAvailable) / 1024 - 64))
		release_memory
	}"
done
