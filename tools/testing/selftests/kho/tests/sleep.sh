# SPDX-License-Identifier: GPL-2.0-only
ABOUT="what is preserved survives suspending and hibernating"
VARIANTS=debug
CMDLINE="kho=on suspend.pm_test_delay=1"
CPUS=2
# an image takes half of it, and the checkers much of the rest
MEMORY=2G
MAY_SKIP=yes

# Down to the devices, and up again
suspend()
{
	expect "pm_test" write devices /sys/power/pm_test
	expect "suspend to idle: $(cat /tmp/write.err)" \
		write freeze /sys/power/state
}

# As far as a machine without a swap device gets: an image in memory
hibernate()
{
	expect "pm_test" write freezer /sys/power/pm_test
	expect "hibernation: $(cat /tmp/write.err)" \
		write disk /sys/power/state
}

stage0()
{
	local bytes

	has_config HIBERNATION && has_config PM_DEBUG ||
		skip "this kernel does not sleep"
	preserve state bytes=16M
	bytes=$(cat $SYSFS/preserved_bytes)
	hibernate
	suspend
	finalize
	suspend
	hibernate
	same "finalized" 1 "$(finalized)"
	same "preserved_bytes" "$bytes" "$(cat $SYSFS/preserved_bytes)"
}

# Nobody has claimed it, then somebody has, then there is nothing any more.
stage1()
{
	restore state
	hibernate
	driver_gone
	hibernate
	preserve again bytes=4M
}
