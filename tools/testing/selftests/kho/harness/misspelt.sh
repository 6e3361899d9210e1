# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a command that is not there"
VERDICT='FAIL stage 0 ended with status 127'
CMDLINE=
KEXECS=0

stage0()
{
	exepct "something" true
	:
}
