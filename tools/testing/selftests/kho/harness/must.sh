# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a line that has to be in the log"
VERDICT='FAIL the log lacks: the moon is full'
CMDLINE=
KEXECS=0
MUST="Linux version
the moon is full"

stage0()
{
	:
}
