#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the kernel at each commit of the series (make series made them), one after
# the other in one folder: scripts/series-build.sh ARCH
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/kbuild.sh
source "$root/scripts/kbuild.sh"

source_dir=$out/series-linux
choose_kernel "$1" plain
objects=$out/series-$arch

checkout() {
	if [ -e "$source_dir/.git" ]; then
		plain_git -C "$source_dir" checkout -q --detach "$1"
	else
		plain_git --git-dir="$base_git" worktree prune
		plain_git --git-dir="$base_git" worktree add -q --detach "$source_dir" "$1"
	fi
}

# Early commits lack symbols that the layers ask for; the last one lacks none.
build_commit() {
	logged series-build checkout "$1"
	logged series-build merge_layers
	logged series-build build_kernel
	report build "$(tree_git log -1 --format=%s "$1" | cut -c 1-58)"
}

for commit in $(tree_git rev-list --reverse base..series); do
	build_commit "$commit"
done
lost=$(lost_symbols)
[ -z "$lost" ] || die "what the configuration asks for and does not get:" "$lost"
