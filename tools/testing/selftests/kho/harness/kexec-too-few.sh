# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a pass that was spoken too early"
VERDICT='FAIL 1 kernels started and 1 came up, not 2'
CMDLINE=

stage0()
{
	tell pass
	reboot -f
}
