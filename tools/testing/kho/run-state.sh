#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Build and run the simulation of a handover's life. One line a test, then the
# sums. What it writes to stderr (a broken rule of the kernel, a sanitizer's
# report, a leak) ends the test that it is of, which fails.
#
# OUTPUT: where to build.

cd "$(dirname "$0")" || exit 1
export OUTPUT="${OUTPUT:-build}" ASAN_OPTIONS=detect_leaks=1

run() {
	make -s OUTPUT="$OUTPUT" state || {
		echo "FAILED state: build"
		return
	}
	timeout "${STATE_TIMEOUT:-300}" "$OUTPUT/state"
	echo "# ended with $?"
}

log=$(run 2>&1)
echo "$log"
passed=$(echo "$log" | grep -c '^ok ')
failed=$(echo "$log" | grep -c '^FAILED')
# The last test came to its end, or one is named that did not
[ "$failed" -gt 0 ] || echo "$log" | grep -q '^# ended with 0$' || failed=1
[ "$passed" -gt 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
