# SPDX-License-Identifier: GPL-2.0-only
ABOUT="reserve_mem: new ones, changed ones, odd sizes, one without the other"
CORE=yes
VARIANTS="plain 64k"
CMDLINE="kho=on reserve_mem=1M:4096:kept reserve_mem=1M:4096:changed reserve_mem=5000:4096:odd"
CMDLINE_1="kho=on reserve_mem=1M:4096:kept reserve_mem=3M:4096:changed \
reserve_mem=5000:4096:odd reserve_mem=2M:4096:late"
CMDLINE_2="$CMDLINE_1"
KEXECS=2
MUST="changed"

# Where a region lies: the driver knows, from reserve_mem_find_by_name()
regions()
{
	driver_checks "$1" regions="$2"
}

stage0()
{
	check_generation
	regions regions_fill kept,changed,odd
}

stage1()
{
	check_generation
	regions regions_check kept,odd
	regions regions_fill late,changed
}

stage2()
{
	check_generation
	regions regions_check kept,odd,late,changed
}
