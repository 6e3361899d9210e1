# SPDX-License-Identifier: GPL-2.0-only
ABOUT="from kexec -e to the next kernel's /init, with random data in the initrd"
ICOUNT=yes
MEMORY=$BENCH_MEMORY
CMDLINE="kho=$BENCH_KHO nokaslr sysctl.kernel.hung_task_timeout_secs=0"
SECONDS_A_BOOT=600
QEMU_OPTIONS=$BENCH_PLUGIN

stage0()
{
	head -c "${BENCH_RANDOM}m" /dev/urandom > /random
	[ "$BENCH_KHO" = off ] || preserve state bytes=36M
}

stage1()
{
	[ "$BENCH_KHO" = off ] || restore state
}
