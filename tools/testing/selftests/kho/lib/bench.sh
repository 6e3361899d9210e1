# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the machines of the bench, and turns what they tell into rows.

# build_plugin: what counts instructions, see bench/count.c
build_plugin()
{
	cc -O2 -Wall -Werror -shared -fPIC -o "$LOGS/count.so" \
		"$KHO/bench/count.c"
}

# address SYMBOL: where it is in the kernel, which is not moved (nokaslr)
address()
{
	awk -v symbol="$1" '$3 == symbol { print $1; exit }' \
		"$(kernel_dir plain)/System.map"
}

# plugin RUN: QEMU's options to count in a run, into LOGS/RUN.count
plugin()
{
	echo "-plugin $LOGS/count.so,out=$LOGS/$1.count,start=$(address \
		start_kernel),init=$(address run_init_process),begin=$(address \
		kernel_kexec),leave=$(address machine_kexec),sum=$(address \
		kho_sum_node),write=$(address kho_write_subtrees)"
}

# measure RUN FILE NAME=VALUE...: the machine of bench/FILE.sh, as RUN. The
# values reach both sides, host and guest, in the file itself.
measure()
{
	local run=$1 file=$2 value
	shift 2

	[[ -z $ONLY || " $ONLY " == *" ${run%.*} "* ]] || return 0
	[ "$(jobs -pr | wc -l)" -lt "$JOBS" ] || wait -n
	mkdir -p "$LOGS/runs"
	for value in "$@"; do
		printf '%s=%q\n' "${value%%=*}" "${value#*=}"
	done | cat - "$KHO/bench/$file.sh" > "$LOGS/runs/$run.sh"
	rm -f "$LOGS/$run.count"
	(
		run_test "$LOGS/runs/$run.sh" plain "$LOGS/$run"
		printf '  %-14s %s (%s s)\n' "$run" \
			"$(cat "$LOGS/$run/result")" "$(cat "$LOGS/$run/time")"
	) >&2 &
}

# passed RUN: nothing is taken from a run that did not end well
passed()
{
	grep -qs '^PASS' "$LOGS/$1/result"
}

# told RUN KEY [N]: what a machine told, the Nth time
told()
{
	passed "$1" && facts "$LOGS/$1" "$2" | sed -n "${3:-1}p" | grep . ||
		echo missing
}

# counted RUN MARK N: instructions until a mark was reached the Nth time
counted()
{
	passed "$1" && awk -v mark="$2" -v n="$3" \
		'$1 == mark && !--n { print $2 }' "$LOGS/$1.count" | grep . ||
		echo missing
}

# calc EXPRESSION...: its value, or "missing" where a figure in it is
calc()
{
	case $* in
	*missing*) echo missing ;;
	*) awk 'BEGIN { printf "%.10g\n", '"$*"' }' 2>/dev/null ||
		echo missing ;;
	esac
}

# row KEY WHAT FIGURE UNIT TARGET [PAGES [AFTER]]: TARGET is the most that it may
# be, ">=N" the least, or "-". PAGES: figures a page are printed for so many.
# AFTER=yes: the ratio to the row above is.
row()
{
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "${3:-missing}" "$4" \
		"$5" "${6:--}" "${7:--}" >> "$LOGS/rows"
}
