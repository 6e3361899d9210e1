# SPDX-License-Identifier: GPL-2.0-only
ABOUT="each allocation of each call fails in turn: -ENOMEM, nothing left, tried again"
VARIANTS=debug
SECONDS_A_BOOT=120

stage0()
{
	driver_checks fault
	same "preserved_bytes afterwards" 0 "$(cat $SYSFS/preserved_bytes)"
	preserve areas kind=vmalloc bytes=12M
}

stage1()
{
	check_generation
	restore areas fault=1 restore=free
	expect "allocations failed while areas were restored" \
		in_log 'fault: an area of .* came back after [1-9]'
	driver_gone
	same "preserved_bytes when all is freed" 0 "$(cat $SYSFS/preserved_bytes)"
}
