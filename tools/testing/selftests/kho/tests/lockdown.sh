# SPDX-License-Identifier: GPL-2.0-only
ABOUT="lockdown=integrity: everything works, and kexec_load() does not"
VARIANTS=debug
CMDLINE="kho=on liveupdate=on lockdown=integrity"
MAY_SKIP=yes

locked_down()
{
	local security=/sys/kernel/security

	mount -t securityfs none $security
	expect "lockdown: $(cat $security/lockdown)" \
		grep -q '\[integrity\]' $security/lockdown
	expect "a blob" readable $DEBUGFS/out/sub_fdts/kexec-metadata
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
