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

	for file in $DEBUGFS/out/scratch_phys $DEBUGFS/out/scratch_len; do
		same "mode of $file" 400 "$(stat -c %a $file)"
	done
	for file in finalize active; do
		same "mode of out/$file" 600 "$(stat -c %a $DEBUGFS/out/$file)"
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
	refuse "dt before finalize" test -e $SYSFS/dt
	finalize
	same "active" 1 "$(cat $SYSFS/active)"
	same "out/active" 1 "$(cat $DEBUGFS/out/active)"
	same "FDT's magic" d00dfeed "$(head -c 4 $SYSFS/dt | xxd -p)"
	abort
	refuse "dt after abort" test -e $SYSFS/dt
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
