# SPDX-License-Identifier: GPL-2.0-only
ABOUT="memfds that were swapped out; each allocation fails in turn"
ARCHES=x86_64
VARIANTS=debug
MEMORY=2G
CPUS=2
# Failing to note whose an allocation is, 6.12 warns
CMDLINE="kho=on liveupdate=on sysctl.vm.mem_profiling=0"
SECONDS_A_BOOT=180

swap_on()
{
	expect "mkswap" mkswap /dev/ram0
	expect "swapon" swapon /dev/ram0
}

stage0()
{
	check_generation
	swap_on
	keep_memfds out swapped
	expect "swapoff" swapoff /dev/ram0
	arm_faults
	background /tmp/faults 1 memfd-faults keep many
	log "memfd-faults keep: $(cat /tmp/faults)"
	within "allocations that failed" "$(cut -d ' ' -f 2 /tmp/faults)" 5 47
}

stage1()
{
	check_generation
	find_memfds out swapped
	arm_faults
	memfd-faults find many > /tmp/faults 2>&1 || fail "faults: $(cat /tmp/faults)"
	log "memfd-faults find: $(cat /tmp/faults)"
	within "allocations that failed" "$(cut -d ' ' -f 2 /tmp/faults)" 5 47
	finalize
	refuse "something was not claimed" in_log "not claimed and"
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
}
