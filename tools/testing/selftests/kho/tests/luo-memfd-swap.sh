# SPDX-License-Identifier: GPL-2.0-only
ABOUT="memfds that were swapped out, a cgroup that is too small, allocations that fail"
ARCHES=x86_64
VARIANTS=debug
MEMORY=2G
CPUS=2
# Failing to note whose an allocation is, 6.12 warns
CMDLINE="kho=on liveupdate=on sysctl.vm.mem_profiling=0"
SECONDS_A_BOOT=180

CGROUP=/sys/fs/cgroup/small

swap_on()
{
	expect "zram" write 256M /sys/block/zram0/disksize
	expect "mkswap" mkswap /dev/zram0
	expect "swapon" swapon /dev/zram0
}

# in_cgroup COMMAND...: in one that may have 8 MiB
in_cgroup()
{
	(
		echo 0 > $CGROUP/cgroup.procs
		exec "$@"
	)
}

stage0()
{
	check_generation
	swap_on
	keep_memfds swapped swapped
	expect "swapoff" swapoff /dev/zram0
	keep_memfds large large=64
	keep_memfds small locked
	arm_faults
	background /tmp/faults 1 memfd faults faults
	log "memfd faults: $(cat /tmp/faults)"
	within "allocations that failed" "$(cut -d ' ' -f 2 /tmp/faults)" 5 99
}

stage1()
{
	local before

	check_generation
	find_memfds swapped swapped
	mkdir -p /sys/fs/cgroup
	expect "cgroups" mount -t cgroup2 none /sys/fs/cgroup
	echo +memory > /sys/fs/cgroup/cgroup.subtree_control
	mkdir $CGROUP
	echo 8M > $CGROUP/memory.max
	before=$(meminfo MemAvailable)
	same "64 MiB in a cgroup of 8" "memfd: large is not retrieved: Cannot allocate memory" \
		"$(in_cgroup memfd find large large=64 2>&1)"
	refuse "somebody was killed for it" grep -q 'oom_kill [1-9]' $CGROUP/memory.events
	same "1 MiB in a cgroup of 8" found "$(in_cgroup memfd find small locked 2>&1)"
	within "MiB that have come back" $((($(meminfo MemAvailable) - before) >> 10)) 56 128
	arm_faults
	memfd faults-found faults > /tmp/faults 2>&1 || fail "faults: $(cat /tmp/faults)"
	log "memfd faults-found: $(cat /tmp/faults)"
	within "allocations that failed" "$(cut -d ' ' -f 2 /tmp/faults)" 5 99
	finalize
	refuse "something was not claimed" in_log "not claimed and"
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
}
