# SPDX-License-Identifier: GPL-2.0-only
ABOUT="one kexec more than declared"
VERDICT='FAIL 3 kernels started and 3 came up, not 2'
CMDLINE=

stage0()
{
	:
}

stage1()
{
	[ "$(param again)" != "" ] || {
		STAGE=0
		load same khotest.again=1
		execute
	}
}
