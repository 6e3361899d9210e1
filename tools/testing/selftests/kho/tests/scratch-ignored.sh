# SPDX-License-Identifier: GPL-2.0-only
ABOUT="after a handover kho_scratch is ignored"
CMDLINE="kho=on"
MEMORY=1G

CMDLINE_1="kho=on kho_scratch=16M,64M,32M"

stage0()
{
	check_generation
	preserve state bytes=16M
}

stage1()
{
	check_generation
	restore state
}
