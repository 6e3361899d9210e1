#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the tests of Kexec HandOver in virtual machines, each in its own.
#
#	run.sh [OPTION...] [ARCH] [TEST...]
#
# Kernels are not built here: see --variants. Logs of every run are kept in
# OUT/log/vm/. Ends with "N passed, M failed", and with status 1 if any failed.

KHO=$(dirname "$(readlink -f "$0")")
TOP=$(readlink -f "$KHO/../../../..")
OUT=$(readlink -m "${OUT:-$TOP/out}")
. "$KHO/lib/progress.sh"
. "$KHO/lib/arch.sh"
. "$KHO/lib/initramfs.sh"
. "$KHO/lib/vm.sh"
. "$KHO/lib/test.sh"
. "$KHO/lib/judge.sh"

usage()
{
	cat <<-EOF
	usage: $0 [OPTION...] [ARCH] [TEST...]

	  ARCH        x86_64 (default) or arm64
	  TEST        a name or pattern from tests/, or NAME@VARIANT for one run;
	              all of them if there is none
	  -j N        machines at a time (default: one a CPU, at most 4)
	  -k VARIANT  this kernel's runs only; may be given again
	  -n N        so many kexecs, or so many times as much, in tests that can
	              do any number (generations-ten, damage, scattered-many),
	              for those who have the time
	  --efi       all machines boot through UEFI
	  --quick     without the runs that are left to make test-all
	  --core      only the tests that make test runs on each architecture, on
              arm64 under the kernel with pages of 64K
	  --long      only the tests that can do any number, each with as many as
	              it declares (LONG)
	  -l          list the tests and what they show
	  --runs      list the runs, NAME@VARIANT
	  --variants  list the kernels that have to be built: "plain" into
	              OUT/ARCH, others into OUT/ARCH-VARIANT
	  --harness   the tests of the harness itself
	  --interop   the tests with mainline's kernels; see make interop

	environment: OUT, KHO_PATIENCE (factor for all time limits)
	EOF
}

# asked NAME VARIANT: by one of the patterns
asked()
{
	local pattern

	for pattern in "${PATTERNS[@]}"; do
		# shellcheck disable=SC2053
		[[ $1 != $pattern && $1@$2 != $pattern ]] || return 0
	done
	return 1
}

# wanted FILE: prints "TIME FILE VARIANT" for each of its runs
wanted()
{
	local variant

	load_test "$1" plain
	[ -z "$ONLY_CORE" ] || [ -n "$CORE" ] || return 0
	[ -z "$ONLY_LONG" ] || [ -n "$LONG" ] || return 0
	for variant in $VARIANTS; do
		[[ -z $ONLY || " $ONLY " == *" $variant "* ]] || continue
		[[ -z $QUICK || " $LATER " != *" $variant "* ]] || continue
		asked "$NAME" "$variant" || continue
		load_test "$1" "$variant"
		echo "$((BOOTS * SECONDS_A_BOOT)) $1 $variant"
	done
}

# runs: "FILE VARIANT" for each run that is wanted, those that take longest first
runs()
{
	local file

	for file in "$TESTS"/*.sh; do
		(wanted "$file")
	done | sort -rn | cut -d' ' -f2-
}

list_runs()
{
	runs | sed 's,.*/\(.*\)\.sh ,\1@,' | sort
}

list_tests()
{
	local file

	runs | cut -d' ' -f1 | sort -u | while read -r file; do
		(load_test "$file" plain
		 printf '%-24s %s\n' "$NAME" "$ABOUT")
	done
}

list_variants()
{
	local file variant

	runs | while read -r file variant; do
		(load_test "$file" "$variant"
		 printf '%s\n' "$variant" $NEEDS)
	done | sort -u
}

# A missing kernel is an error before anything runs, never a test left out.
check_kernels()
{
	local file variant kernel image missing=0

	while read -r file variant; do
		for kernel in $variant $(load_test "$file" plain; echo $NEEDS); do
			image=$(kernel_dir "$kernel")/$ARCH_KERNEL
			[ ! -e "$image" ] || continue
			echo "$(basename "$file"): no kernel $image" >&2
			missing=1
		done
	done
	return $missing
}

# A suite's cases count as tests of their own: KTAP in the kernel's log
count_cases()
{
	passed=$((passed + $(facts "$1" kunit_passed | grep . || echo 0)))
	failed=$((failed + $(facts "$1" kunit_failed | grep . || echo 0)))
}

# report DIR: one line for a run, and why where it is no pass
report()
{
	local dir=$1 status reason

	read -r status reason < "$dir/result"
	printf '%s%-4s  %-34s %6s s  %s\n' "$OVER" "$status" "$(basename "$dir")" \
		"$(cat "$dir/time" 2>/dev/null)" "$reason"
	count_cases "$dir"
	case $status in
	PASS)	passed=$((passed + 1)) ;;
	SKIP)	skipped=$((skipped + 1)) ;;
	*)	failed=$((failed + 1))
		status=FAIL
		echo "      log: $dir/console; it ends with"
		tail -n "${KHO_LINES:-12}" "$dir/console" 2>/dev/null |
			tr -d '\r' | sed 's/^/      | /' ;;
	esac
	noted "$(cat "$dir/time" 2>/dev/null || echo 0)" "$status" \
		"$(basename "$dir"), $ARCH" "$dir/console"
}

# note_running: for how_far, which another process asks
note_running()
{
	{
		echo "$ended of $(wc -l <<< "$list") ended"
		printf '%s\n' "${dirs[@]}"
	} > "$LOGS/running"
}

# how_far: what runs, and the how manyth of its kernels that is
how_far()
{
	local said dir

	{
		read -r said
		while read -r dir; do
			said+="; $(basename "$dir") $(words "$dir" boot |
				grep -c .)/$(cat "$dir/boots")"
		done
	} < "$LOGS/running" 2>/dev/null
	echo "machines: $said"
}

# run_all: JOBS at a time; reports each as it ends
run_all()
{
	local file variant dir
	declare -A dirs=()

	ended=0
	note_running
	progress how_far
	while read -r -u 8 file variant; do
		if [ ${#dirs[@]} -ge "$JOBS" ]; then
			reap
		fi
		dir=$LOGS/$(basename "$file" .sh)@$variant
		(run_test "$file" "$variant" "$dir") 8<&- &
		dirs[$!]=$dir
		note_running
	done 8<<< "$list"
	while [ ${#dirs[@]} -gt 0 ]; do
		reap
	done
	progress_end
}

reap()
{
	local pid

	wait -n -p pid "${!dirs[@]}"
	report "${dirs[$pid]}"
	unset "dirs[$pid]"
	ended=$((ended + 1))
	note_running
}

stop()
{
	trap '' INT TERM
	jobs -p | xargs -r kill 2>/dev/null
	wait
	exit 130
}

TESTS=$KHO/tests
ARCH=x86_64
ONLY=
QUICK=
ONLY_CORE=
ONLY_LONG=
ALL_EFI=
DO=run
JOBS=$(nproc)
[ "$JOBS" -le 4 ] || JOBS=4
while [ $# -gt 0 ]; do
	case $1 in
	-j)	JOBS=$2; shift ;;
	-k)	ONLY="$ONLY $2"; shift ;;
	-n)	export KHO_KEXECS=$2; shift ;;
	--quick) QUICK=yes ;;
	--core)	ONLY_CORE=yes ;;
	--long)	ONLY_LONG=yes ;;
	--efi)	ALL_EFI=yes ;;
	-l)	DO=list_tests ;;
	--runs)	DO=list_runs ;;
	--variants) DO=list_variants ;;
	--interop) TESTS=$KHO/interop ;;
	--harness) TESTS=$KHO/harness; export HARNESS=yes ;;
	-h|--help) usage; exit 0 ;;
	-*)	usage >&2; exit 2 ;;
	*)	break ;;
	esac
	shift
done
case ${1-} in
x86_64|arm64) ARCH=$1; shift ;;
esac
arch_table "$ARCH" || exit 2
[ -z "$ONLY_CORE" ] || ARCH_KERNELS=$ARCH_CORE
[ "$TESTS" != "$KHO/interop" ] || add_mainlines
PATTERNS=("${@:-*}")
LOGS=$OUT/log/vm/$ARCH${ALL_EFI:+-efi}${KHO_KEXECS:+-n}${ONLY_LONG:+-long}
if [ $DO != run ]; then
	$DO
	exit
fi

list=$(runs)
[ -n "$list" ] || { echo "no such test: $*" >&2; exit 2; }
check_kernels <<< "$list" || exit 2
prepare "$LOGS" || exit 2
trap stop INT TERM
passed=0 failed=0 skipped=0
OVER=
[ ! -t 1 ] || OVER=$CLEAR
run_all
[ $skipped = 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
