# SPDX-License-Identifier: GPL-2.0-only
ABOUT="memfds that are preserved and retrieved"
ICOUNT=yes
MEMORY=${BENCH_MEMORY:-2G}
CMDLINE="kho=on liveupdate=on nokaslr sysctl.kernel.hung_task_timeout_secs=0"
SECONDS_A_BOOT=600
QEMU_OPTIONS=${BENCH_PLUGIN-}

# costs FILE: "NAME NS" lines
costs()
{
	while read -r name ns; do
		[ -z "$ns" ] || fact "luo_$name" "$ns"
	done < "$1"
}

huge_pages_on()
{
	expect "shmem_enabled" write advise \
		/sys/kernel/mm/transparent_hugepage/shmem_enabled
}

stage0()
{
	huge_pages_on
	background /tmp/keep $(($(echo $BENCH_KINDS | wc -w) + 1)) luo-bench keep $BENCH_KINDS
	costs /tmp/keep
}

stage1()
{
	huge_pages_on
	luo-bench find $BENCH_KINDS > /tmp/find 2>&1 || fail "$(cat /tmp/find)"
	costs /tmp/find
}
