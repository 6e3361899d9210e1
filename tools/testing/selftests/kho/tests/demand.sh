# SPDX-License-Identifier: GPL-2.0-only
ABOUT="kho=demand: nothing is reserved, and memory is handed over through generations"
NOT_ON="64k 16k" # the search does not know of larger pageblocks
VARIANTS="plain debug"
LATER=debug
CORE=yes
CMDLINE="kho=demand"
KEXECS=3
SECONDS_A_BOOT=100

# What is loaded holds memory, and gives it back
load_and_unload()
{
	load || fail "kexec -l"
	[ "$(on_demand)" -gt 0 ] || fail "nothing is on demand"
	expect "unload" kexec -s -u
	same "on_demand_bytes, unloaded" 0 "$(on_demand)"
}

stage0()
{
	check_on_demand
	carry memtotal "$(meminfo MemTotal)"
	load_and_unload
	preserve chain bytes=64M
}

# Loaded before anything is preserved, and after
another_generation()
{
	check_on_demand
	# what was on demand is memory like any other, but for what came
	within "MemTotal" $(($(meminfo MemTotal) + 65536)) \
		$(($(recall memtotal) - 2048)) $(($(recall memtotal) + 2048))
	[ $STAGE = 2 ] || load || fail "kexec -l"
	restore chain
}

stage1() { another_generation; }
stage2() { another_generation; }
stage3() { another_generation; }
