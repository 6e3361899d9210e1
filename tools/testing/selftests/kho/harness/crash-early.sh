# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the next kernel dies before it can say a word"
VERDICT='(FAIL log: .*Kernel panic.*|LOST .*)'
CMDLINE=
CMDLINE_1="mem=1M"

stage0()
{
	:
}

stage1()
{
	:
}
