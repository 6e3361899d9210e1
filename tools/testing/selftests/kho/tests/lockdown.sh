# SPDX-License-Identifier: GPL-2.0-only
ABOUT="lockdown=integrity: everything works through sysfs, debugfs is shut"
VARIANTS=debug
CMDLINE="kho=on liveupdate=on lockdown=integrity"
MAY_SKIP=yes

locked_down()
{
	local security=/sys/kernel/security

	mount -t securityfs none $security
	expect "lockdown: $(cat $security/lockdown)" \
		grep -q '\[integrity\]' $security/lockdown
	refuse "a blob is read" readable $DEBUGFS/out/sub_fdts/kexec-metadata
	expect "errno: $(cat /tmp/readable)" grep -q "not permitted" /tmp/readable
	same "active, by its link" 0 "$(cat $DEBUGFS/out/active)"
}

stage0()
{
	has_config SECURITY_LOCKDOWN_LSM || skip "this kernel has no lockdown"
	locked_down
	check_generation
	preserve state bytes=16M
	expect "finalize" write 1 $SYSFS/active
	expect "dt" readable $SYSFS/dt
	expect "abort" write 0 $SYSFS/active
	refuse "kexec_load" load_with -c same
	keep locked 1:100000
}

stage1()
{
	locked_down
	check_generation
	restore state
	found locked 1:100000
}
