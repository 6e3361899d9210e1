#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Build and run live update in user space: what it hands over, and what tells of a memfd,
# is damaged, word by word, and read by the next kernel. One line a test, then the sums.
# Then libFuzzer damages it for a while, where there is clang with its runtime
# (libclang-rt-dev).
#
# OUTPUT: where to build. LUO_FUZZ_SECONDS: how long (10; 0: not at all).

cd "$(dirname "$0")" || exit 1
export OUTPUT="${OUTPUT:-build}" ASAN_OPTIONS=detect_leaks=1
seconds=${LUO_FUZZ_SECONDS:-10}

run() {
	make -s OUTPUT="$OUTPUT" luo memfd || {
		echo "FAILED luo: build"
		return
	}
	timeout "${LUO_TIMEOUT:-300}" "$OUTPUT/luo" && "$OUTPUT/memfd"
	echo "# ended with $?"
}

has_libfuzzer() {
	echo 'int LLVMFuzzerTestOneInput(const char *p, long n) { return 0; }' |
		"${FUZZ_CC:-clang}" -fsanitize=address,fuzzer -w -x c -o "$OUTPUT/try" - \
			>/dev/null 2>&1
}

# fuzz PROGRAM
fuzz() {
	if said=$(timeout $((seconds + 120)) "$OUTPUT/$1-fuzz" -timeout=30 \
			-max_len=110 -max_total_time="$seconds" \
			-artifact_prefix="$OUTPUT/findings/$1-" 2>&1); then
		echo "ok     $1: $(echo "$said" |
			sed -n 's/^Done \([0-9]*\) runs.*/\1/p') inputs in $seconds s, no finding"
	else
		echo "$said" | tail -50
		echo "FAILED $1: libFuzzer; see $OUTPUT/findings"
	fi
}

fuzz_all() {
	[ "$seconds" -gt 0 ] || return
	has_libfuzzer || {
		echo "# no clang with libFuzzer"
		return
	}
	make -s OUTPUT="$OUTPUT" luo-fuzz memfd-fuzz || {
		echo "FAILED luo: build with clang"
		return
	}
	mkdir -p "$OUTPUT/findings"
	fuzz luo
	fuzz memfd
}

log=$(run 2>&1; fuzz_all 2>&1)
echo "$log"
passed=$(echo "$log" | grep -c '^ok ')
failed=$(echo "$log" | grep -c '^FAILED')
# The last test came to its end, or one is named that did not
[ "$failed" -gt 0 ] || echo "$log" | grep -q '^# ended with 0$' || failed=1
[ "$passed" -gt 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
