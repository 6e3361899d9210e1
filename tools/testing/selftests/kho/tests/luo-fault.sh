# SPDX-License-Identifier: GPL-2.0-only
ABOUT="each allocation of live update's calls, and of the kexec, fails in turn"
VARIANTS=debug
CMDLINE="kho=on liveupdate=on sysctl.vm.mem_profiling=0"
SECONDS_A_BOOT=120

# failing N COMMAND...: sets LEFT to how many allocations were missing, 0 where one
# failed, and ANSWER
failing()
{
	local said

	said=$(tell_luod failing "$@")
	LEFT=${said%% *}
	ANSWER=${said#* }
}

# each_fails UNDO COMMAND...: whatever fails, nothing is left behind
each_fails()
{
	local undo=$1 nth=0 failed=0 before
	shift

	before=$(cat $SYSFS/preserved_bytes)
	LEFT=0
	while [ "$LEFT" = 0 ]; do
		nth=$((nth + 1))
		failing $nth "$@"
		if [ "$ANSWER" = 0 ]; then
			ask 0 $undo
		else
			same "allocation $nth of $*" ENOMEM "$ANSWER"
			failed=$((failed + 1))
		fi
		same "preserved_bytes after allocation $nth of $*" "$before" \
			"$(cat $SYSFS/preserved_bytes)"
	done
	log "$*: $failed of $nth allocations are its own"
	expect "$*: nothing has failed" test $failed -gt 2
}

stage0()
{
	local i

	luod_start
	handlers_start
	arm_faults
	each_fails "close s" create s s
	ask 0 create s s
	ask 0 memfd m 65536
	ask 0 open a /dev/test_luo_a 1
	each_fails "unpreserve s 1" preserve s m 1
	each_fails "unpreserve s 1" preserve s a 1
	for i in $(seq 30); do
		ask 0 create s fetch$i
		ask 0 memfd m 65536
		ask 0 preserve s m 1
		ask 0 memfd n 4096
		ask 0 preserve s n 2
		ask 0 open a /dev/test_luo_a $i
		ask 0 preserve s a 3
	done
	load || fail "kexec -l"
	for i in $(seq 100); do
		failing $i kexec
		same "allocation $i of a kexec" ENOMEM "$ANSWER"
		same "finalized" 0 "$(finalized)"
	done
	fail "no kexec"
}

# What could not be retrieved can be so no more; everything else can
stage1()
{
	local i failed=0

	luod_start
	handlers_start
	arm_faults
	for i in $(seq 30); do
		ask 0 retrieve s fetch$i
		failing $i fetch s m 1
		if [ "$ANSWER" = 0 ]; then
			ask 0 compare m 65536
		else
			# the second: the list of folios did not come back
			[ "$ANSWER" = ENOMEM ] || [ "$ANSWER" = ENOENT ] ||
				fail "allocation $i of fetch: $ANSWER"
			failed=$((failed + 1))
		fi
		ask "$ANSWER" fetch s m 1
		failing $i fetch s a 3
		[ "$ANSWER" != 0 ] || ask $i text a
		# those that came and were not asked for are restored now
		failing $i finish s
		same "allocation $i of finish" 0 "$ANSWER"
		ask ENOENT fetch s n 2
		ask 0 close s
	done
	log "fetch: $failed of $i allocations are its own"
	expect "nothing has failed" test $failed -gt 2
	log "unclaimed_bytes: $(cat $SYSFS/unclaimed_bytes)"
	ask 0 create s s
	ask 0 preserve s m 1
	luod_ends
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
}
