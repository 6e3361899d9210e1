# SPDX-License-Identifier: GPL-2.0-only
ABOUT="debugfs=off and debugfs=no-mount: everything works through sysfs"
CMDLINE="kho=on debugfs=off"
CMDLINE_1="kho=on debugfs=no-mount"
CMDLINE_2="kho=on debugfs=off"
KEXECS=2

lens()
{
	md5sum < $SYSFS/scratch_len | cut -c1-12
}

hand_over()
{
	expect "finalize" write 1 $SYSFS/active
	same "active" 1 "$(cat $SYSFS/active)"
	expect "dt" readable $SYSFS/dt
}

handed_over()
{
	same "generation" "$STAGE" "$(generation)"
	same "scratch" "$(recall lens)" "$(lens)"
	expect "/sys/firmware/kho/dt" test -s /sys/firmware/kho/dt
	restore state
}

stage0()
{
	same "enabled" 1 "$(cat $SYSFS/enabled)"
	carry lens "$(lens)"
	preserve state bytes=16M
	hand_over
}

stage1()
{
	handed_over
	hand_over
}

stage2()
{
	handed_over
}
