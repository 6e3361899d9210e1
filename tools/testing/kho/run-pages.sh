#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Build and run the simulation of preserving and claiming on a machine of struct
# pages. One line a test, then the sums. What it writes to stderr (a broken rule of
# the kernel, a sanitizer's report) ends the test that it is of, which fails.
#
# TREE: the assembled tree, for libfdt; OUTPUT: where to build.

root=$(cd "$(dirname "$0")/../../.." && pwd) || exit 1
tree=${TREE:-$root/out/linux}
[ -d "$tree/scripts/dtc" ] || tree=$root
cd "$(dirname "$0")" || exit 1
output=${OUTPUT:-build}
export ASAN_OPTIONS=detect_leaks=0

run() {
	make -s -j"$(nproc)" OUTPUT="$output" TREE="$tree" pages || {
		echo "FAILED pages: build"
		return
	}
	for kind in 4K 64K debug; do
		timeout "${PAGES_TIMEOUT:-100}" "$output/pages-$kind" ||
			echo "FAILED pages-$kind: ended with $?"
	done
}

log=$(run 2>&1)
echo "$log"
passed=$(echo "$log" | grep -c '^ok ')
failed=$(echo "$log" | grep -c '^FAILED')
[ "$passed" -gt 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
