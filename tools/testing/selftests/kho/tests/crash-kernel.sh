# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a crash while finalized: the crash kernel is kept off, and its dump has the handover"
CORE=yes
CMDLINE="kho=on crashkernel=256M reserve_mem=1M:4096:oops ramoops.mem_name=oops \
ramoops.pmsg_size=0x20000 reserve_mem=4M:4096:trace trace_instance=boot_map@trace"
CMDLINE_2="kho=on kho_scratch=8M,8M,8M"
MEMORY=2G
CRASHES=1
KEXECS=2
ALLOW='sysrq triggered crash|Kernel panic|Call Trace|</?TASK>'

INSTANCE=$TRACE/instances/boot_map

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

# address LINE: the one that follows in the log
address()
{
	dmesg | sed -n "s/.*$1\(0x[0-9a-f]*\).*/\1/p"
}

# Both regions came from the last kernel. What is written has to be found in the dump.
record()
{
	carry oops "$(address 'ramoops: using 0x[0-9a-f]*@')"
	carry trace "$(address 'mapped boot instance .* physical memory ')"
	echo "ramoops before the crash" > /dev/pmsg0
	echo 1 > $INSTANCE/tracing_on
	echo "traced before the crash" > $INSTANCE/trace_marker
}

# After a handover: the area, the crash kernel and the dump.
stage1()
{
	same "generation" 1 "$(generation)"
	restore state
	record
	expect "memory for a crash kernel after a handover" \
		test "$(cat /sys/kernel/kexec_crash_size)" -gt 0
	expect "kexec -p after a handover" crash_kernel
	finalize
	tell leave 1
	echo c > /proc/sysrq-trigger
	fail "no crash"
}

# number OFFSET SIZE: in the dump, little-endian
number()
{
	local hex rest out=

	hex=$(dd if=/proc/vmcore bs=1 skip=$1 count=$2 2>/dev/null | xxd -p)
	while [ -n "$hex" ]; do
		rest=${hex#??}
		out=${hex%"$rest"}$out
		hex=$rest
	done
	echo $((0x$out))
}

# offset ADDRESS: where memory is in the dump, by its program headers
offset()
{
	local header=64 base size

	while [ $header -lt $((64 + 56 * $(number 56 2))) ]; do
		base=$(number $((header + 24)) 8)
		size=$(number $((header + 40)) 8)
		if [ "$(number $header 4)" = 1 ] && [ $(($1)) -ge "$base" ] &&
				[ $(($1)) -lt $((base + size)) ]; then
			echo $(($(number $((header + 8)) 8) + $1 - base))
			return
		fi
		header=$((header + 56))
	done
	fail "the dump has no memory at $1"
}

# dumped ADDRESS MIB TEXT
dumped()
{
	dd if=/proc/vmcore bs=4096 skip=$(($(offset "$1") / 4096)) \
		count=$(($2 << 8)) 2>/dev/null | grep -aq "$3"
}

stage2()
{
	same "enabled in a crash kernel" 0 "$(cat $SYSFS/enabled)"
	refuse "a handover in a crash kernel" test -e $DEBUGFS/in/fdt
	expect "vmcore" test -s /proc/vmcore
	same "vmcore's magic" 7f454c46 "$(head -c 4 /proc/vmcore | xxd -p)"
	expect "vmcore cannot be read" sh -c \
		'head -c 64m /proc/vmcore | wc -c | grep -q 67108864'
	expect "what ramoops was told is not in the dump" \
		dumped "$(recall oops)" 1 "ramoops before the crash"
	expect "what was traced is not in the dump" \
		dumped "$(recall trace)" 4 "traced before the crash"
}
