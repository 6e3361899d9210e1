# SPDX-License-Identifier: GPL-2.0-only
ABOUT="ours, a mainline kernel, ours: all that was handed over is what it was"
VARIANTS=$MAINLINES
FIRST=plain
MEMORY=2G
KEXECS=2
CMDLINE="kho=on kho_scratch=200% liveupdate=on"
ALLOW_TAINT=4096 # a module from outside of the tree

mainline()
{
	ls /host | sed -n 's/^kernel-\(mainline-.*\)/\1/p'
}

# Sessions of programs, where the next kernel has them, too. It fills holes.
sessions()
{
	case $(mainline) in
	*-7.[2-9]*) "$@" ;;
	esac
}

stage0()
{
	interop start
	sessions keep vm 1:4096 2:5000:at=77 3:8388608
	load "$(mainline)" || fail "kexec -l"
}

# The program shows what such a kernel has
shown()
{
	expect "kho status" kho status
	kho status | sed 's/^/khotest: /' > /dev/kmsg
	expect "kho tree in" kho tree in
	expect "kho save" kho save /tmp/saved
	expect "kho status of what was saved" kho -f /tmp/saved status
}

stage1()
{
	shown
	interop hop
	sessions found vm 1:4096 2:5000:at=77 3:8388608
	sessions keep vm 1:4096 2:5000:at=77 3:8388608
	finalize_by_hand
	load plain || fail "kexec -l"
}

stage2()
{
	same "refused" "" "$(cat $SYSFS/refused)"
	interop end
	sessions found vm 1:4096 2:5000:at=77 3:8388608
	expect "two hops" in_log "came, hop 2"
}
