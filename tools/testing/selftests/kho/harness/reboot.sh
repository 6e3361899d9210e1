# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a reboot is no kexec"
VERDICT='LOST the machine went away without a verdict'
CMDLINE=

stage0()
{
	reboot -f
}

stage1()
{
	:
}
