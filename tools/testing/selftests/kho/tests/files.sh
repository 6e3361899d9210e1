# SPDX-License-Identifier: GPL-2.0-only
ABOUT="debugfs and sysfs: modes, values, what may be written"

value()
{
	if [ -n "$2" ]; then
		refuse "$2 into $1" write "$2" "$1"
		expect "EINVAL for $2 into $1" errno_is "Invalid argument"
	fi
}

modes()
{
	local file

	same "mode of scratch_phys" 400 "$(stat -c %a $SYSFS/scratch_phys)"
	same "mode of active" 644 "$(stat -c %a $SYSFS/active)"
	same "mode of dt" 400 "$(stat -c %a $SYSFS/dt)"
	for file in scratch_phys scratch_len; do
		same "out/$file" "$(cat $SYSFS/$file)" "$(cat $DEBUGFS/out/$file)"
	done
}

stage0()
{
	local file

	check_generation
	modes
	for file in $DEBUGFS/out/finalize $DEBUGFS/out/active $SYSFS/active; do
		for bad in 2 -1 yes 01x; do
			value $file $bad
		done
	done
	same "enabled" 1 "$(cat $SYSFS/enabled)"
	refuse "dt before finalize" readable $SYSFS/dt
	expect "errno of dt" grep -q "No data" /tmp/readable
	finalize
	same "active" 1 "$(cat $SYSFS/active)"
	same "out/active" 1 "$(cat $DEBUGFS/out/active)"
	same "FDT's magic" d00dfeed "$(head -c 4 $SYSFS/dt | xxd -p)"
	abort
	refuse "dt after abort" readable $SYSFS/dt
	same "dt_max" 131072 "$(cat $SYSFS/dt_max)"
	same "mode of dt_max" 444 "$(stat -c %a $SYSFS/dt_max)"
	same "unclaimed_bytes" 0 "$(cat $SYSFS/unclaimed_bytes)"
	same "bytes in previous_release" 0 "$(wc -c < $SYSFS/previous_release)"
}

stage1()
{
	check_generation
	modes
	same "FDT's magic" d00dfeed "$(head -c 4 /sys/firmware/kho/dt | xxd -p)"
	# its owner took it back while this kernel booted
	refuse "a blob that was taken back" \
		sh -c "cat $DEBUGFS/in/sub_fdts/kexec-metadata" 2>/tmp/cat.err
	expect "errno" grep -q "No data" /tmp/cat.err
	same "unclaimed_bytes" 0 "$(cat $SYSFS/unclaimed_bytes)"
}
