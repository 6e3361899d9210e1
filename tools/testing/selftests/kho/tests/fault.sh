# SPDX-License-Identifier: GPL-2.0-only
ABOUT="each allocation of each call fails in turn: -ENOMEM, nothing left, tried again"
VARIANTS=debug
# Failing to note whose an allocation is, 6.12 warns
CMDLINE="kho=on sysctl.vm.mem_profiling=0"
SECONDS_A_BOOT=120

stage0()
{
	check_generation
	arm_faults
	driver_checks fault
	same "preserved_bytes afterwards" 0 "$(cat $SYSFS/preserved_bytes)"
	preserve areas kind=vmalloc bytes=12M
}

stage1()
{
	check_generation
	arm_faults
	restore areas fault=1 restore=free
	expect "allocations failed while areas were restored" \
		in_log 'fault: an area of .* came back after [1-9]'
	driver_gone
	same "preserved_bytes when all is freed" 0 "$(cat $SYSFS/preserved_bytes)"
}
