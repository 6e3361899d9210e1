# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the next kernel sees nodes meet elsewhere: in the midst of a block, nowhere"
ARCHES=x86_64
MEMORY=3G
CMDLINE="kho=on nokaslr reserve_mem=1G:1G:big"
CMDLINE_1="kho=on numa=fake=2"
CMDLINE_2="kho=on"
KEXECS=2

# From 1 GiB to 2 GiB, where no kernel may have been loaded; no later one names it
stage0()
{
	check_generation
	same "nodes" 1 "$(nodes)"
	driver_checks regions_fill regions=big
	same "where the region lies" $((1 << 30)) \
		$(($(dmesg | sed -n 's/.*region big: .* at //p')))
	preserve folios bytes=256M
}

stage1()
{
	check_generation
	same "nodes" 2 "$(nodes)"
	driver_checks struct_pages=262144 at=$((1 << 30))
	restore folios
}

stage2()
{
	check_generation
	same "nodes" 1 "$(nodes)"
	restore folios
}
