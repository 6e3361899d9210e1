# SPDX-License-Identifier: GPL-2.0-only
ABOUT="real state of four owners, over two kexecs"
NODES=1G,1G
CPUS=2
KEXECS=2
SECONDS_A_BOOT=120
CMDLINE="kho=on liveupdate=on reserve_mem=2M:4096:oops ramoops.mem_name=oops
	ramoops.pmsg_size=0x40000 ramoops.console_size=0x40000
	reserve_mem=8M:4096:trace trace_instance=boot_map^traceoff@trace"
CMDLINE=$(echo $CMDLINE)

INSTANCE=$TRACE/instances/boot_map

describe()
{
	fact release "$(uname -r)"
	fact generation "$(generation)"
	fact previous "$(cat $SYSFS/previous_release)"
	fact scratch "$(($(scratch_bytes) >> 20)) MiB in $(scratch_areas | wc -l)"
	fact ramoops_at "$(dmesg |
		sed -n 's/.*ramoops: using 0x\([0-9a-f]*\)@\(0x[0-9a-f]*\).*/\2 \1/p')"
	fact trace_at "$(dmesg | sed -n \
		's/.*boot_map at physical memory \([^ ]*\) of size 0x\([0-9a-f]*\).*/\1 \2/p')"
}

events()
{
	grep -vc '^#' $INSTANCE/trace
}

marks()
{
	grep -o 'mark [0-9]* of generation [0-9]*' $INSTANCE/trace | tail -1
}

# A program has so much in a memfd.
MEMFD=64M

# make_memfd: of what is in /tmp/memfd
make_memfd()
{
	fact memfd_made "$(md5sum < /tmp/memfd)"
	background /tmp/put 1 luo put demo /tmp/memfd
	rm /tmp/memfd
}

find_memfd()
{
	expect "luo get" luo get demo > /tmp/memfd
	fact memfd_found "$(md5sum < /tmp/memfd)"
}

# User space writes into ramoops, the scheduler's events go into the trace.
make_state()
{
	local i

	for i in $(seq 100); do
		echo "line $i of generation $STAGE"
	done > /dev/pmsg0
	echo > $INSTANCE/trace
	echo 1 > $INSTANCE/events/sched/sched_switch/enable
	echo 1 > $INSTANCE/tracing_on
	for i in $(seq 10); do
		echo "mark $i of generation $STAGE" > $INSTANCE/trace_marker
	done
	sleep 1
	echo 0 > $INSTANCE/tracing_on
	fact events_made "$(events)"
	fact marks_made "$(marks)"
}

# Each is found, counted, and compared by the host with what was made.
find_state()
{
	fact pmsg_found "$(grep -c "line [0-9]* of generation $((STAGE - 1))" \
		/sys/fs/pstore/pmsg-ramoops-0)"
	fact console_found "$(wc -l < /sys/fs/pstore/console-ramoops-0)"
	fact events_found "$(events)"
	fact marks_found "$(marks)"
	driver restored demo
	fact folios_found "$DRIVER_SAID"
	find_memfd
}

hand_over()
{
	make_state
	make_memfd
	fact folios_made "$DRIVER_SAID"
	finalize
	fact preserved "$(cat $SYSFS/preserved_bytes)"
	expect "kexec -s -l" load
}

# What is about to be carried, as kho status draws it
draw()
{
	local line

	kho status | sed '/^$/q' | while IFS= read -r line; do
		[ -z "$line" ] || fact picture "$line"
	done
}

stage0()
{
	describe
	driver preserved demo bytes=256M
	dd if=/dev/urandom of=/tmp/memfd bs=$MEMFD count=1 2>/dev/null
	hand_over
}

stage1()
{
	describe
	find_state
	hand_over
	draw
}

stage2()
{
	describe
	find_state
}
