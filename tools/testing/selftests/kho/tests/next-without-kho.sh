# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a next kernel that has no KHO compiled in, and back"
NOT_ON=64k
NEEDS=nokho
NEXT_KERNEL=nokho
KEXECS=2

stage0()
{
	carry memtotal "$(meminfo MemTotal)"
	preserve state bytes=64M
}

stage1()
{
	refuse "KHO in a kernel without it" test -e $SYSFS
	within "MemTotal" "$(meminfo MemTotal)" $(($(recall memtotal) - 8192)) \
		$(($(recall memtotal) + 8192))
	hold_memory $(($(meminfo MemAvailable) / 1024 - 32))
	release_memory
	load plain || fail "kexec -l"
}

stage2()
{
	same "generation" 0 "$(generation)"
	check_scratch
	refuse "in/fdt" test -e $DEBUGFS/in/fdt
}
