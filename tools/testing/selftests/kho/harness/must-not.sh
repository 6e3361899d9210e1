# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a line that may not be in the log"
VERDICT='FAIL the log has: Linux vers.on'
CMDLINE=
KEXECS=0
MUST_NOT="the moon is full
Linux vers.on"

stage0()
{
	:
}
