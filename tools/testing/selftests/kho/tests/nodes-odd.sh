# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a node that is for movable pages alone, and one without memory"
ARCHES=x86_64
VARIANTS=debug
MEMORY=1536M
CPUS=2
KEXECS=3
CMDLINE="kho=on movable_node"
CMDLINE_2="kho=on"
MUST="no [0-9]+ MiB of contiguous memory for scratch on node 2; it gets none"

# le SIZE NUMBER: little-endian, for printf
le()
{
	local i

	for i in $(seq 0 $(($1 - 1))); do
		printf '\\x%02x' $(($2 >> 8 * i & 255))
	done
}

# processor NODE APIC: an entry of the SRAT; its node's number is split in two
processor()
{
	printf "$(le 1 0)$(le 1 16)$(le 1 $1)$(le 1 $2)$(le 4 1)$(le 8 0)"
}

# memory NODE FROM TO FLAGS: in MiB; flags 1 is used, 2 hot-pluggable
memory()
{
	printf "$(le 1 1)$(le 1 40)$(le 4 $1)$(le 2 0)"
	printf "$(le 8 $(($2 << 20)))$(le 8 $((($3 - $2) << 20)))"
	printf "$(le 4 0)$(le 4 $4)$(le 8 0)"
}

# The firmware's table of nodes; node 2 lies between two parts of node 0, where
# neither the kernel nor the initrd is loaded. Node 1 has a processor only.
host_options()
{
	{
		printf "$(le 4 1)$(le 8 0)"
		processor 0 0
		processor 1 1
		memory 0 0 512 1
		memory 2 512 1024 3
		memory 0 1024 1536 1
	} > "$1/srat"
	echo "-acpitable sig=SRAT,rev=3,data=$1/srat"
}

on_node()
{
	sed -n "s/^Node $1 $2: *\\([0-9]*\\) kB/\\1/p" \
		/sys/devices/system/node/node$1/meminfo
}

# All of node 2 is in the movable zone, or none of it
check_nodes()
{
	check_generation
	same "nodes that are online" 0-2 "$(cat /sys/devices/system/node/online)"
	same "nodes with memory" 0,2 "$(cat /sys/devices/system/node/has_memory)"
	same "nodes with kernel memory" "$1" \
		"$(cat /sys/devices/system/node/has_normal_memory)"
	within "memory of node 2" "$(on_node 2 MemTotal)" 380000 524288
	same "scratch areas: low, global, node 0's" 3 "$(scratch_areas | wc -l)"
}

not_on_node_2()
{
	local first=$((512 << 20)) behind=$((1024 << 20))

	scratch_areas | while read -r base len; do
		[ $((base + len)) -le $first ] || [ $((base)) -ge $behind ] ||
			fail "scratch on node 2"
	done || exit
}

stage0()
{
	check_nodes 0
	not_on_node_2
	preserve state bytes=128M movable=1
}

stage1()
{
	check_nodes 0
	restore state
}

stage2()
{
	check_nodes 0,2
	restore state
}

stage3()
{
	check_nodes 0
	restore state
}
