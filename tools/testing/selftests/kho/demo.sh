#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Shows a handover: boots a machine with state of four owners, kexecs it twice,
# and tells what was there afterwards. Ends with 1 if anything was lost.
#
#	demo.sh [ARCH]

KHO=$(dirname "$(readlink -f "$0")")
TOP=$(readlink -f "$KHO/../../../..")
OUT=$(readlink -m "${OUT:-$TOP/out}")
. "$KHO/lib/arch.sh"
. "$KHO/lib/initramfs.sh"
. "$KHO/lib/vm.sh"
. "$KHO/lib/test.sh"
. "$KHO/lib/judge.sh"
. "$KHO/lib/story.sh"

arch_table "${1:-x86_64}" || exit 2
STORY=$KHO/demo/three-generations.sh
DIR=$OUT/log/vm/$ARCH/demo
load_test "$STORY" plain
[ -e "$(kernel_dir plain)/$ARCH_KERNEL" ] || {
	echo "no kernel $(kernel_dir plain)/$ARCH_KERNEL (make kernel ARCH=$ARCH)" >&2
	exit 2
}
prepare "$(dirname "$DIR")" || exit 2

echo "One $ARCH machine in QEMU, $NODES in NUMA nodes, $CPUS processors, kho=on liveupdate=on."
rm -rf "$DIR"
run_test "$STORY" plain "$DIR" &
pid=$!
trap 'kill $pid 2>/dev/null; exit 130' INT TERM
follow "$DIR" "$KEXECS" $pid
wait $pid
conclude "$DIR"
