# SPDX-License-Identifier: GPL-2.0-only
ABOUT="memfds of huge and gigantic pages over two kexecs, and the pools that take them in"
ARCHES=x86_64
VARIANTS="plain debug"
MEMORY=4G
CPUS=2
KEXECS=2
# Optimised in the second generation alone: 6.12 warns of gigantic pages that are so at boot
CMDLINE="kho=on liveupdate=on hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=16"
CMDLINE_1="$CMDLINE hugetlb_free_vmemmap=on"
CMDLINE_2="kho=on liveupdate=on hugepagesz=2M hugepages=6"
SECONDS_A_BOOT=90

POOL=/sys/kernel/mm/hugepages

# pool KIB WHAT NUMBER...: nr, free, surplus, resv
pool()
{
	local kib=$1 what=$2
	shift 2

	same "pool of $kib KiB $what (nr free resv surplus)" "$*" "$(cd $POOL/hugepages-${kib}kB &&
		echo $(cat nr_hugepages free_hugepages resv_hugepages surplus_hugepages))"
}

stage0()
{
	check_generation
	pool 2048 "at first" 16 16 0 0
	pool 1048576 "at first" 1 1 0 0
	same "more than there is" refused "$(memfd refused toomuch too-huge 12 2>&1)"
	pool 2048 "after what was refused" 16 16 0 0
	# unpreserved again
	keep_memfds gone huge
	kill -TERM $STARTED
	wait $STARTED
	pool 2048 "when a program has gone" 16 16 0 0
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
	keep_memfds two huge
	keep_memfds one gigantic
	keep_memfds three huge
	pool 2048 "when all is preserved" 16 8 0 0
	pool 1048576 "when all is preserved" 1 0 0 0
}

stage1()
{
	check_generation
	pool 2048 "before they are back" 8 8 0 0
	pool 1048576 "before they are back" 0 0 0 0
	find_memfds one gigantic
	pool 1048576 "with the gigantic page" 1 1 0 0
	find_memfds three huge
	pool 2048 "with one file" 12 12 0 0
	memfds again two huge
	pool 2048 "with the other one" 16 12 0 0
	keep_memfds three huge
	keep_memfds one gigantic
}

# A pool that is smaller than what comes, and none for gigantic pages
stage2()
{
	check_generation
	pool 2048 "that is smaller" 0 0 0 0
	find_memfds two huge
	find_memfds three huge
	pool 2048 "when all is free" 6 6 0 0
	find_memfds one gigantic
	pool 1048576 "without any" 0 0 0 0
	expect "as many by hand" write 8 $POOL/hugepages-2048kB/nr_hugepages
	pool 2048 "by hand" 8 8 0 0
	finalize
	refuse "something was not claimed" in_log "not claimed and"
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
}
