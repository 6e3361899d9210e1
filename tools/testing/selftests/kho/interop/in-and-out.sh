# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a mainline kernel, ours, the same mainline kernel"
VARIANTS=$MAINLINES
NEEDS=plain
MEMORY=2G
KEXECS=2
CMDLINE="kho=on kho_scratch=200% liveupdate=on"
ALLOW_TAINT=4096 # a module from outside of the tree

stage0()
{
	interop start
	carry first "$(param kernel)"
	finalize_by_hand
	load plain || fail "kexec -l"
}

stage1()
{
	same "refused" "" "$(cat $SYSFS/refused)"
	interop hop
	load "$(recall first)" || fail "kexec -l"
}

stage2()
{
	interop end
	expect "two hops" in_log "came, hop 2"
}
