#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# All tests, one part after the other, and their sum:
#
#	scripts/test.sh [--all] ARCH [OTHER...]
#
# --all: also what takes long. OTHER: an architecture of which the core of the tests
# is run besides, with --all all of them. ONLY="PATTERN...": nothing but the parts,
# checks, tests in machines (NAME or NAME@KERNEL) and matrix entries of these names,
# and the kernels that they need.
#
# A part is a command whose last line is "N passed, M failed"; one that ends without
# that line counts as one failure.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

all=
if [ "$1" = --all ]; then
	all=yes
	shift
fi
arch=$1
shift
set -f # patterns are not for the shell
# shellcheck disable=SC2206 # words
only=(${ONLY-})
set +f
run=tools/testing/selftests/kho/run.sh
simulations=tools/testing/kho
passed=0 failed=0 parts=0
export KHO_PARTS=$logs/parts

# ---- what is asked for ----

# matching NAME...: those that ONLY names
matching() {
	local name pattern

	for name; do
		for pattern in ${only[@]+"${only[@]}"}; do
			# shellcheck disable=SC2053 # a pattern
			[[ $name != $pattern ]] || { echo "$name" && break; }
		done
	done
}

# chosen PART NAME...: is it asked for, or some of its NAMEs, which then are in
# names? Empty: all of them.
chosen() {
	local part=$1
	shift

	names=()
	if [ ${#only[@]} != 0 ] && [ -z "$(matching "$part")" ]; then
		mapfile -t names < <(matching "$@")
		[ ${#names[@]} != 0 ] || return 1
	fi
	parts=$((parts + 1))
}

# chosen_later PART NAME...: the same of a part that takes long
chosen_later() {
	[ -n "$all" ] || [ ${#only[@]} != 0 ] || return 1
	chosen "$@"
}

# chosen_machines PART [OPTION...] ARCH: the same of tests in machines
chosen_machines() {
	local part=$1
	shift

	# shellcheck disable=SC2046 # words
	chosen "$part" $("$run" --runs "$@" | sed 'p;s/@.*//' | sort -u)
}

# ---- running it ----

# beginning every line over the line of progress
over_progress() {
	if [ -n "$CLEAR" ]; then
		sed -u "s/^/$CLEAR/"
	else
		cat
	fi
}

# sum NAME STATUS LOG: adds the last line, or a failure for a bad end
sum() {
	local name=$1 status=$2 log=$3 last

	last=$(grep . "$log" | tail -n 1 || true)
	if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		[ "${BASH_REMATCH[2]}" = 0 ] || return 1
		# a bad end without a failure named is one too
		[ "$status" != 0 ] || return 0
	fi
	echo "$name ended early, with $status"
	failed=$((failed + 1))
	return 1
}

# part NAME COMMAND...
part() {
	local name=$1 log=$logs/test-$1.log status=0
	shift

	echo "== $name"
	step_start=$SECONDS
	"$@" </dev/null 2>&1 | tee "$log" | over_progress || status=$?
	sum "$name" "$status" "$log" ||
		noted $((SECONDS - step_start)) FAIL "$name" "$log"
	report "$name" "$(tail -n 1 "$log" | cut -c 1-58)"
}

# kernel ARCH VARIANT: one that does not build is one failure
kernel() {
	local name=$1 status=ok since=$SECONDS

	[ "$2" = plain ] || name=$1-$2
	"$root/scripts/kernel.sh" "$1" "$2" || status=FAIL
	[ $status = ok ] || failed=$((failed + 1))
	noted $((SECONDS - since)) $status "kernel $name" "$logs/$name.log"
}

# Simulations are programs of one thread, most of them: as many at a time as there
# are processors. Each is shown when it has ended.
declare -A simulation=() since=()

simulate() {
	local pid

	[ ${#simulation[@]} -lt "$(nproc)" ] || reap
	"$simulations/run-$1.sh" >"$logs/test-$1.log" 2>&1 </dev/null &
	pid=$!
	simulation[$pid]=$1
	since[$pid]=$SECONDS
}

reap() {
	local pid status=0 name log verdict=ok

	progress echo "simulation: ${simulation[*]}"
	wait -n -p pid "${!simulation[@]}" || status=$?
	progress_end
	name=${simulation[$pid]} log=$logs/test-${simulation[$pid]}.log
	unset "simulation[$pid]"
	echo "== $name"
	cat "$log"
	sum "$name" "$status" "$log" || verdict=FAIL
	noted $((SECONDS - since[$pid])) $verdict "$name" "$log"
	step_start=${since[$pid]}
	report "$name" "$(tail -n 1 "$log" | cut -c 1-58)"
}

simulate_all() {
	local name

	for name; do
		chosen "$name" || continue
		simulate "$name"
	done
	while [ ${#simulation[@]} -gt 0 ]; do
		reap
	done
}

# machines PART [OPTION...] ARCH: those of names, after the kernels that they need
machines() {
	local part=$1 variant
	shift

	for variant in $("$run" --variants "$@" ${names[@]+"${names[@]}"}); do
		kernel "${*: -1}" "$variant"
	done
	part "$part" "$run" "$@" ${names[@]+"${names[@]}"}
}

# summary: what took longest, what failed and where it tells of that
summary() {
	echo "== summary"
	echo "the slowest:"
	sort -rn "$KHO_PARTS" | head -n 10 |
		awk -F'\t' '{ printf "  %8.0f s  %s\n", $1, $3 }'
	awk -F'\t' -v root="$root/" '$2 == "FAIL" {
		sub(root, "", $4)
		if (!n++)
			print "failed:"
		printf "  %-36s %s\n", $3, $4
	}' "$KHO_PARTS"
}

# ---- the parts ----

test_checks() {
	# shellcheck disable=SC2046 # words
	chosen check $(scripts/check.sh -l) || return 0
	kernel "$arch" plain
	part check scripts/check.sh "$arch" ${names[@]+"${names[@]}"}
}

test_simulations() {
	local name file
	declare -A begun=()

	# the one that takes longest begins
	for file in "$simulations"/run-{fuzz,*}.sh; do
		name=$(basename "$file" .sh)
		name=${name#run-}
		[ -x "$file" ] && [ -z "${begun[$name]-}" ] || continue
		begun[$name]=yes
		! chosen "$name" || simulate "$name"
	done
	while [ ${#simulation[@]} -gt 0 ]; do
		reap
	done
}

test_harness() {
	chosen harness || return 0
	machines harness --harness "$arch"
}

# test_machines PART [OPTION...] ARCH
test_machines() {
	chosen_machines "$@" || return 0
	machines "$@"
}

# test_other ARCH [OPTION]: the check is one of a kernel that is there anyway
test_other() {
	local variant=plain

	[ -z "${2-}" ] || variant=$("$run" --variants "$2" "$1" | head -n 1)
	if chosen "check-$1"; then
		kernel "$1" "$variant"
		part "check-$1" env VARIANT="$variant" scripts/check.sh "$1" sparse
	fi
	test_machines "vm-$1" ${2+"$2"} "$1"
}

# What takes long: more of what make test has a little of, and all that may be
# configured otherwise
test_more() {
	if chosen_later fuzz-long; then
		part fuzz-long env FUZZ_SECONDS=900 "$simulations/run-fuzz.sh"
	fi
	if chosen_later long; then
		machines long --long "$arch"
	fi
	# shellcheck disable=SC2046 # words
	if chosen_later matrix $(scripts/matrix.sh -l); then
		part matrix scripts/matrix.sh ${names[@]+"${names[@]}"}
	fi
}

cd "$root"
mkdir -p "$logs"
: >"$KHO_PARTS"
quick=--quick core=--core
if [ -n "$all" ] || [ ${#only[@]} != 0 ]; then
	quick='' core=''
fi
test_checks
test_simulations
test_harness
test_machines vm ${quick:+$quick} "$arch"
for other; do
	test_other "$other" ${core:+$core}
done
test_more
[ "$parts" != 0 ] || die "nothing is called ${only[*]}"
summary
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
