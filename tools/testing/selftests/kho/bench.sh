#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Measures what Kexec HandOver costs, in machines whose clock counts instructions
# (1 ns = 1 instruction), so that figures repeat wherever they are taken. Prints
# a table, and writes OUT/bench.json and OUT/bench.svg. Ends with 1 when a target
# is missed or a figure could not be taken.
#
#	bench.sh [-j N] [-n] [RUN...]
#
# -n: no machines, only the table again. RUN: only these machines anew.

KHO=$(dirname "$(readlink -f "$0")")
TOP=$(readlink -f "$KHO/../../../..")
OUT=$(readlink -m "${OUT:-$TOP/out}")
. "$KHO/lib/arch.sh"
. "$KHO/lib/initramfs.sh"
. "$KHO/lib/vm.sh"
. "$KHO/lib/test.sh"
. "$KHO/lib/judge.sh"
. "$KHO/lib/bench.sh"

# Single pages, a free one between each two. A million of them leave nothing of
# 8 GiB for the kernel itself, so that machine has some more.
PAGES="1000 10000 40000 100000"
MILLION_MEMORY=8704M
FOLIOS=128
DENSE=262144
RANDOM_MIB=64
CPUS_PAGES=65536
# Memfds, as guest/luo-bench.c has them: small pages, in one file and in many; huge pages
LUO_PAGES=1x134217728
LUO_FILES=200x1048576
LUO_FOLIOS=1x134217728-huge
# Ten times the pages each; ten times the sessions and the files. A million files with a
# page would need 20 GiB.
LUO_MORE_PAGES="1x40960000 1x409600000 1x4096000000"
LUO_MORE_FILES="10x10x4096 100x100x4096 300x300x4096"
LUO_SESSIONS=1000
# Bytes in each of them, when a kexec freezes them
LUO_FROZEN="4096 262144"
# A boot takes interrupts while it waits for its host, now more, now fewer. Where
# that is as much as what is measured, the least of so many boots counts.
AGAIN="2 3"

# boots RUN on|off BLOCKS MEMORY [KIND ORDER STRIDE]
boots()
{
	measure "$1" boot BENCH_MEMORY="$4" BENCH_KHO="$2" BENCH_BLOCKS="$3" \
		BENCH_KIND="${5:-pages}" BENCH_ORDER="${6:-0}" \
		BENCH_STRIDE="${7:-2}" BENCH_PLUGIN="$(plugin "$1")"
}

# boots_again RUN ...: as boots, several times
boots_again()
{
	local n run=$1
	shift

	boots "$run" "$@"
	for n in $AGAIN; do
		boots "$run.$n" "$@"
	done
}

# All machines; those that take longest first
machines()
{
	local n

	boots 1000000 on 1000000 $MILLION_MEMORY
	boots 1-of-million on 1 $MILLION_MEMORY
	for n in 256 64 8 2; do
		measure scratch-$n scratch BENCH_MEMORY=${n}G
	done
	measure span "span"
	for n in 100000 40000; do
		boots "$n" on "$n" 2G
	done
	for n in 10000 1000 1; do
		boots_again "$n" on "$n" 2G
	done
	boots folios on $FOLIOS 2G folios 9 1
	boots_again off "off" 0 2G
	boots_again on "on" 0 2G
	for n in off on demand; do
		measure blackout-$n blackout BENCH_MEMORY=1G BENCH_KHO=$n \
			BENCH_RANDOM=$RANDOM_MIB \
			BENCH_PLUGIN="$(plugin blackout-$n)"
	done
	measure dense "dense" BENCH_PAGES=$DENSE
	measure luo "luo" BENCH_KINDS="$LUO_PAGES $LUO_FILES $LUO_FOLIOS"
	measure luo-pages "luo" BENCH_MEMORY=$MILLION_MEMORY BENCH_KINDS="$LUO_MORE_PAGES"
	measure luo-files "luo" BENCH_MEMORY=4G BENCH_KINDS="$LUO_MORE_FILES"
	for n in $LUO_FROZEN; do
		measure luo-freeze-$n "luo" BENCH_KINDS="${LUO_SESSIONS}x1x$n" \
			BENCH_PLUGIN="$(plugin luo-freeze-$n)"
	done
	measure cpus "cpus" BENCH_PAGES=$CPUS_PAGES
	wait
}

calls()
{
	local pages=${PAGES##* }

	row preserve "kho_preserve_pages(page, 1)" \
		"$(calc "$(told "$pages" preserve_ns) / $pages")" instr 77 1
	row restore "kho_restore_pages(phys, 1)" \
		"$(calc "$(told "$pages" restore_ns) / $pages")" instr 127 1
	row restore-folio "kho_restore_folio() of order 9" \
		"$(calc "$(told folios restore_ns) / $FOLIOS")" instr 4000 512
}

# least RUN FROM N TO M: instructions from a mark to another, in the best boot
least()
{
	local n run

	for n in "" $AGAIN; do
		run=$1${n:+.$n}
		[ ! -d "$LOGS/$run" ] || calc \
			"$(counted "$run" "$4" "$5") - $(counted "$run" "$2" "$3")"
	done | sort -n | head -n 1 | grep . || echo missing
}

# second_boot RUN: from when the first kernel is left to /init
second_boot()
{
	least "$1" leave 1 init 2
}

# boot_row PAGES RUN WITHOUT: the boot after PAGES, beyond that after one
boot_row()
{
	local seconds after=

	[ ! -s "$LOGS/points" ] || after=yes
	seconds=$(calc "($(second_boot "$2") - $(second_boot "$3")) / 1e9")
	row "boot-$1" "boot beyond that with one page: $1 pages" "$seconds" s \
		"$4" "$1" $after
	echo "$1 $seconds" >> "$LOGS/points"
}

boot_costs()
{
	local pages targets="0.001 0.006 0.024 0.06"

	: > "$LOGS/points"
	for pages in $PAGES; do
		boot_row "$pages" "$pages" 1 "${targets%% *}"
		targets=${targets#* }
	done
	boot_row 1000000 1000000 1-of-million 0.6
	row boot-linear "most that ten times the pages cost" \
		"$(awk '{ cost[$1] = $2 } END {
			for (n in cost)
				if (cost[n] > 0 && n * 10 in cost &&
				    cost[n * 10] / cost[n] > most)
					most = cost[n * 10] / cost[n]
			print most ? most : "missing"
		}' "$LOGS/points")" times 10.5
}

# From the first node that is summed up to when the FDT is written
checksums()
{
	local pages nodes after=

	for pages in 10000 100000 1000000; do
		nodes=$(passed "$pages" && grep -c '^sum ' "$LOGS/$pages.count")
		row "checksum-$pages" "checksums of ${nodes:-missing} nodes, $pages pages" \
			"$(calc "$(counted "$pages" write 1) - \
			$(counted "$pages" sum 1)")" instr - "$pages" $after
		after=yes
	done
}

scratch_sizes()
{
	local gib targets="256 256 512 1024"

	for gib in 2 8 64 256; do
		row "scratch-$gib" "default scratch, guest of $gib GiB" \
			"$(told scratch-$gib scratch_mib)" MiB "${targets%% *}"
		targets=${targets#* }
	done
}

# What kho=on costs with nothing preserved, against all that kho=off does from
# start_kernel() to /init
idle_boots()
{
	row idle-first "kho=on beyond kho=off, first kernel" "$(calc "100 * \
		($(least on start 1 init 1) - $(least off start 1 init 1)) / \
		$(least off start 1 init 1)")" % 0.5
	row idle-next "kho=on beyond kho=off, after a handover" "$(calc "100 * \
		($(second_boot on) - $(second_boot off)) / \
		$(least off start 2 init 2)")" % 0.5
}

# From kexec -e to the next kernel's /init, against a kexec without a handover
blackouts()
{
	local mode

	for mode in on demand; do
		row blackout-$mode \
			"kexec -e to /init, kho=$mode, of that with kho=off" \
			"$(calc "100 * ($(counted blackout-$mode init 2) - \
				$(counted blackout-$mode begin 1)) / \
				($(counted blackout-off init 2) - \
				$(counted blackout-off begin 1))")" % 25
	done
}

# "N pages in M nodes"
metadata()
{
	local words

	read -ra words <<< "$(told dense dense)"
	row metadata "metadata of $DENSE pages that lie densely" \
		"$(calc "4096 * ${words[3]:-missing} / ${words[0]}")" B/page 0.13
}

# "N pages in M blocks, preserve T ns, ...": a run of so many blocks must not cost
# more than as many runs of one page, whatever its size
spans()
{
	local n=0 words

	while read -ra words; do
		[ "${words[0]:-0}" -ge 16777214 ] || continue
		n=$((n + 1))
		row "span-$n" "run of ${words[0]} pages, ${words[3]} blocks" \
			"${words[6]}" instr - "${words[0]}"
		row "span-$n-block" "  the same for each block" \
			"$(calc "${words[6]} / ${words[3]}")" instr 20000
	done < <(passed span && facts "$LOGS/span" span)
	[ $n -gt 0 ] || row span "run of 64 GiB" missing instr -
}

# luo_row RUN KIND CALL NUMBER TARGET WHAT [AFTER]: a row of a NUMBERth part
luo_row()
{
	row "$1-$3-$2" "$6" "$(calc "$(told "$1" "luo_$3-$2") / $4")" instr "$5" 1 "${7-}"
}

# A page of 2 MiB comes back with its 512 struct pages, which restore-folio has as well
memfds()
{
	luo_row luo $LUO_PAGES preserve 32768 150 "memfd of 4K pages: preserve a page"
	luo_row luo $LUO_PAGES retrieve 32768 430 "  retrieve a page"
	luo_row luo $LUO_PAGES touch 32768 394 "  first touch a page"
	luo_row luo $LUO_FILES preserve 51200 170 "200 memfds of 1 MiB: preserve a page"
	luo_row luo $LUO_FILES retrieve 51200 450 "  retrieve a page"
	luo_row luo $LUO_FOLIOS preserve 64 3000 "memfd of huge pages: preserve one"
	luo_row luo $LUO_FOLIOS retrieve 64 10000 "  retrieve one, with its struct pages"
}

# Each step costs what the one before does, for a page or a file
memfds_linear()
{
	local kind call numbers after

	for call in preserve retrieve; do
		after=
		for kind in $LUO_MORE_PAGES; do
			numbers=$((${kind#1x} / 4096))
			luo_row luo-pages "$kind" $call $numbers - \
				"memfd of $numbers pages: $call a page" $after
			after=yes
		done
		after=
		for kind in $LUO_MORE_FILES; do
			numbers=${kind%x*}
			luo_row luo-files "$kind" $call $((${numbers/x/*})) - \
				"${numbers/x/ sessions of } files: $call a file" $after
			after=yes
		done
	done
}

frozen()
{
	calc "$(counted "luo-freeze-$1" frozen 1) - $(counted "luo-freeze-$1" freeze 1)"
}

# Of a session that is not touched, a kexec only writes down where it is
freezes()
{
	local few=${LUO_FROZEN% *} many=${LUO_FROZEN#* }

	row luo-freeze "freeze of $LUO_SESSIONS sessions of $few bytes" \
		"$(frozen "$few")" instr - $LUO_SESSIONS
	row luo-freeze-bytes "  of $((many / few)) times the bytes, against that" \
		"$(calc "$(frozen "$many") / $(frozen "$few")")" times 1.05
}

# "N pages on one T1 ns, as many on each of 2 T2 ns": by the clock on the wall
parallel()
{
	local words

	read -ra words <<< "$(told cpus cpus)"
	row cpus "two CPUs at once, pages in the time of one CPU's" \
		"$(calc "2 * ${words[4]:-missing} / ${words[12]}")" times ">=1.7"
}

about()
{
	printf '  "kernel": "%s",\n' \
		"$(cat "$(kernel_dir plain)/include/config/kernel.release")"
	printf '  "config": "configs/shared.config, configs/%s.config",\n' "$ARCH"
	printf '  "qemu": "%s"' "$($ARCH_QEMU --version | head -1)"
}

ARCH=x86_64
HARNESS=
ONLY=
DO=machines
JOBS=$(nproc)
while [ $# -gt 0 ]; do
	case $1 in
	-j)	JOBS=$2; shift ;;
	-n)	DO= ;;
	-*)	sed -n 's/^#\t/\t/p' "$0" >&2; exit 2 ;;
	*)	ONLY="$ONLY $1" ;;
	esac
	shift
done
arch_table $ARCH || exit 2
LOGS=$OUT/log/bench
mkdir -p "$LOGS"
if [ -n "$DO" ]; then
	[ -e "$(kernel_dir plain)/$ARCH_KERNEL" ] || {
		echo "no kernel $(kernel_dir plain)/$ARCH_KERNEL" >&2
		exit 2
	}
	prepare "$LOGS" && build_plugin || exit 2
	trap 'trap "" INT TERM; kill $(jobs -p) 2>/dev/null; exit 130' INT TERM
	machines
fi
: > "$LOGS/rows"
calls
boot_costs
checksums
scratch_sizes
idle_boots
blackouts
metadata
memfds
memfds_linear
freezes
spans
parallel
release=$(cat "$(kernel_dir plain)/include/config/kernel.release")
echo "Kernel $release of configs/{shared,$ARCH}.config;" \
	"instructions of QEMU's guest, 1 ns each"
awk -v target=6e-7 -f "$KHO/bench/plot.awk" "$LOGS/points" > "$OUT/bench.svg"
awk -v json="$OUT/bench.json" -v about="$(about)" -f "$KHO/bench/table.awk" \
	"$LOGS/rows"
