# SPDX-License-Identifier: GPL-2.0-only
ABOUT="most of what is not scratch is preserved, in folios of all orders"
CORE=yes
VARIANTS="plain 64k"
KEXECS=2

stage0()
{
	check_generation
	preserve most bytes=448M
}

stage1()
{
	check_generation
	restore most
}

stage2()
{
	check_generation
	restore most restore=free
	driver_gone
	same "preserved_bytes when all is freed" 0 "$(cat $SYSFS/preserved_bytes)"
}
