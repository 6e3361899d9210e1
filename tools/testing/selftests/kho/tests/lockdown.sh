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
	refuse "out/finalize is read" \
		sh -c "cat $DEBUGFS/out/finalize" 2>/dev/null
	refuse "out/finalize is written" write 1 $DEBUGFS/out/finalize
	expect "errno: $(cat /tmp/write.err)" errno_is "not permitted"
	same "active" 0 "$(cat $SYSFS/active)"
}

stage0()
{
	has_config SECURITY_LOCKDOWN_LSM || skip "this kernel has no lockdown"
	locked_down
	check_generation
	preserve state bytes=16M
	expect "finalize" write 1 $SYSFS/active
	expect "dt" test -s $SYSFS/dt
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
