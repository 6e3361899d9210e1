# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a machine that goes away without a word"
VERDICT='LOST the machine went away without a verdict'
CMDLINE=
KEXECS=0

stage0()
{
	reboot -f
}
