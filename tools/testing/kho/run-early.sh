#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Build and run the early boot's simulation: handovers that are right, and each
# kind of damage. One line a test, then the sums. What it writes to stderr (a
# WARN_ON, a sanitizer's report) is a failure, and so is an end before the last
# test.
#
# TREE: the assembled tree, for memblock and libfdt; OUTPUT: where to build.

root=$(cd "$(dirname "$0")/../../.." && pwd) || exit 1
tree=${TREE:-$root/out/linux}
[ -d "$tree/mm" ] || tree=$root
cd "$(dirname "$0")" || exit 1
output=${OUTPUT:-build}

fail() {
	echo "FAILED early: $*"
	echo "0 passed, 1 failed"
	exit 1
}

[ -f "$tree/mm/memblock_kho.c" ] || fail "$tree is no tree with KHO: make tree first"
log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT

# the fuzzer is built of the same objects
mkdir -p "$output" || fail "cannot write to $output"
flock "$output" make -s -j"$(nproc)" OUTPUT="$output" TREE="$tree" early \
	>"$log/build" 2>&1 || {
	cat "$log/build"
	fail build
}
passed=0 failed=0
# with each page size
for shift in 12 14 16; do
	ASAN_OPTIONS=detect_leaks=0 timeout "${EARLY_TIMEOUT:-300}" \
		"$output/early-$shift" >"$log/run" 2>"$log/errors"
	status=$?
	# which test it was, and why, for those that failed; else a line each
	grep -v '^# early_test.c' "$log/run"
	bad=$(grep -c '^FAILED' "$log/run")
	passed=$((passed + $(grep -c '^ok ' "$log/run")))
	failed=$((failed + bad))
	if [ -s "$log/errors" ] || { [ "$status" != 0 ] && [ "$bad" = 0 ]; }; then
		echo "FAILED early-$shift: ended with $status"
		head -50 "$log/errors"
		failed=$((failed + 1))
	fi
done
[ "$passed" -gt 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
