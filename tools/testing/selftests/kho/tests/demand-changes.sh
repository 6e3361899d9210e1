# SPDX-License-Identifier: GPL-2.0-only
ABOUT="from a reserve to areas on demand and back: each kernel as its command line says"
NOT_ON="64k 16k" # the search does not know of larger pageblocks
CORE=yes
CMDLINE="kho=on"
CMDLINE_1="kho=demand"
CMDLINE_3="kho=demand"
KEXECS=3

reserved()
{
	same "mode" on "$(cat $SYSFS/mode)"
	same "generation" "$STAGE" "$(generation)"
	check_scratch
	same "reserved_bytes" "$(scratch_bytes)" "$(cat $SYSFS/reserved_bytes)"
	[ "$(scratch_bytes)" -gt 0 ] || fail "nothing is reserved"
}

stage0()
{
	reserved
	preserve chain bytes=32M
}

stage1()
{
	check_on_demand
	restore chain
}

# Nobody has handed over a reserve
stage2()
{
	reserved
	restore chain
}

stage3()
{
	check_on_demand
	restore chain
}
