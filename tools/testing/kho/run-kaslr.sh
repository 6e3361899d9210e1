#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Build and run the simulation of KASLR's choice. One line a test, then the sums.

cd "$(dirname "$0")" || exit 1
OUTPUT="${OUTPUT:-build}"

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

if make -s OUTPUT="$OUTPUT" kaslr >"$log" 2>&1; then
	timeout 60 "$OUTPUT/kaslr" >"$log" 2>&1
	status=$?
	[ $status = 0 ] || grep -q '^FAILED' "$log" ||
		echo "FAILED kaslr: ended with $status" >>"$log"
else
	echo "FAILED kaslr: build" >>"$log"
fi
cat "$log"

passed=$(grep -c '^ok ' "$log")
failed=$(grep -c '^FAILED' "$log")
[ "$passed" -gt 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
