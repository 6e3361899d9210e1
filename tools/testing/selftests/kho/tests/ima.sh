# SPDX-License-Identifier: GPL-2.0-only
ABOUT="IMA's list of measurements travels beside a handover"
ARCHES=x86_64
VARIANTS=debug
CMDLINE="kho=on ima_policy=tcb"
KEXECS=2

LIST=/sys/kernel/security/integrity/ima/ascii_runtime_measurements

entries()
{
	wc -l < $LIST
}

# digest N: of its first entries
digest()
{
	head -n "$1" $LIST | md5sum | cut -c1-12
}

# Read by root, from a file system of which the policy takes notice: the guest's own
# is none.
measure()
{
	local i

	mount -t securityfs none /sys/kernel/security
	mkdir -p /tmp/measured
	mount -t ramfs none /tmp/measured
	for i in 1 2 3 4; do
		echo "file $i of kernel $STAGE" > /tmp/measured/$i
		cat /tmp/measured/$i > /dev/null
	done
}

# What is measured before an image is loaded goes with it.
hand_on()
{
	expect "finalize" write 1 $SYSFS/active
	carry entries "$(entries)"
	carry digest "$(digest "$(entries)")"
	expect "kexec -l" load
}

came()
{
	local before

	check_generation
	before=$(recall entries)
	[ "$(entries)" -gt "$before" ] || fail "no entry of this kernel's own"
	same "the entries of the kernels before" "$(recall digest)" \
		"$(digest "$before")"
	restore state
}

stage0()
{
	measure
	check_generation
	preserve state bytes=64M
	[ "$(entries)" -gt 3 ] || fail "nothing is measured: $(cat $LIST)"
	hand_on
}

stage1()
{
	measure
	came
	hand_on
}

stage2()
{
	measure
	came
	[ "$(grep -c boot_aggregate $LIST)" = 3 ] ||
		fail "a kernel is not in the list: $(grep boot_aggregate $LIST)"
}
