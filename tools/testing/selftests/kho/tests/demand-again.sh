# SPDX-License-Identifier: GPL-2.0-only
ABOUT="loaded, replaced and unloaded again and again while memory is full: no page is lost"
NOT_ON="64k 16k" # the search does not know of larger pageblocks
CMDLINE="kho=demand"
LONG=100

# kB that are free, on a list of a processor's own, or user space's
free_kb()
{
	local listed

	write 3 /proc/sys/vm/drop_caches
	listed=$(awk '$1 == "count:" { sum += $2 } END { print sum }' /proc/zoneinfo)
	echo $(($(meminfo MemFree) + $(meminfo Inactive) + $(meminfo Active) +
		listed * (PAGE_SIZE / 1024)))
}

# A file in page cache, programs' memory, and an image that is there already
stage0()
{
	local i before

	initrd > /dev/null
	hold_memory 256
	load || fail "kexec -l"
	expect "unload" kexec -s -u
	before=$(free_kb)
	for i in $(seq ${ASKED:-5}); do
		load || fail "kexec -l, time $i"
		load || fail "kexec -l beside an image that is loaded, time $i"
		expect "unload" kexec -s -u
	done
	same "on_demand_bytes" 0 "$(on_demand)"
	within "free memory" "$(free_kb)" $((before - 2048)) $((before + 8192))
	release_memory
	preserve state bytes=16M
}

stage1()
{
	restore state
}
