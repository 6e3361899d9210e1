# SPDX-License-Identifier: GPL-2.0-only
ABOUT="who may read what, and that nothing is written without a capability"

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
files()
{
	local name

	for name in enabled active scratch_len dt_max preserved_bytes unclaimed_bytes generation \
			previous_release refused; do
		allowed root "cat $SYSFS/$name"
	done
	for name in $SYSFS/scratch_phys $DEBUGFS/out/fdt "$@"; do
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
	written
	files $SYSFS/dt
	denied sys_boot "not permitted" "$kexec"
	allowed sys_admin "$kexec && kexec -u"
	load || fail "kexec -l"
	denied sys_boot "not permitted" "kexec -e"
}

stage1()
{
	check_generation
	files /sys/firmware/kho/dt $DEBUGFS/in/fdt
}
