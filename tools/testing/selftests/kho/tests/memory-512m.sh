# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a machine of 512 MiB hands over, with kho=demand and with kho=on"
ARCHES=x86_64
FIRMWARE=none
LATER=plain
MEMORY=512M
CMDLINE_1="kho=demand"
KEXECS=2

# It is too small for a reserve
stage0()
{
	check_on_demand
	preserve state bytes=32M
}

another_generation()
{
	check_on_demand
	restore state
}

stage1() { another_generation; }
stage2() { another_generation; }
