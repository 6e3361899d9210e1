#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Build and run the radix tree's simulation. One line a test, then the sums.
# A program that ends before its last test, or does not build, is a failure.

cd "$(dirname "$0")" || exit 1
export OUTPUT="${OUTPUT:-build}"
export ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=halt_on_error=1

log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT

if ! make -s -j"$(nproc)" OUTPUT="$OUTPUT" radix >"$log/build" 2>&1; then
	cat "$log/build"
	echo "FAILED radix: build"
	echo "0 passed, 1 failed"
	exit 1
fi

programs="12 14 16 asan tsan"
for t in $programs; do
	{
		timeout ${RADIX_TIMEOUT:-120} "$OUTPUT/radix-$t" >"$log/$t.run" 2>&1
		echo $? >"$log/$t.status"
	} &
done
wait

for t in $programs; do
	status=$(cat "$log/$t.status")
	if [ "$status" != 0 ] && ! grep -q '^FAILED' "$log/$t.run"; then
		echo "FAILED radix-$t: ended with $status" >>"$log/$t.run"
	fi
	cat "$log/$t.run"
done | tee "$log/all"

passed=$(grep -c '^ok ' "$log/all")
failed=$(grep -c '^FAILED' "$log/all")
[ "$passed" -gt 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
