# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a machine too small for its scratch"
CMDLINE="kho=on kho_scratch=16M,96M,64M"
MEMORY=160M

KEXECS=0
# UEFI lies in the middle of it.
MUST="KHO: .*(missing|no 96 MiB of contiguous memory).*it is taken on demand"

stage0()
{
	check_on_demand
}
