# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the global area is larger than the largest piece of memory: it is taken on demand"
ARCHES=x86_64
MEMORY=5G
CMDLINE="kho=on kho_scratch=16M,3500M,16M"

KEXECS=0
MUST="KHO: no 3500 MiB of contiguous memory for scratch; it is taken on demand"

stage0()
{
	check_on_demand
}
