# SPDX-License-Identifier: GPL-2.0-only
ABOUT="finalize, abort, preserve and unregister at once; kexec in a storm"
CPUS=2
MUST="test_kho: PASS storm: no abort any more
test_kho: PASS storm: it stands still"
MUST_NOT="test_kho: FAIL"

load_sample()
{
	expect "insmod kho_sample" \
		insmod "/host/modules-$(param kernel)/kho_sample.ko"
}

stage0()
{
	local bytes

	check_generation
	load_sample
	driver_checks race
	bytes=$(cat $SYSFS/preserved_bytes)
	load || fail "kexec -l"
	expect "action=storm" insmod $DRIVER action=storm
	sleep 1
	[ "$(cat $SYSFS/preserved_bytes)" -gt "$bytes" ] ||
		fail "the storm preserves nothing"
}

# What it had preserved was nobody's: it had told nobody of it.
stage1()
{
	check_generation
	load_sample
	in_log "kho_sample: kexec 1, load 2, since kernel" || fail "no state"
	[ "$(cat $SYSFS/unclaimed_bytes)" -gt 0 ] ||
		fail "nothing of the storm came"
}
