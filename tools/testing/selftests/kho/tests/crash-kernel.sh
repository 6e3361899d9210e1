# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a crash kernel beside a handover: loaded, kept off, and it gets a dump"
CORE=yes
CMDLINE="kho=on crashkernel=256M"
CMDLINE_2="kho=on kho_scratch=8M,8M,8M"
MEMORY=2G
CRASHES=1
KEXECS=2
ALLOW='sysrq triggered crash|Kernel panic|Call Trace|</?TASK>'

# In little memory, and the last one
crash_kernel()
{
	kexec -s -p "/host/kernel-$(param kernel)" \
		--initrd="$(initrd 'kernel-*')" \
		--command-line="$(next_cmdline "$(param kernel)") nr_cpus=1"
}

stage0()
{
	expect "memory for a crash kernel" \
		test "$(cat /sys/kernel/kexec_crash_size)" -gt 0
	expect "kexec -p" crash_kernel
	preserve state bytes=16M
}

# After a handover: the area, the crash kernel and the dump.
stage1()
{
	same "generation" 1 "$(generation)"
	restore state
	expect "memory for a crash kernel after a handover" \
		test "$(cat /sys/kernel/kexec_crash_size)" -gt 0
	expect "kexec -p after a handover" crash_kernel
	tell leave 1
	echo c > /proc/sysrq-trigger
	fail "no crash"
}

stage2()
{
	same "enabled in a crash kernel" 0 "$(cat $SYSFS/enabled)"
	refuse "a handover in a crash kernel" test -e $DEBUGFS/in/fdt
	expect "vmcore" test -s /proc/vmcore
	same "vmcore's magic" 7f454c46 "$(head -c 4 /proc/vmcore | xxd -p)"
	expect "vmcore cannot be read" sh -c \
		'head -c 64m /proc/vmcore | wc -c | grep -q 67108864'
}
