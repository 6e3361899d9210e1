# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a next kernel with kho=off takes nothing and has all its memory"
CORE=yes
CMDLINE="kho=off"
CMDLINE_1="kho=on"
CMDLINE_2="kho=off"
KEXECS=2

stage0()
{
	carry memtotal "$(meminfo MemTotal)"
}

stage1()
{
	memory_as_carried
	preserve state bytes=128M
}

stage2()
{
	check_off
	same "refused" "KHO is off in this kernel" "$(cat $SYSFS/refused)"
	in_log "KHO: 13[0-9]{7} bytes in 2 subtrees of the last kernel are lost" ||
		fail "no line says what is dropped"
	refuse "in/fdt with KHO off" test -e $DEBUGFS/in/fdt
	memory_as_carried
	hold_memory $(($(meminfo MemAvailable) / 1024 - 32))
	release_memory
}
