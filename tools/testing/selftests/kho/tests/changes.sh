# SPDX-License-Identifier: GPL-2.0-only
ABOUT="vetoes, kexecs that fail, finalize, abort, changes: the last state counts"
KEXECS=2
MUST="KHO: .*test_kho.* refuses the handover: -EPERM"

# A notifier's veto stops the kexec, and the machine goes on.
veto()
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
	kexec -u
}

nothing_loaded()
{
	preserve first bytes=16M
	refuse "kexec with nothing loaded" execute
	same "out/finalize" 0 "$(finalized)"
	head -c 100000 /dev/urandom > /tmp/noise
	refuse "kexec -l of noise" kexec -s -l /tmp/noise --command-line=x
	finalize
	refuse "kexec with nothing loaded" execute
	same "out/finalize" 1 "$(finalized)"
}

# By all the files that can be written
there_and_back()
{
	expect "the same state again" write 1 $DEBUGFS/out/finalize
	abort
	expect "the same state again" write 0 $DEBUGFS/out/finalize
	refuse "out/fdt after abort" readable $DEBUGFS/out/fdt
	driver_gone
	preserve second bytes=24M order=3
	expect "finalize through the older name" write 1 $DEBUGFS/out/active
	same "out/finalize" 1 "$(finalized)"
	expect "abort through sysfs" write 0 $SYSFS/active
	same "out/finalize" 0 "$(finalized)"
}

# Where there is nothing to lose, the old system call works as ever.
stage0()
{
	carry memtotal "$(meminfo MemTotal)"
	expect "kexec_load with nothing preserved" load_with -c
}

stage1()
{
	same "enabled" 1 "$(cat $SYSFS/enabled)"
	same "generation" 0 "$(generation)"
	memory_as_carried
	check_scratch
	veto
	nothing_loaded
	there_and_back
	finalize
}

stage2()
{
	same "generation" 1 "$(generation)"
	refuse "a subtree that was removed came" \
		test -e $DEBUGFS/in/sub_fdts/test-first
	restore second
}
