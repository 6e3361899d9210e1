# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the global area is larger than the largest piece of memory: KHO is off"
ARCHES=x86_64
MEMORY=5G
CMDLINE="kho=on kho_scratch=16M,3500M,16M"

KEXECS=0
MUST="KHO: no 3500 MiB of contiguous memory for scratch; KHO is off"

stage0()
{
	check_off
}
