# SPDX-License-Identifier: GPL-2.0-only
ABOUT="memory with something handed over in it stays online, added memory is refused"
VARIANTS=debug
# 6.12 itself forgets the allocation tags of memory that is added
CMDLINE="kho=on sysctl.vm.mem_profiling=0"
MEMORY=1792M
# Firmware's map says nothing of this module.
ADDED=0x140000000
QEMU_OPTIONS="-m $MEMORY,slots=1,maxmem=8G
	-object memory-backend-ram,id=added,size=256M,reserve=off
	-device pc-dimm,memdev=added,addr=$ADDED"
CPUS=2
MAY_SKIP=yes
MEM=/sys/devices/system/memory

# The first block, from the top, that goes offline and comes back as movable
find_block()
{
	local block

	for block in $(ls $MEM | sed -n 's/^memory\([0-9]*\)$/\1/p' | sort -rn); do
		write offline "$MEM/memory$block/state" || continue
		expect "online_movable" \
			write online_movable "$MEM/memory$block/state"
		echo "$block"
		return
	done
	fail "no memory block can go offline"
}

# The counts of a processor that is gone are not lost.
processors()
{
	local bytes cpu1=/sys/devices/system/cpu/cpu1/online

	taskset 2 insmod $DRIVER name=cpu1 bytes=8M || fail "insmod on CPU 1"
	bytes=$(cat $SYSFS/preserved_bytes)
	expect "cpu1 offline" write 0 $cpu1
	same "preserved_bytes without cpu1" "$bytes" \
		"$(cat $SYSFS/preserved_bytes)"
	driver_gone
	same "preserved_bytes in the end" 0 "$(cat $SYSFS/preserved_bytes)"
}

# refuse_offline BLOCK [ERRNO]
refuse_offline()
{
	refuse "memory block $1 goes offline" write offline "$MEM/memory$1/state"
	expect "errno: $(cat /tmp/write.err)" grep -qE "${2:-busy}" /tmp/write.err
	same "state of block $1" online "$(cat "$MEM/memory$1/state")"
}

# The next kernel does not start with such memory.
refuse_added()
{
	local block=$((ADDED / 0x$(cat $MEM/block_size_bytes)))

	[ -e $MEM/probe ] || return 0
	expect "add memory" write $ADDED $MEM/probe
	expect "online_movable" write online_movable $MEM/memory$block/state
	refuse "added memory is preserved" \
		insmod $DRIVER name=added bytes=1M movable=1
	in_log 'test_kho: added: error: preserving fails: -22' ||
		fail "not refused with EINVAL"
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
	expect "offline" write offline $MEM/memory$block/state
}

# It is a zone of its own then, from which the kernel takes its pages first.
no_own_pages()
{
	local block=$((ADDED / 0x$(cat $MEM/block_size_bytes)))

	[ -e $MEM/probe ] || return 0
	expect "add memory" write $ADDED $MEM/probe
	expect "online_kernel" write online_kernel $MEM/memory$block/state
	driver_gone
	driver_checks map
}

stage0()
{
	local block

	has_config MEMORY_HOTREMOVE || skip "no memory can go in this kernel"
	check_generation
	processors
	refuse_added
	block=$(find_block) || exit
	carry block "$block"
	preserve state bytes=16M movable=1
	refuse_offline "$block"
	in_log "KHO: memory .* stays online" || fail "no line says why"
	driver_gone
	expect "offline once it is free" \
		write offline "$MEM/memory$block/state"
	expect "online_movable" write online_movable "$MEM/memory$block/state"
	preserve state bytes=16M movable=1
	check_scratch_stays
}

# Each block with scratch in it. One with the record of a handover in it has a hole,
# as x86 sees it.
check_scratch_stays()
{
	local base len size=$((0x$(cat $MEM/block_size_bytes)))

	scratch_areas | while read -r base len; do
		refuse_offline $((base / size)) "busy|Invalid"
	done || exit
}

stage1()
{
	same "processors" 2 "$(grep -c ^processor /proc/cpuinfo)"
	check_generation
	refuse_offline "$(recall block)"
	check_scratch_stays
	restore state
	no_own_pages
}
