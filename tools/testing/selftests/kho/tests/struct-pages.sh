# SPDX-License-Identifier: GPL-2.0-only
ABOUT="every struct page is initialised: a kept block reaches over the deferred line"
VARIANTS="plain debug"
MEMORY=5G
# One block of 1 GiB, where the last zone begins. Deferred initialisation begins a
# section later. No later kernel names the region; the next one takes memory for a
# crash kernel before that for struct pages, so that these do not lie where they did.
CMDLINE="kho=on nokaslr reserve_mem=1G:1G:big"
CMDLINE_1="kho=on nokaslr crashkernel=64M,high"
CMDLINE_2="kho=on nokaslr early_page_ext"
KEXECS=2
SECONDS_A_BOOT=120

stage0()
{
	check_generation
	driver_checks regions_fill regions=big
	big=$(dmesg | sed -n 's/.*region big: .* at //p')
	same "where the region lies" $((1 << 32)) $((big))
	carry big "$big"
	driver_checks struct_pages=$(((1 << 30) / PAGE_SIZE)) at="$big"
}

stage1()
{
	check_generation
	driver_checks struct_pages=$(((1 << 30) / PAGE_SIZE)) at="$(recall big)"
	preserve state bytes=64M
}

# Given up by now: all struct pages are initialised, and nobody's
stage2()
{
	check_generation
	driver_checks struct_pages
	restore state
}
