# SPDX-License-Identifier: GPL-2.0-only
ABOUT="kho=off: nothing is handed over, nothing taken, no memory kept"
CORE=yes
CMDLINE="kho=off"
CMDLINE_1="kho=on"
CMDLINE_2="kho=off"
KEXECS=2

# What drivers and people are told
stage0()
{
	check_off
	refuse "finalize with KHO off" write 1 $SYSFS/active
	expect "the errno" errno_is "not supported"
	same "generation" 0 "$(generation)"
	carry memtotal "$(meminfo MemTotal)"
}

# After a kernel with kho=off: afresh
stage1()
{
	same "enabled" 1 "$(cat $SYSFS/enabled)"
	same "generation" 0 "$(generation)"
	refuse "a handover from a kernel with kho=off" test -e $DEBUGFS/in/fdt
	check_scratch
	memory_as_carried
	preserve state bytes=128M
}

# After one that would hand over
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
