# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a notifier's veto stops the kexec, and the machine goes on"
MUST="KHO: .*test_kho.* refuses the handover: -EPERM"

stage0()
{
	expect "test_kho action=veto" insmod $DRIVER action=veto
	refuse "finalize against a veto" write 1 $DEBUGFS/out/finalize
	expect "the veto's errno" errno_is "not permitted"
	same "out/finalize after a veto" 0 "$(finalized)"
	load || fail "kexec -l"
	refuse "kexec against a veto" execute
	same "out/finalize after a veto" 0 "$(finalized)"
	log "the machine goes on"
	driver_gone
	preserve after bytes=16M
	kexec -u
}

stage1()
{
	same "generation" 1 "$(generation)"
	restore after
}
