#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Configures and builds the kernel of out/linux in out/ARCH, or in out/ARCH-VARIANT:
# scripts/kernel.sh ARCH [VARIANT]
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/kbuild.sh
source "$root/scripts/kbuild.sh"

source_dir=$tree
choose_kernel "$1" "${2:-plain}"
objects=$out/$kernel

# all that the configuration follows from: the layers, and Kconfig files that are ours
config_sum() {
	{
		cat "$root/scripts/kbuild.sh" "${layers[@]}"
		cd "$tree"
		{ tree_git diff --name-only base && cat "$out/links"; } |
			sed -n '/Kconfig/p' | sort -u | xargs -r sha256sum
	} | sha256sum
}

configure() {
	local sum lost

	sum=$(config_sum)
	if [ -f "$objects/.config" ] && [ "$(cat "$objects/.config-sum" 2>/dev/null)" = "$sum" ]; then
		return
	fi
	logged "$kernel-config" merge_layers
	lost=$(lost_symbols)
	[ -z "$lost" ] || die "$kernel: what the configuration asks for and does not get:" "$lost"
	echo "$sum" >"$objects/.config-sum"
	report kernel "$kernel configured"
}

# One that is plain but for a few options has most of plain's objects. In its own
# place objtool is made anew, which is no reason to make all of them anew.
start_from_plain() {
	[ "$kernel" = "$arch-nokho" ] && [ ! -e "$objects/.copied" ] || return 0
	[ -e "$out/$arch/$image" ] || return 0
	cp -a "$out/$arch/." "$objects"
	find "$objects" -name '*.ko' -delete
	logged "$kernel" kernel_make prepare
	find "$objects" -path "$objects/tools" -prune -o -name '*.o' -exec touch {} +
	touch "$objects/.copied" # a copy that was cut short is made again
	report kernel "$kernel: a copy of $arch to begin with"
}

# How many objects there will be is asked of make before a first build, and kept: of
# a later one it says how many there can be at most.
at_most="at most"
count_first() {
	[ ! -e "$objects/$image" ] || return 0
	logged "$kernel" kernel_make prepare
	count_objects >"$objects/.objects"
	at_most=about
}

how_far() {
	local all made

	[ "$1" = "$kernel" ] || { echo "$1"; return; }
	all=$(cat "$objects/.objects" 2>/dev/null || true)
	made=$(grep -acE "^$compiled" "$logs/$kernel.log" || true)
	echo "$1: $made${all:+ of $at_most $all} objects"
}

lock_objects
start_from_plain
configure
count_first
logged "$kernel" build_kernel
report kernel "$kernel: $(cat "$objects/include/config/kernel.release"), $(stat -c %s "$objects/$image" | numfmt --to=iec --suffix=B)"
