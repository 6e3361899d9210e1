# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a boot-time trace instance comes back with its events"
CMDLINE="kho=on reserve_mem=12M:4096:trace trace_instance=boot_map@trace"
KEXECS=2

INSTANCE=$TRACE/instances/boot_map

record()
{
	echo 1 > $INSTANCE/tracing_on
	echo "recorded in generation $STAGE" > $INSTANCE/trace_marker
}

recorded()
{
	check_generation
	expect "events of generation $1" \
		grep -q "recorded in generation $1" $INSTANCE/trace
}

stage0()
{
	check_generation
	expect "the instance" test -d $INSTANCE
	record
}

stage1()
{
	recorded 0
	record
}

stage2()
{
	recorded 1
}
