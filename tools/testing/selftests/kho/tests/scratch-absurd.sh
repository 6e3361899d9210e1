# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a value that means nothing: a warning that names it, and the default"
CMDLINE="kho=on kho_scratch=banana"
MEMORY=1G

KEXECS=0
MUST="KHO: .*kho_scratch=banana.*default"

stage0()
{
	same "enabled" 1 "$(cat $SYSFS/enabled)"
	within "scratch" "$(scratch_bytes)" $((8 << 20)) $((256 << 20))
	check_scratch
}
