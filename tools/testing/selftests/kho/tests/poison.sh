# SPDX-License-Identifier: GPL-2.0-only
ABOUT="memory with hardware errors is handed over, told, and marked in the next kernel"
ARCHES=x86_64
CMDLINE="kho=on liveupdate=on reserve_mem=1M:4096:held"
KEXECS=2
MUST="KHO: memory with a hardware error is handed over, at 0x
KHO: memory with a hardware error came, at 0x
KHO: scratch has a hardware error, in \[0x"
MEM=/sys/devices/system/memory

# is_marked ADDRESS: says the bit of KPF_HWPOISON
is_marked()
{
	local flags

	flags=$(dd if=/proc/kpageflags bs=8 skip=$(($1 / PAGE_SIZE)) count=1 \
		2>/dev/null | xxd -p)
	# the third byte, little-endian; bit 19
	[ $((0x$(echo "$flags" | cut -c5-6) & 8)) != 0 ]
}

region()
{
	driver_checks "regions_$1" regions=held
	REGION=$(dmesg | sed -n 's/.*region held: .* at //p' | tail -1)
}

# soft ADDRESS, hard ADDRESS: the page is to be taken out of use
soft()
{
	write "$1" $MEM/soft_offline_page
}

hard()
{
	write "$1" $MEM/hard_offline_page
}

# A page that nobody uses, in the last of the scratch areas
break_scratch()
{
	local base len

	set -- $(scratch_areas | tail -1)
	base=$(($1)) len=$(($2))
	while [ $len -gt 0 ]; do
		len=$((len - PAGE_SIZE))
		soft $((base + len)) || continue
		expect "a page of scratch is marked" is_marked $((base + len))
		return
	done
	fail "no page of scratch goes offline"
}

bad_pages()
{
	echo $(($(meminfo HardwareCorrupted) * 1024 / PAGE_SIZE))
}

stage0()
{
	check_generation
	region fill
	expect "test_kho action=poison" insmod $DRIVER action=poison
	same "pages with errors" 3 "$(bad_pages)"
	driver_gone
	keep memfd 1:40000:bad=2 2:2097152:huge:bad=77 3:4096
	preserve state bytes=64M
	expect "compact" write 1 /proc/sys/vm/compact_memory

	# what is preserved does not move, and what is broken stays where it is
	refuse "a preserved page goes offline softly" soft $REGION
	hard $((REGION + PAGE_SIZE)) || true
	expect "the region's second page is marked" is_marked $((REGION + PAGE_SIZE))
	same "pages with errors" 6 "$(bad_pages)"
	break_scratch
	finalize
	same "lines that name a page" 6 \
		"$(count_in_log 'KHO: memory with a hardware error is handed over')"
}

stage1()
{
	check_generation
	same "lines that name a page" 6 \
		"$(count_in_log 'KHO: memory with a hardware error came')"
	same "pages with errors" 6 "$(bad_pages)"
	region check
	refuse "the region's first page is marked" is_marked $REGION
	expect "the region's second page is marked" is_marked $((REGION + PAGE_SIZE))
	expect "compact" write 1 /proc/sys/vm/compact_memory
	expect "test_kho action=poisoned=1" insmod $DRIVER action=poisoned=1
	driver_gone
	restore state
	found memfd 1:40000:bad=2 2:2097152:huge:bad=77 3:4096
}

# Freed, a page with an error is nobody's any more.
stage2()
{
	local i

	check_generation
	same "pages with errors" 4 "$(bad_pages)"
	restore state
	driver_gone
	driver_checks poisoned
	for i in 1 2; do
		hold_memory $(($(meminfo MemAvailable) / 1024 - 64))
		release_memory
	done
	same "pages with errors" 4 "$(bad_pages)"
}
