# SPDX-License-Identifier: GPL-2.0-only
ABOUT="single pages, side by side, in every second place, in every seventeenth"
MEMORY=2G
# With nokaslr on both sides, too, as the other tests have it on none
CMDLINE="kho=on nokaslr"
KEXECS=6

free_pages()
{
	restore pages restore=free
	driver_gone
	same "preserved_bytes when all is freed" 0 "$(cat $SYSFS/preserved_bytes)"
}

stage0()
{
	check_generation
	preserve pages bytes=128M order=0
}

again()
{
	check_generation
	restore pages
}

stage1() { again; }

stage2()
{
	check_generation
	free_pages
	preserve pages bytes=48M order=0 stride=2
}

stage3() { again; }

stage4()
{
	check_generation
	free_pages
	preserve pages bytes=16M order=0 stride=17
}

stage5() { again; }

stage6()
{
	check_generation
	free_pages
}
