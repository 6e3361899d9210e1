# SPDX-License-Identifier: GPL-2.0-only
ABOUT="what may be left out"
VERDICT='SKIP no moon'
CMDLINE=
KEXECS=0
MAY_SKIP=1

stage0()
{
	skip "no moon"
}
