#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# All tests, one part after the other, and their sum: scripts/test.sh ARCH [OTHER...]
# OTHER: an architecture of which the core of the tests is run besides.
# A part is a command whose last line is "N passed, M failed"; one that ends without
# that line counts as one failure.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

arch=$1
shift
run=tools/testing/selftests/kho/run.sh
passed=0 failed=0

# part NAME COMMAND...
part() {
	local name=$1 log=$logs/test-$1.log status=0 last
	shift

	mkdir -p "$logs"
	echo "== $name"
	step_start=$SECONDS
	"$@" </dev/null 2>&1 | tee "$log" || status=$?
	last=$(grep . "$log" | tail -n 1 || true)
	if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		# a bad end without a failure named is one too
		[ "$status" = 0 ] || [ "${BASH_REMATCH[2]}" != 0 ] || failed=$((failed + 1))
	else
		echo "$name ended early, with $status"
		failed=$((failed + 1))
	fi
	report "$name" "${last:0:58}"
}

# kernel ARCH VARIANT: a kernel that does not build is one failure
kernel() {
	"$root/scripts/kernel.sh" "$1" "$2" || failed=$((failed + 1))
}

cd "$root"
kernel "$arch" plain
part check scripts/check.sh "$arch"
for simulation in tools/testing/kho/run-*.sh; do
	[ ! -x "$simulation" ] || part "$(basename "$simulation" .sh)" "$simulation"
done
for variant in $($run --variants "$arch"); do
	[ "$variant" = plain ] || kernel "$arch" "$variant"
done
part harness "$run" --harness "$arch"
part vm "$run" "$arch"
for other; do
	for variant in $($run --core --variants "$other"); do
		kernel "$other" "$variant"
	done
	part "check-$other" scripts/check.sh "$other" sparse
	part "vm-$other" "$run" --core "$other"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
