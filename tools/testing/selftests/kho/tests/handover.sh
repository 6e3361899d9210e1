# SPDX-License-Identifier: GPL-2.0-only
ABOUT="one handover, finalized by hand"
CORE=yes
VARIANTS="plain debug features 64k 16k"
LATER=features
MEMORY=2G
CPUS=2

stage0()
{
	check_generation
	preserve mixed bytes=64M
	within "preserved_bytes" "$(cat $SYSFS/preserved_bytes)" \
		$((64 << 20)) $((66 << 20))
	refuse "out/fdt before finalize" readable $DEBUGFS/out/fdt
	finalize
	expect "out/fdt" readable $DEBUGFS/out/fdt
	expect "out/fdt and dt differ" cmp $DEBUGFS/out/fdt $SYSFS/dt
	expect "out/sub_fdts" test -s $DEBUGFS/out/sub_fdts/test-mixed
	md5sum < $DEBUGFS/out/sub_fdts/test-mixed | cut -c1-12 > /tmp/sum
	carry blob "$(cat /tmp/sum)"
}

stage1()
{
	check_generation
	same "in/sub_fdts/test-mixed" "$(recall blob)" \
		"$(md5sum < $DEBUGFS/in/sub_fdts/test-mixed | cut -c1-12)"
	restore mixed
	finalize
	expect "out/fdt after a handover" readable $DEBUGFS/out/fdt
	expect "out/sub_fdts after a handover" \
		test -s $DEBUGFS/out/sub_fdts/test-mixed
	abort
	driver_gone
	same "preserved_bytes when all is freed" 0 "$(cat $SYSFS/preserved_bytes)"
}
