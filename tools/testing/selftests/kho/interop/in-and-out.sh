# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a mainline kernel, ours, the same mainline kernel"
VARIANTS=$MAINLINES
NEEDS=plain
MEMORY=2G
KEXECS=2
CMDLINE="kho=on kho_scratch=200% liveupdate=on"
ALLOW_TAINT=4096 # a module from outside of the tree

module()
{
	expect "kho_interop $1" insmod \
		"/host/modules-$(param kernel)/kho_interop.ko" action="$1" max_order=9
}

finalize_by_hand()
{
	[ ! -e $DEBUGFS/out/finalize ] ||
		expect "finalize" write 1 $DEBUGFS/out/finalize
}

stage0()
{
	module start
	carry first "$(param kernel)"
	finalize_by_hand
	load plain || fail "kexec -l"
}

stage1()
{
	same "refused" "" "$(cat $SYSFS/refused)"
	module hop
	load "$(recall first)" || fail "kexec -l"
}

stage2()
{
	module end
	expect "two hops" in_log "came, hop 2"
}
