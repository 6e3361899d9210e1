# SPDX-License-Identifier: GPL-2.0-only
ABOUT="more scratch than the machine has: it is taken on demand"
CMDLINE="kho=on kho_scratch=16M,8G,64M"
MEMORY=1G

KEXECS=0
MUST="KHO: .*missing.*it is taken on demand"

stage0()
{
	check_on_demand
}
