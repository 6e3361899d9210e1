#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What we add and touch, built with other compilers and configurations, each one
# test: scripts/matrix.sh [NAME...], or scripts/matrix.sh -l for the names. Wants the
# tree. Ends with "N passed, M failed".
#
# An entry fails by an error, a warning, and a configuration that is another than it
# says. One folder, out/matrix, serves all: each compiles what the last one did not.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series.sh
source "$root/scripts/series.sh"
# shellcheck source=scripts/kbuild.sh
source "$root/scripts/kbuild.sh"

# NAME|WHAT|SYMBOL=VALUE...|VARIABLE=VALUE...: what is built is a whole kernel, linked,
# or only the objects of ours; the symbols are asked for on top of the plain
# configuration, and have to be so in the end; the variables are make's. CMA, CRC32
# and LIBFDT cannot be off: KEXEC_HANDOVER selects them.
entries="no-kexec|kernel|KEXEC=n KEXEC_HANDOVER=y|
no-kexec-file|kernel|KEXEC_FILE=n KEXEC_HANDOVER=n|
no-crash-dump|kernel|CRASH_DUMP=n|
no-debugfs|kernel|DEBUG_FS=n KEXEC_HANDOVER_DEBUGFS=n|
no-files|kernel|KEXEC_HANDOVER_DEBUGFS=n|
no-checks|kernel|KEXEC_HANDOVER_DEBUG=n|
no-tests|kernel|KUNIT=n TEST_KEXEC_HANDOVER=n SAMPLE_KEXEC_HANDOVER=n|
no-modules|kernel|MODULES=n TEST_KEXEC_HANDOVER=n|
on-by-default|kernel|KEXEC_HANDOVER_ENABLE_DEFAULT=y|
no-kaslr|kernel|RANDOMIZE_BASE=n|
no-hugetlb|kernel|HUGETLBFS=n|
no-sysfs|kernel|SYSFS=n|
no-deferred|kernel|DEFERRED_STRUCT_PAGE_INIT=n|
no-numa|kernel|NUMA=n|
no-vmemmap|kernel|SPARSEMEM_VMEMMAP=n|
no-hotplug|kernel|MEMORY_HOTPLUG=n|
no-memory-failure|kernel|MEMORY_FAILURE=n|
firmware|objects|PCI=y ACPI=y X86_64_ACPI_NUMA=y EFI=y EFI_STUB=y|
network|objects|NET=y BLOCK=y SWAP=y|
one-processor|objects|SMP=n|
realtime|objects|PREEMPT_RT=y|
size|objects|CC_OPTIMIZE_FOR_SIZE=y|
all|objects|allmodconfig|
clang|objects||CC=clang
more-warnings|objects||W=1"
if [ "${1-}" = -l ]; then
	cut -d '|' -f 1 <<<"$entries"
	exit
fi

source_dir=$tree
choose_kernel x86_64 plain
objects=$out/matrix
plain_layers=("${layers[@]}")

configure() {
	local symbol wanted=$objects.config

	if [ "${1-}" = allmodconfig ]; then
		kernel_make "${variables[@]}" allmodconfig
		return
	fi
	: >"$wanted"
	for symbol; do
		case $symbol in
		*=n) echo "# CONFIG_${symbol%=n} is not set" ;;
		*) echo "CONFIG_$symbol" ;;
		esac >>"$wanted"
	done
	layers=("${plain_layers[@]}" "$wanted")
	merge_layers
	layers=("$wanted")
	lost_symbols | sed 's/^/error: /'
	rm "$wanted"
}

# objects of what we add and touch that this configuration has, but for the boot
# loader's, which cannot be made one by one
our_objects() {
	kernel_make "${variables[@]}" -n -k "${image##*/}" modules 2>/dev/null |
		sed -n "s/.*echo '  CC \(\[M\]\)\? *\([^ ]*\.o\)'.*/\2/p" | sort -u |
		grep -xF -f <(printf '%s\n' "${!new_of[@]}" "${!edit_of[@]}" |
			sed -n 's/\.c$/.o/p') | grep -v /boot/
}

build() {
	local what=$1 made
	shift

	configure "$@"
	kernel_make "${variables[@]}" prepare
	case $what in
	kernel) kernel_make "${variables[@]}" -j"$(nproc)" "${image##*/}" modules ;;
	objects)
		mapfile -t made < <(our_objects)
		echo "${#made[@]} objects"
		kernel_make "${variables[@]}" -j"$(nproc)" "${made[@]}"
		;;
	esac
}

passed=0 failed=0
run_entry() {
	local name=$1 what=$2 log=$logs/matrix-$1.log status=0 remarks variables
	local symbols

	read -ra symbols <<<"$3"
	read -ra variables <<<"$4"
	progress echo "matrix: $name"
	(build "$what" ${symbols[@]+"${symbols[@]}"}) >"$log" 2>&1 </dev/null || status=$?
	progress_end
	remarks=$(grep -aE '(warning|error|ERROR|WARNING): ' "$log" || true)
	[ $status = 0 ] || [ -n "$remarks" ] || remarks=$(tail -n 20 "$log")
	if [ -z "$remarks" ]; then
		passed=$((passed + 1))
		noted $((SECONDS - step_start)) ok "matrix $name" "$log"
		report matrix "ok    $name: $what, $3 $4"
	else
		failed=$((failed + 1))
		noted $((SECONDS - step_start)) FAIL "matrix $name" "$log"
		report matrix "FAIL  $name: $what, $3 $4"
		head -n 20 <<<"$remarks" | sed 's/^/           /'
	fi
}

lock_objects
read_series
while IFS='|' read -r name what symbols variables; do
	[[ $# = 0 || " $* " == *" $name "* ]] || continue
	run_entry "$name" "$what" "$symbols" "$variables"
done <<<"$entries"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
