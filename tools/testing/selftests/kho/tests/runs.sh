# SPDX-License-Identifier: GPL-2.0-only
ABOUT="page runs of all lengths instead of folios"
VARIANTS="plain 64k 16k"
MEMORY=2G
KEXECS=2

stage0()
{
	check_generation
	preserve pages bytes=48M kind=runs
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
