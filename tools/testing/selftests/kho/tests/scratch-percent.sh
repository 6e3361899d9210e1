# SPDX-License-Identifier: GPL-2.0-only
ABOUT="sized by what boot allocated"
CMDLINE="kho=on kho_scratch=200%"
MEMORY=1G

areas_as_given()
{
	within "scratch" "$(scratch_bytes)" $((16 << 20)) $((512 << 20))
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
