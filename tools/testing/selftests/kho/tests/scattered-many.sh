# SPDX-License-Identifier: GPL-2.0-only
ABOUT="pages one by one, as many as the machine bears: 40,000, or a million with -n 25"
LONG=25
VARIANTS=debug
TIMES=${ASKED:-1}
MEMORY=$((1024 + 384 * TIMES))M
SECONDS_A_BOOT=$((120 + 60 * TIMES))

# Too many to fill and to read each of them; a few bytes of each will do.
stage0()
{
	check_generation
	preserve pages kind=pages order=0 stride=2 fill=16 \
		bytes=$((40000 * TIMES * PAGE_SIZE))
}

stage1()
{
	check_generation
	restore pages kind=pages restore=free
	driver_gone
	same "preserved_bytes when all is freed" 0 "$(cat $SYSFS/preserved_bytes)"
}
