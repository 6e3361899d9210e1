# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a node without room for its scratch area: it gets none, the handover works"
VARIANTS="plain debug"
LATER=debug
NOT_ON=${ARCH_FAKE_NODES:+$ARCH_LEAN} # where nodes are all alike
NODES=1G,128M
FIRMWARE=${ARCH_NODES_BY-}
CMDLINE="kho=on kho_scratch=16M,64M,192M"
MUST="KHO: no 192 MiB of contiguous memory for scratch on node 1; it gets none"

check_areas()
{
	check_generation
	same "scratch areas: low, global, one on node 0" 3 \
		"$(scratch_areas | wc -l)"
}

stage0()
{
	check_areas
	preserve state bytes=64M
}

stage1()
{
	check_areas
	restore state
}
