# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a command that fails without being asked about it"
VERDICT='FAIL stage 0 ended with status 1'
CMDLINE=
KEXECS=0

stage0()
{
	cat /no/such/file
	:
}
