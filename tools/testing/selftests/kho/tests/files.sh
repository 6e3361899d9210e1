# SPDX-License-Identifier: GPL-2.0-only
ABOUT="debugfs and sysfs: values, modes, who may read what, and write nothing"

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

values()
{
	local file bad

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

came()
{
	same "FDT's magic" d00dfeed "$(head -c 4 /sys/firmware/kho/dt | xxd -p)"
	# its owner took it back while this kernel booted
	refuse "a blob that was taken back" \
		sh -c "cat $DEBUGFS/in/sub_fdts/kexec-metadata" 2>/tmp/cat.err
	expect "errno" grep -q "No data" /tmp/cat.err
	same "unclaimed_bytes" 0 "$(cat $SYSFS/unclaimed_bytes)"
}

# denied WHO WHAT SCRIPT: the shell of WHO fails at it, and for that reason
denied()
{
	local who=$1 why=$2
	shift 2

	if without "$who" sh -c "$*" >/dev/null 2>/tmp/denied; then
		fail "without $who: '$*' is allowed"
	fi
	grep -q "$why" /tmp/denied ||
		fail "without $who: '$*' fails with $(cat /tmp/denied)"
}

allowed()
{
	local who=$1
	shift

	without "$who" sh -c "$*" >/dev/null ||
		fail "without $who: '$*' is not allowed"
}

# What everybody may read, and what tells of addresses or contents
readers()
{
	local name

	for name in enabled active scratch_len dt_max preserved_bytes unclaimed_bytes generation \
			previous_release refused; do
		allowed root "cat $SYSFS/$name"
	done
	for name in $SYSFS/scratch_phys $SYSFS/density $SYSFS/preserved_orders \
			$DEBUGFS/out/fdt "$@"; do
		denied root "Permission denied" "cat $name"
	done
}

written()
{
	local file

	for file in $SYSFS/active $DEBUGFS/out/finalize $DEBUGFS/out/active; do
		denied root "Permission denied" "echo 1 > $file"
		denied sys_admin "not permitted" "echo 1 > $file"
		same "finalized without a capability" 0 "$(finalized)"
	done
	# what was denied above is no mistake of this test
	allowed sys_boot "echo 1 > $SYSFS/active"
	denied sys_admin "not permitted" "echo 0 > $SYSFS/active"
	same "finalized" 1 "$(finalized)"
}

stage0()
{
	local kexec="kexec -s -l /host/kernel-$(param kernel)"

	check_generation
	modes
	values
	written
	readers $SYSFS/dt
	denied sys_boot "not permitted" "$kexec"
	allowed sys_admin "$kexec && kexec -u"
	load || fail "kexec -l"
	denied sys_boot "not permitted" "kexec -e"
}

stage1()
{
	check_generation
	modes
	came
	readers /sys/firmware/kho/dt $DEBUGFS/in/fdt
}
