# SPDX-License-Identifier: GPL-2.0-only
ABOUT="whatever would change the state is refused while it is finalized"

stage0()
{
	preserve before bytes=16M
	finalize
	refuse "rmmod of a producer or its insmod changes the state" \
		insmod $DRIVER name=late bytes=1M 2>/dev/null
	same "still finalized" 1 "$(finalized)"
	abort
	driver_gone
	driver_checks busy
	preserve after bytes=16M
}

stage1()
{
	restore after
}
