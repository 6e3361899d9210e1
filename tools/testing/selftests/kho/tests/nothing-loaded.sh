# SPDX-License-Identifier: GPL-2.0-only
ABOUT="kexec with nothing loaded, loads that fail: the state stays usable"

stage0()
{
	preserve state bytes=16M
	refuse "kexec with nothing loaded" execute
	same "out/finalize" 0 "$(finalized)"
	head -c 100000 /dev/urandom > /tmp/noise
	refuse "kexec -l of noise" kexec -s -l /tmp/noise --command-line=x
	finalize
	refuse "kexec with nothing loaded" execute
	same "out/finalize" 1 "$(finalized)"
	abort
}

stage1()
{
	restore state
}
