# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a stage that says why it fails"
VERDICT='FAIL stage 1: the moon is full'
CMDLINE=

stage0()
{
	:
}

stage1()
{
	fail "the moon is full"
}
