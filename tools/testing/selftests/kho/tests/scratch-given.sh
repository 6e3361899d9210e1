# SPDX-License-Identifier: GPL-2.0-only
ABOUT="sizes given on the command line; after a handover others are ignored"
CMDLINE="kho=on kho_scratch=16M,128M,64M"
CMDLINE_1="kho=on kho_scratch=16M,64M,32M"
MEMORY=1G

areas_as_given()
{
	same "scratch lengths" "0x1000000 0x8000000 0x4000000 " \
		"$(tr '\n' ' ' < $SYSFS/scratch_len)"
}

stage0()
{
	areas_as_given
	check_generation
	preserve state bytes=16M
}

stage1()
{
	areas_as_given
	check_generation
	restore state
}
