# SPDX-License-Identifier: GPL-2.0-only
ABOUT="an image that was loaded before anything was preserved carries it, too"
KEXECS=2

# The image's command line is fixed when it is loaded: what it finds cannot be
# carried there, so that the driver's own record has to do.
stage0()
{
	load || fail "kexec -l"
	driver preserved late bytes=16M order=2
}

stage1()
{
	driver restored late restore=free
	driver_gone
	load || fail "kexec -l"
	driver preserved later bytes=24M order=0
	finalize
	abort
}

stage2()
{
	refuse "a subtree that was removed came" \
		test -e $DEBUGFS/in/sub_fdts/test-late
	driver restored later
}
