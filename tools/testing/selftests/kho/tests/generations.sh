# SPDX-License-Identifier: GPL-2.0-only
ABOUT="three generations under every checker, finalized by themselves"
VARIANTS=debug
CMDLINE="kho=on page_owner=on"
MEMORY=2G
NODES=1G,1G
CPUS=2
KEXECS=3

stage0()
{
	check_generation
	preserve chain bytes=32M
}

another_generation()
{
	check_generation
	restore chain
}

stage1() { another_generation; }
stage2() { another_generation; }
stage3() { another_generation; }
