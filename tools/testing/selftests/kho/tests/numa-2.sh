# SPDX-License-Identifier: GPL-2.0-only
ABOUT="2 NUMA nodes: scratch on each, pages on each"
CORE=yes
VARIANTS="plain 64k"
NODES=2G,2G
CPUS=2
FIRMWARE=${ARCH_NODES_BY-}
KEXECS=2

check_nodes()
{
	check_generation
	same "nodes" 2 "$(ls -d /sys/devices/system/node/node[0-9]* | wc -l)"
	same "scratch areas: low, global, one a node" 4 \
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
