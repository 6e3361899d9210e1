# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a wrong value after a good one: what was given before stays, and the log says so"
CMDLINE="kho=on kho_bootmem=8M,64M,16M kho_scratch=0,64M"

KEXECS=0
MUST="KHO: kho_scratch=0,64M is out of range; what was given before is used"

stage0()
{
	same "scratch" $((88 << 20)) "$(scratch_bytes)"
	check_scratch
}
