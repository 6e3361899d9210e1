# SPDX-License-Identifier: GPL-2.0-only
ABOUT="an initrd of 400 MB, which the reserve has no room for, takes the rest on demand"
LATER=plain
MEMORY=4G
SECONDS_A_BOOT=120

stage0()
{
	check_generation
	preserve state bytes=16M
	head -c 392m /dev/zero >> "$(initrd)"
	load || fail "kexec -l: $(cat /tmp/kexec.err)"
	[ "$(on_demand)" -gt 0 ] || fail "nothing is on demand"
}

stage1()
{
	check_generation
	same "on_demand_bytes" 0 "$(on_demand)"
	restore state
}
