# SPDX-License-Identifier: GPL-2.0-only
ABOUT="blocks preserved, the boot after it, blocks restored"
ICOUNT=yes
MEMORY=$BENCH_MEMORY
CMDLINE="kho=$BENCH_KHO nokaslr sysctl.kernel.hung_task_timeout_secs=0"
SECONDS_A_BOOT=600
QEMU_OPTIONS=$BENCH_PLUGIN

# tell_time FIELD KEY: of the driver's "preserve T ns, restore T ns"
tell_time()
{
	fact "$2" "$(dmesg | grep -o 'test_kho: bench: preserve .* ns' | tail -1 |
		cut -d' ' -f"$1")"
}

stage0()
{
	[ "$BENCH_BLOCKS" != 0 ] || return 0
	preserve bench kind="$BENCH_KIND" order="$BENCH_ORDER" \
		stride="$BENCH_STRIDE" fill=0 \
		bytes=$((BENCH_BLOCKS << (12 + BENCH_ORDER)))
	tell_time 4 preserve_ns
}

stage1()
{
	[ "$BENCH_BLOCKS" != 0 ] || return 0
	restore bench restore=free
	tell_time 7 restore_ns
}
