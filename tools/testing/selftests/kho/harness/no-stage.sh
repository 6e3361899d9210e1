# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a test that lacks its last stage"
VERDICT='FAIL stage 1 ended with status 127'
CMDLINE=

stage0()
{
	:
}
