# SPDX-License-Identifier: GPL-2.0-only
ABOUT="nor may who gives the sizes spend all large pageblocks: it is taken on demand"
VARIANTS=64k
FIRMWARE=${ARCH_NODES_BY-}
CMDLINE="kho=on kho_scratch=16M,64M,16M"
NODES=512M,512M,512M,512M
KEXECS=0
MUST="KHO: scratch would leave too little: .*it is taken on demand"

stage0()
{
	check_on_demand
}
