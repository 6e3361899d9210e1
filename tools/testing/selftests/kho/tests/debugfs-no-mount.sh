# SPDX-License-Identifier: GPL-2.0-only
ABOUT="debugfs=no-mount: everything works through sysfs"
CMDLINE="kho=on debugfs=no-mount"

stage0()
{
	same "enabled" 1 "$(cat $SYSFS/enabled)"
	preserve state bytes=16M
	expect "finalize" write 1 $SYSFS/active
	same "active" 1 "$(cat $SYSFS/active)"
	expect "dt" readable $SYSFS/dt
	carry lens "$(md5sum < $SYSFS/scratch_len | cut -c1-12)"
}

stage1()
{
	same "generation" 1 "$(generation)"
	same "scratch" "$(recall lens)" "$(md5sum < $SYSFS/scratch_len | cut -c1-12)"
	expect "/sys/firmware/kho/dt" test -s /sys/firmware/kho/dt
	restore state
}
