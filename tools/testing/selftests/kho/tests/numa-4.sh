# SPDX-License-Identifier: GPL-2.0-only
ABOUT="4 NUMA nodes: scratch on each, pages on each"
NODES=1G,1G,1G,1G
CPUS=2
FIRMWARE=${ARCH_NODES_BY-}
KEXECS=2

check_nodes()
{
	check_generation
	same "nodes" 4 "$(ls -d /sys/devices/system/node/node[0-9]* | wc -l)"
	same "scratch areas: low, global, one a node" 6 \
		"$(scratch_areas | wc -l)"
}

stage0()
{
	check_nodes
	preserve nodes bytes=96M
}

stage1()
{
	check_nodes
	restore nodes
}

stage2()
{
	check_nodes
	restore nodes
}
