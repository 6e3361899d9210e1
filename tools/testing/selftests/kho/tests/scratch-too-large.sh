# SPDX-License-Identifier: GPL-2.0-only
ABOUT="more scratch than the machine has: KHO is off"
CMDLINE="kho=on kho_scratch=16M,8G,64M"
MEMORY=1G

KEXECS=0
MUST="KHO: .*missing.*KHO is off"

stage0()
{
	check_off
}
