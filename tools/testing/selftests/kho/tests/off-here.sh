# SPDX-License-Identifier: GPL-2.0-only
ABOUT="kho=off hands nothing over; the next kernel starts afresh"
CMDLINE="kho=off"
CMDLINE_1="kho=on"
KEXECS=1

stage0()
{
	check_off
}

stage1()
{
	same "enabled" 1 "$(cat $SYSFS/enabled)"
	same "generation" 0 "$(generation)"
	refuse "a handover from a kernel with kho=off" test -e $DEBUGFS/in/fdt
	check_scratch
	driver preserved state bytes=16M
}
