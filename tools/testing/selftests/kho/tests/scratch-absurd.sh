# SPDX-License-Identifier: GPL-2.0-only
ABOUT="values that mean nothing: a warning that names each, and the default"
CMDLINE="kho=on kho=perhaps kho_scratch=banana kho_scratch=16M,,64M kho_scratch=-3%"
MEMORY=1G

KEXECS=0
MUST="KHO: kho=perhaps is none of on, off and demand; ignored
KHO: .*kho_scratch=banana.*default
KHO: .*kho_scratch=16M,,64M.*default
KHO: .*kho_scratch=-3%.*default"

stage0()
{
	same "enabled" 1 "$(cat $SYSFS/enabled)"
	within "scratch" "$(scratch_bytes)" $((8 << 20)) $((256 << 20))
	check_scratch
}
