# SPDX-License-Identifier: GPL-2.0-only
ABOUT="kho=demand: nothing is reserved, a handover works, ten times"
CORE=yes
CMDLINE="kho=demand"
KEXECS=10

mode()
{
	cat $SYSFS/mode
}

on_demand()
{
	cat $SYSFS/on_demand_bytes
}

stage()
{
	same "mode" demand "$(mode)"
	same "generation" "$STAGE" "$(generation)"
	same "scratch areas" "" "$(cat $SYSFS/scratch_phys)"
	same "reserved_bytes" 0 "$(cat $SYSFS/reserved_bytes)"
	same "on_demand_bytes, nothing loaded" 0 "$(on_demand)"
	same "CmaTotal" 0 "$(meminfo CmaTotal)"
}

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
	stage
	carry memtotal "$(meminfo MemTotal)"
	load_and_unload
	preserve chain bytes=64M
}

another_generation()
{
	stage
	# what was on demand is memory like any other, but for what came
	within "MemTotal" $(($(meminfo MemTotal) + 65536)) \
		$(($(recall memtotal) - 2048)) $(($(recall memtotal) + 2048))
	restore chain
	[ $((STAGE % 2)) = 0 ] || load || fail "kexec -l"
}

stage1() { another_generation; }
stage2() { another_generation; }
stage3() { another_generation; }
stage4() { another_generation; }
stage5() { another_generation; }
stage6() { another_generation; }
stage7() { another_generation; }
stage8() { another_generation; }
stage9() { another_generation; }
stage10() { another_generation; }
