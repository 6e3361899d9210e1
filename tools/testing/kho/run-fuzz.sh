#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Early boot with handovers that libFuzzer damages: first the inputs of
# early_corpus.hex (one a line), then new ones, for a while. A crash, a
# sanitizer's report, memory that was given out although it is somebody's, a
# refusal that leaves something behind and work that is not bounded by the
# machine are failures; the input is kept.
#
# FUZZ_SECONDS: how long (60; 0: the corpus alone). FUZZ_CORPUS: a folder for what is
# new. TREE: the assembled tree; OUTPUT: where to build. Without clang and its
# runtime (libclang-rt-dev) only the corpus runs, and that is said.

root=$(cd "$(dirname "$0")/../../.." && pwd) || exit 1
tree=${TREE:-$root/out/linux}
[ -d "$tree/mm" ] || tree=$root
cd "$(dirname "$0")" || exit 1
output=${OUTPUT:-build}
seconds=${FUZZ_SECONDS:-60}
export ASAN_OPTIONS=detect_leaks=0

passed=0 failed=0

ok() {
	echo "ok     fuzz: $*"
	passed=$((passed + 1))
}

bad() {
	echo "FAILED fuzz: $*"
	failed=$((failed + 1))
}

finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}

log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT

# of the same objects as run-early.sh
build() {
	mkdir -p "$output"
	flock "$output" make -s -j"$(nproc)" OUTPUT="$output" TREE="$tree" "$1" >"$log/$1" 2>&1
}

has_libfuzzer() {
	echo 'int LLVMFuzzerTestOneInput(const char *p, long n) { return 0; }' |
		${FUZZ_CC:-clang} -fsanitize=address,fuzzer -w -x c -o "$log/try" - \
			>/dev/null 2>&1
}

replay() {
	build fuzz-replay || {
		cat "$log/fuzz-replay"
		bad "build"
		finish
	}
	mkdir "$log/corpus"
	if timeout 300 "$output/fuzz-replay" early_corpus.hex "$log/corpus" \
		>"$log/replay" 2>&1; then
		ok "the corpus: $(tail -1 "$log/replay")"
	else
		tail -50 "$log/replay"
		bad "the corpus"
	fi
}

fuzz() {
	new=${FUZZ_CORPUS:-$log/new}
	mkdir -p "$new" "$output/findings"
	timeout $((seconds + 120)) "$output/fuzz" -max_total_time="$seconds" \
		-max_len=600 -timeout=30 -print_final_stats=1 \
		-artifact_prefix="$output/findings/" "$new" "$log/corpus" \
		>"$log/fuzzing" 2>&1
	status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log/fuzzing")
	ways=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log/fuzzing" | tail -1)
	if [ "$status" = 0 ] && [ "${runs:-0}" -gt 0 ]; then
		ok "$runs inputs in $seconds s, $ways edges, no finding"
	else
		tail -60 "$log/fuzzing"
		bad "ended with $status; see $output/findings"
	fi
}

[ -f "$tree/mm/memblock_kho.c" ] || {
	bad "$tree is no tree with KHO: make tree first"
	finish
}
replay
if [ "$seconds" -gt 0 ]; then
	if ! has_libfuzzer; then
		echo "# no clang with libFuzzer: nothing but the corpus was run"
	elif build fuzz; then
		fuzz
	else
		cat "$log/fuzz"
		bad "build with clang"
	fi
fi
finish
