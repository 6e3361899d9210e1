# SPDX-License-Identifier: GPL-2.0-only
ABOUT="finalize, abort, change, finalize again"

stage0()
{
	preserve first bytes=16M
	finalize
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
	finalize
}

stage1()
{
	refuse "a subtree that was removed came" \
		test -e $DEBUGFS/in/sub_fdts/test-first
	restore second
}
