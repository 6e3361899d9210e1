# SPDX-License-Identifier: GPL-2.0-only
ABOUT="three of four large pageblocks would have scratch in them: it is taken on demand"
CORE=yes
VARIANTS=64k
FIRMWARE=${ARCH_NODES_BY-}
NODES=1G,512M,512M
KEXECS=0
MUST="KHO: scratch would leave too little: .*it is taken on demand"

stage0()
{
	check_on_demand
}
