# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the older form, GLOBAL and NODE"
CMDLINE="kho=on kho_scratch=128M,64M"
MEMORY=1G

areas_as_given()
{
	same "scratch areas" 3 "$(wc -l < $SYSFS/scratch_len)"
	same "global and node" "0x8000000 0x4000000 " \
		"$(tail -2 $SYSFS/scratch_len | tr '\n' ' ')"
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
