# SPDX-License-Identifier: GPL-2.0-only
ABOUT="memfds that are retrieved in a cgroup, with room for them and without; userfaultfd"
ARCHES=x86_64
VARIANTS=cgroup
LATER=cgroup
MEMORY=2G
CMDLINE="kho=on liveupdate=on hugepagesz=2M hugepages=16"

CGROUP=/sys/fs/cgroup/small

# in_cgroup COMMAND...
in_cgroup()
{
	(
		echo 0 > $CGROUP/cgroup.procs
		exec "$@"
	)
}

# refused_in_cgroup SESSION CASE
refused_in_cgroup()
{
	same "$1 in too small a cgroup" \
		"memfd: $2 is not retrieved: Cannot allocate memory" \
		"$(in_cgroup memfd find "$1" "$2" 2>&1)"
}

make_cgroup()
{
	mkdir -p /sys/fs/cgroup
	expect "cgroups" mount -t cgroup2 none /sys/fs/cgroup
	echo +memory +hugetlb > /sys/fs/cgroup/cgroup.subtree_control
	mkdir $CGROUP
	echo 8M > $CGROUP/memory.max
	echo 8M > $CGROUP/hugetlb.2MB.max
}

# KiB, with what CPUs have put aside
available()
{
	echo $(($(meminfo MemAvailable) +
		$(awk '/count:/ { n += $2 } END { print n }' /proc/zoneinfo) * PAGE_SIZE / 1024))
}

huge_free()
{
	cat /sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages
}

stage0()
{
	check_generation
	keep_memfds one large=64
	keep_memfds two locked
	keep_memfds three huge
	keep_memfds four huge
	keep_memfds five filled
}

stage1()
{
	local before

	check_generation
	make_cgroup
	before=$(available)
	refused_in_cgroup one large=64
	refuse "somebody was killed for it" grep -q 'oom_kill [1-9]' $CGROUP/memory.events
	same "1 MiB in a cgroup of 8" found "$(in_cgroup memfd find two locked 2>&1)"
	within "MiB that have come back" $((($(available) - before) >> 10)) 56 128

	same "huge pages free" 8 "$(huge_free)"
	same "8 MiB of huge pages in a cgroup of 8" found \
		"$(in_cgroup memfd find three huge 2>&1)"
	same "huge pages free" 12 "$(huge_free)"
	same "bytes charged when all is closed" 0 "$(cat $CGROUP/hugetlb.2MB.current)"
	echo 6M > $CGROUP/hugetlb.2MB.max
	refused_in_cgroup four huge
	same "huge pages free" 16 "$(huge_free)"
	same "bytes charged" 0 "$(cat $CGROUP/hugetlb.2MB.current)"
	find_memfds five filled
	finalize
	refuse "something was not claimed" in_log "not claimed and"
}
