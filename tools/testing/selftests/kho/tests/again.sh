# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a driver that is unloaded and loaded again, in each generation"
KEXECS=1

stage0()
{
	preserve state bytes=16M
	driver_gone
	same "preserved_bytes after rmmod" 0 "$(cat $SYSFS/preserved_bytes)"
	preserve state bytes=16M seed=2
}

# What came was taken back and freed: the second time it is not there.
stage1()
{
	restore state
	driver_gone
	driver preserved state bytes=16M seed=3
	driver_gone
	same "preserved_bytes after rmmod" 0 "$(cat $SYSFS/preserved_bytes)"
}
