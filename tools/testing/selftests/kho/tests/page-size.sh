# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a next kernel with pages of another size refuses, in both directions"
VARIANTS=64k
NEEDS=plain
MEMORY=2G
KEXECS=2

# Its own pages, all its memory, and a line that says why.
refused()
{
	same "bytes of a page" "$1" "$PAGE_SIZE"
	same "generation" 0 "$(generation)"
	same "refused" "the last kernel had another page size" \
		"$(cat $SYSFS/refused)"
	in_log "KHO: handover refused: the last kernel had another page size" ||
		fail "no line says why"
	refuse "half of a handover" test -e $DEBUGFS/in/fdt
	check_scratch
	# so little memory is not for movable pages alone, with pages of 64K
	hold_memory $((($(meminfo MemAvailable) - $(meminfo CmaFree)) / 1024 - 64))
	release_memory
}

stage0()
{
	same "bytes of a page" 65536 "$PAGE_SIZE"
	preserve large bytes=64M
	load plain || fail "kexec -l"
}

stage1()
{
	refused 4096
	preserve small bytes=64M
	load 64k || fail "kexec -l"
}

stage2()
{
	refused 65536
}
