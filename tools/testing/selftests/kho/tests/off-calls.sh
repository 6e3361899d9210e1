# SPDX-License-Identifier: GPL-2.0-only
ABOUT="what drivers are told with kho=off"
CMDLINE="kho=off"
KEXECS=0

stage0()
{
	driver_checks off
	refuse "finalize with KHO off" write 1 $SYSFS/active
	expect "the errno" errno_is "not supported"
	same "enabled" 0 "$(cat $SYSFS/enabled)"
	same "generation" 0 "$(generation)"
}
