# SPDX-License-Identifier: GPL-2.0-only
ABOUT="folios of 2 MiB"
MEMORY=2G
KEXECS=2

stage0()
{
	check_generation
	preserve pages bytes=256M order=9
}

stage1()
{
	check_generation
	restore pages
}

stage2()
{
	check_generation
	restore pages restore=free
	driver_gone
	same "preserved_bytes when all is freed" 0 "$(cat $SYSFS/preserved_bytes)"
}
