#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Build and run the memblock simulator of an assembled tree, with sanitizers. It
# makes links and objects where it is, so it is built in a folder of its own.
# What it writes to stderr (a WARN_ON, a sanitizer's report) is a failure, and so
# is an end before the last test.
#
# TREE: the kernel's source; OUTPUT: where to build.

root=$(cd "$(dirname "$0")/../../.." && pwd) || exit 1
tree=${TREE:-$root/out/linux}
[ -d "$tree/mm" ] || tree=$root
sim=${OUTPUT:-$root/out/memblock}

fail() {
	echo "FAILED memblock: $*"
	echo "0 passed, 1 failed"
	exit 1
}

# the folders that the sources reach for with relative paths
lay() {
	rm -rf "$sim" && mkdir -p "$sim/tools/testing" || return
	for dir in arch include lib mm scripts tools/arch tools/include tools/lib \
		tools/scripts tools/testing/selftests; do
		ln -s "$tree/$dir" "$sim/$dir" || return
	done
	cp -rL "$tree/tools/testing/memblock" "$sim/tools/testing/"
}

[ -f "$tree/tools/testing/memblock/tests/kho_api.c" ] ||
	fail "$tree is no tree with KHO: make tree first"
lay || fail "cannot write to $sim"
cd "$sim/tools/testing/memblock" || fail "cannot enter $sim"

command -v ccache >/dev/null && cc="ccache cc"
CFLAGS=-g make -s CC="${cc:-cc}" -j"$(nproc)" NUMA=1 >build.log 2>&1 || {
	cat build.log
	fail build
}

timeout 60 ./main -v >log 2>errors
status=$?
grep -a '^ok ' log
failed=$(grep -ac '^not ok ' log)
passed=$(grep -ac '^ok ' log)
# the last test of main.c
grep -aq '^ok .*memblock for KHO, mirrored memory: passed' log || status=${status#0}not-all
if [ "$status" != 0 ] || [ -s errors ]; then
	failed=$((failed + 1))
	echo "FAILED memblock: ended with $status"
	head -50 errors
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
