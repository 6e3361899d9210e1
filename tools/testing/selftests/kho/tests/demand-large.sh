# SPDX-License-Identifier: GPL-2.0-only
ABOUT="an initrd of 400 MB, on demand, on a machine of 1.5 GiB"
NOT_ON="64k 16k" # the search does not know of larger pageblocks
LATER=plain
MEMORY=1536M
FIRMWARE=none
CMDLINE="kho=demand"
SECONDS_A_BOOT=120

stage0()
{
	preserve state bytes=16M
	head -c 392m /dev/zero >> "$(initrd)"
}

stage1()
{
	check_on_demand
	restore state
}
