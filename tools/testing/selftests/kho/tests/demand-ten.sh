# SPDX-License-Identifier: GPL-2.0-only
ABOUT="ten generations on demand"
NOT_ON="64k 16k" # the search does not know of larger pageblocks
LATER=plain
CMDLINE="kho=demand"
KEXECS=10

stage0()
{
	check_on_demand
	preserve chain bytes=32M
}

another_generation()
{
	check_on_demand
	restore chain
}

stage1() { another_generation; }
stage2() { another_generation; }
stage3() { another_generation; }
stage4() { another_generation; }
stage5() { another_generation; }
stage6() { another_generation; }
stage7() { another_generation; }
stage8() { another_generation; }
stage9() { another_generation; }
stage10() { another_generation; }
