# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a memory map of more entries than boot parameters have room for"
ARCHES=x86_64
MEMORY=2G
KEXECS=3

# RAM from @1 to @2 in pieces of 4 MiB, a page of firmware's between them
pieces()
{
	local at=$(($1)) end=$(($2))

	while [ $((at + 0x400000)) -lt $end ]; do
		echo $at $((at + 0x3fefff)) "System RAM"
		echo $((at + 0x3ff000)) $((at + 0x3fffff)) Reserved
		at=$((at + 0x400000))
	done
	echo $at $((end - 1)) "System RAM"
}

# What user space is told of memory, but the last 300 MiB of RAM are cut to pieces
long_map()
{
	local range what start end

	grep -v '^ ' /proc/iomem | while read -r range what; do
		start=$((0x${range%-*}))
		end=$((0x${range#*-}))
		if [ $start = $((0x100000)) ]; then
			echo $start $((end - 300 * 0x100000)) "System RAM"
			pieces $((end - 300 * 0x100000 + 1)) $((end + 1))
		else
			echo $start $end "${what#: }"
		fi
	done | while read -r start end what; do
		printf '%08x-%08x : %s\n' $start $end "$what"
	done
}

# Boot parameters have room for 128 entries: so many pieces and what parts them
long()
{
	expect "the memory map is short" test \
		"$(grep -c '^[^ ].*: System RAM' /proc/iomem)" -gt 70
}

# kexec_load() takes the map from user space, and that from here
fake_map()
{
	long_map > /tmp/iomem
	mount --bind /tmp/iomem /proc/iomem
}

stage0()
{
	fake_map
	long
	expect "kexec -c -l" load_with -c
}

# This kernel is the first to have such a map from its loader, and hands over
stage1()
{
	long
	same "generation" 0 "$(generation)"
	check_scratch
	carry memtotal "$(meminfo MemTotal)"
	preserve state bytes=1G
}

stage2()
{
	long
	same "generation" 1 "$(generation)"
	restore state
	memory_as_carried
}

stage3()
{
	same "generation" 2 "$(generation)"
	restore state
	memory_as_carried
}
