# SPDX-License-Identifier: GPL-2.0-only
ABOUT="who gives the sizes may spend three of four large pageblocks"
VARIANTS=64k
FIRMWARE=${ARCH_NODES_BY-}
CMDLINE="kho=on kho_scratch=16M,64M,16M"
NODES=1G,512M,512M

stage0()
{
	check_generation
	same "bytes of blocks with scratch" $((1536 << 20)) \
		"$(scratch_pageblock_bytes)"
	preserve state bytes=16M
}

stage1()
{
	check_generation
	restore state
}
