# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the first word counts"
VERDICT='FAIL stage 0: spoken early'
CMDLINE=
KEXECS=0

stage0()
{
	tell fail "stage 0: spoken early"
}
