# SPDX-License-Identifier: GPL-2.0-only
ABOUT="every other page of most of the machine"
CORE=yes
KEXECS=1

stage0()
{
	check_generation
	preserve all bytes=300M order=0 stride=2 fill=64
}

stage1()
{
	check_generation
	restore all
}
