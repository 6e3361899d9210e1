# SPDX-License-Identifier: GPL-2.0-only
ABOUT="no contiguous memory: loading fails and says so, and works when there is some"
NOT_ON="64k 16k" # the search does not know of larger pageblocks
CMDLINE="kho=demand"
MUST="KHO: no [0-9]+ KiB of contiguous memory for the image: the largest .* zone [A-Z]"

stage0()
{
	initrd > /dev/null
	expect "crumbs" insmod $DRIVER action=crumbs
	# what moves lies together, and would make room for less than this
	head -c 96m /dev/zero >> "$(initrd)"
	refuse "kexec -l into crumbs" load
	grep -q "Cannot allocate memory" /tmp/kexec.err ||
		fail "another error: $(cat /tmp/kexec.err)"
	same "on_demand_bytes" 0 "$(on_demand)"
	driver_gone
	rm "$(initrd)"
	preserve state bytes=16M
	load || fail "kexec -l"
}

stage1()
{
	check_on_demand
	restore state
}
