#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Brings the edits made in out/linux back into patches/: the diff of every patch is
# made anew, its message stays. Every patch is written first; what does not fit
# together (see patches/series) is said at the end, and fails.
#
# FORCE=1: out/linux is the truth, whatever patches/ say.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series.sh
source "$root/scripts/series.sh"
# shellcheck source=scripts/patches.sh
source "$root/scripts/patches.sh"

# A patch that changed after out/linux was laid would be overwritten.
refuse_newer_patches() {
	local target

	target=$(patched_tree)
	[ "$target" = "$(tree_git write-tree)" ] ||
		die "these changed in patches/ after out/linux was laid; make tree first (or FORCE=1 make refresh, if out/linux is right):" \
			"$(tree_git diff --cached --name-only "$target" | sed 's/^/  /')"
}

# all of a patch file before its diff, with the line --- that ends the message
message() {
	sed '/^diff --git /,$d' "$patches/$1"
	sed '/^diff --git /,$d' "$patches/$1" | grep -qx -e --- || echo ---
}

refresh_patch() {
	local patch=$1 made=$out/.refresh files

	mapfile -t files < <(edits_of "$patch" | grep -vx MAINTAINERS)
	message "$patch" >"$made"
	if [ ${#files[@]} -gt 0 ]; then
		tree_git diff --no-color --no-ext-diff --no-renames --src-prefix=a/ --dst-prefix=b/ \
			base -- "${files[@]}" | grep -v '^index [0-9a-f]*\.\.[0-9a-f]*' >>"$made" || true
		tree_git add -u -- "${files[@]}"
	fi
	if cmp -s "$made" "$patches/$patch"; then
		rm "$made"
	else
		mv "$made" "$patches/$patch"
		written+=("$patch")
	fi
}

have_base || die "there is no out/linux that make tree laid: make tree first (or scripts/tree.sh adopt)"
lock_tree
read_series
[ -n "${FORCE-}" ] || refuse_newer_patches
written=()
for patch in "${patch_names[@]}"; do
	refresh_patch "$patch"
done
find_strays
report refresh "${#patch_names[@]} patches, ${#written[@]} rewritten"
[ ${#written[@]} = 0 ] || printf '           patches/%s\n' "${written[@]}"
if [ ${#problems[@]} -gt 0 ]; then
	printf '%s\n' "${problems[@]:0:10}" >&2
	[ ${#problems[@]} -le 10 ] || echo "and $((${#problems[@]} - 10)) more" >&2
	exit 1
fi
