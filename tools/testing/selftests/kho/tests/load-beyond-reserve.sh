# SPDX-License-Identifier: GPL-2.0-only
ABOUT="what does not fit into scratch takes the rest on demand"
CMDLINE="kho=on kho_scratch=16M,64M,16M"

stage0()
{
	preserve state bytes=16M
	head -c 96m /dev/zero >> "$(initrd)"
	load || fail "kexec -l: $(cat /tmp/kexec.err)"
	[ "$(on_demand)" -ge $((96 << 20)) ] || fail "the initrd is not on demand"
}

stage1()
{
	given
	restore state
}

given()
{
	same "generation" 1 "$(generation)"
	same "scratch" $((96 << 20)) "$(scratch_bytes)"
	check_scratch
}
