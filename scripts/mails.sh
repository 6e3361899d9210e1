#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Writes the series as mails to out/series, and checks that git am makes of them and
# of the pristine files exactly what lies in out/linux. Leaves the commits as the
# branch series of out/base.git.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series.sh
source "$root/scripts/series.sh"
# shellcheck source=scripts/patches.sh
source "$root/scripts/patches.sh"

mails=$out/series
trial=$out/series-trial
index=$base_git/index.series
mail_date=$(repo_git log -1 --format=%cI)

# out/linux is what patches/ say, or the mails would not be what was tested
require_refreshed() {
	local file

	find_strays
	[ ${#problems[@]} = 0 ] || die "${problems[@]}"
	if [ -n "$(tree_git diff --name-only)" ] || [ "$(tree_git write-tree)" != "$(patched_tree)" ]; then
		die "out/linux and patches/ differ: make refresh, or make tree, first"
	fi
	for file in "${!new_of[@]}"; do
		[ "$tree/$file" -ef "$root/$file" ] ||
			die "out/linux/$file is no link to the repository's: make tree first"
	done
}

# the new files of PATCH into the index
put_new_files() {
	local file mode blobs files=()

	mapfile -t files < <(news_of "$1")
	[ ${#files[@]} -gt 0 ] || return 0
	mapfile -t blobs < <(printf "$root/%s\n" "${files[@]}" |
		tree_git hash-object -w --no-filters --stdin-paths)
	for file in "${files[@]}"; do
		mode=100644
		[ ! -x "$root/$file" ] || mode=100755
		printf '%s %s\t%s\n' "$mode" "${blobs[0]}" "$file"
		blobs=("${blobs[@]:1}")
	done | GIT_INDEX_FILE=$index tree_git update-index --add --index-info
}

# commit_patch PATCH PARENT: prints the commit
commit_patch() {
	local patch=$1 parent=$2 info object
	local -x GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE=$mail_date GIT_COMMITTER_DATE=$mail_date

	apply_patch "$index" "$patch"
	[ "${edit_of[MAINTAINERS]-}" != "$patch" ] || put_maintainers "$index"
	put_new_files "$patch"
	object=$(GIT_INDEX_FILE=$index tree_git write-tree)
	[ "$object" != "$(tree_git rev-parse "$parent^{tree}")" ] ||
		die "patches/$patch changes nothing"

	info=$(plain_git mailinfo "$out/.message" /dev/null <"$patches/$patch")
	GIT_AUTHOR_NAME=$(sed -n 's/^Author: //p' <<<"$info")
	GIT_AUTHOR_EMAIL=$(sed -n 's/^Email: //p' <<<"$info")
	[[ -n $GIT_AUTHOR_NAME && -s $out/.message ]] ||
		die "patches/$patch has no From: or no message"
	{ sed -n 's/^Subject: //p' <<<"$info" && echo && cat "$out/.message"; } |
		GIT_CONFIG_GLOBAL=/dev/null git --git-dir="$base_git" \
			-c user.name=series -c user.email=series@localhost \
			commit-tree -p "$parent" "$object"
	rm -f "$out/.message"
}

write_mails() {
	local patch commit

	commit=$(tree_git rev-parse base)
	rm -f "$index"
	GIT_INDEX_FILE=$index tree_git read-tree base
	for patch in "${patch_names[@]}"; do
		commit=$(commit_patch "$patch" "$commit")
	done
	rm -f "$index"
	tree_git update-ref refs/heads/series "$commit"
	rm -rf "$mails"
	tree_git format-patch -q -n --no-renames --no-signature -o "$mails" base..series
}

# every file that the series touches, as it is before it, in a repository of its own
lay_trial() {
	local touched=$1 files

	rm -rf "$trial"
	plain_git init -q "$trial"
	mapfile -t files < <(tree_git ls-tree -r --name-only base | sort | comm -12 - "$touched")
	tree_git archive base -- "${files[@]}" | tar -x -C "$trial"
	plain_git -C "$trial" add -f -A
	plain_git -C "$trial" commit -q -m base
}

# "mode blob path" of the files of out/linux named in FILE
laid() {
	local file mode

	while IFS= read -r file; do
		[ -e "$tree/$file" ] || continue
		mode=100644
		[ ! -x "$tree/$file" ] || mode=100755
		printf '%s %s %s\n' "$mode" \
			"$(plain_git hash-object --no-filters "$tree/$file")" "$file"
	done <"$1"
}

try_mails() {
	local touched=$out/.touched differs

	tree_git diff --name-only --no-renames base series | sort >"$touched"
	lay_trial "$touched"
	logged git-am plain_git -C "$trial" am -q "$mails"/*.patch
	differs=$(diff <(laid "$touched") <(plain_git -C "$trial" ls-tree -r \
		--format='%(objectmode) %(objectname) %(path)' HEAD | sort -k 3) || true)
	[ -z "$differs" ] || die "git am makes something else (>) of the mails than out/linux is (<):" "$differs"
	rm -rf "$trial" "$touched"
}

have_base || die "there is no out/linux: make tree first"
lock_tree
read_series
require_refreshed
write_mails
try_mails
report series "${#patch_names[@]} mails in out/series; git am gives out/linux"
