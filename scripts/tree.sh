#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Assembles out/linux: the base, edited by our patches, with links to our new files.
#
#   scripts/tree.sh          lay it, or bring it up to date
#   scripts/tree.sh adopt    take an out/linux that somebody unpacked and edited by
#                            hand: record its base; the edits stay, and make refresh
#                            turns them into patches
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series.sh
source "$root/scripts/series.sh"
# shellcheck source=scripts/patches.sh
source "$root/scripts/patches.sh"

source_file=${LINUX_SOURCE:-/usr/src/linux-source-6.12.tar.xz}
unpacked=$out/unpack

# names the source without reading all of it
source_id() {
	stat -L -c '%n %s %Y' "$source_file" | sed 's,.*/,,'
}

source_tar() {
	case $source_file in
	*.deb) dpkg-deb --fsys-tarfile "$source_file" |
		tar -xO --wildcards './usr/src/linux-source-*.tar.xz' | xz -dc ;;
	*) xz -dc "$source_file" ;;
	esac
}

unpack_source() {
	rm -rf "$unpacked"
	mkdir -p "$unpacked"
	source_tar | tar -x --strip-components=1 -C "$unpacked"
}

# Records out/unpack as the branch base. One pack instead of 86,000 files: that is
# what the threshold does.
record_base() {
	local index=$base_git/index.base object

	[ -d "$base_git" ] || plain_git init -q --bare "$base_git"
	rm -f "$index"
	unpacked_git() {
		GIT_INDEX_FILE=$index plain_git -C "$unpacked" --git-dir="$base_git" \
			--work-tree="$unpacked" -c core.bigFileThreshold=1 \
			-c core.compression=1 -c gc.auto=0 "$@"
	}
	unpacked_git add -f -A .
	object=$(unpacked_git write-tree)
	object=$(unpacked_git commit-tree -m "$(source_id)" "$object")
	unpacked_git update-ref refs/heads/base "$object"
}

# the base as the source at hand says, and an out/linux to work in
lay_base() {
	if have_base; then
		[ "$(tree_git log -1 --format=%s base)" != "$(source_id)" ] || return 0
	elif [ -d "$tree" ]; then
		die "out/linux is there, but nobody recorded its base: scripts/tree.sh adopt keeps its edits; or move it away"
	fi
	logged unpack unpack_source
	logged record record_base
	if [ -d "$tree" ]; then
		rm -rf "$unpacked" "$base_git/index.base"
	else
		mv "$unpacked" "$tree"
		mv "$base_git/index.base" "$base_git/index"
	fi
	report tree "$(base_version) unpacked"
}

# accept_edits TREE: an edit that the patches now make as well is one no more
accept_edits() {
	local file

	while IFS= read -r file; do
		[ "$(tree_git hash-object --no-filters "$file" 2>/dev/null || true)" != \
			"$(tree_git rev-parse -q --verify "$1:$file")" ] ||
			tree_git update-index "$file"
	done < <(tree_git diff --name-only)
}

# Only files whose content differs are written, so that make rebuilds no more than
# it must. Refuses where an edit would be lost.
lay_patches() {
	local laid target said

	target=$(patched_tree)
	[ "$(tree_git write-tree)" != "$target" ] || return 0
	tree_git update-index -q --refresh >/dev/null || true
	accept_edits "$target"
	laid=$(tree_git write-tree)
	if ! said=$(tree_git read-tree -m -u "$laid" "$target" 2>&1); then
		die "out/linux has edits that laying the patches would lose: $said" \
			"make refresh puts them into patches/ first (where the patch changed too: FORCE=1 make refresh, then merge with git)"
	fi
}

# link FILE: a relative link in out/linux to the repository's file
link() {
	local file=$1 up

	if [ -L "$tree/$file" ] && [ "$tree/$file" -ef "$root/$file" ]; then
		return
	fi
	up=${file//[!\/]/}
	up=${up//\//../}../../
	if [ -e "$tree/$file" ] && [ ! -L "$tree/$file" ]; then
		die "out/linux/$file is a file of its own, and the repository has one too: keep one of them, in the repository"
	fi
	mkdir -p "$(dirname "$tree/$file")"
	ln -sfn "$up$file" "$tree/$file"
}

# links to our new files; those whose file went are taken away
lay_links() {
	local file list=$out/links

	file=$(tree_git ls-tree -r --name-only base | sort | comm -12 - <(printf '%s\n' "${!new_of[@]}" | sort) | head -n 1)
	[ -z "$file" ] ||
		die "$file is the base's own: edit it in out/linux, and list it as an edit in patches/series"
	for file in "${!new_of[@]}"; do
		link "$file"
	done
	[ ! -f "$list" ] || while IFS= read -r file; do
		if [ -n "${new_of[$file]+set}" ] || [ ! -L "$tree/$file" ]; then
			continue
		fi
		rm "$tree/$file"
		[[ $file != */* ]] ||
			(cd "$tree" && rmdir -p --ignore-fail-on-non-empty "${file%/*}")
	done <"$list"
	printf '%s\n' "${!new_of[@]}" | sort >"$list"
}

describe() {
	local unrefreshed

	report tree "$(base_version): ${#patch_names[@]} patches, ${#new_of[@]} new files"
	unrefreshed=$(tree_git diff --name-only | wc -l)
	[ "$unrefreshed" = 0 ] ||
		echo "           $unrefreshed edited file(s) in out/linux that no patch has yet: make refresh"
}

# The edits become what make refresh takes as the truth.
adopt() {
	[ -d "$tree" ] || die "there is no out/linux to adopt: make tree makes one"
	! have_base || die "out/linux is known already"
	logged unpack unpack_source
	logged record record_base
	rm -rf "$unpacked"
	mv "$base_git/index.base" "$base_git/index"
	tree_git update-index -q --refresh >/dev/null || true
	report adopt "$(base_version) recorded; $(tree_git diff --name-only | wc -l) file(s) edited"
	if [ -n "${edit_of[MAINTAINERS]-}" ]; then
		put_maintainers "$base_git/index"
		tree_git checkout-index -q -f MAINTAINERS
	fi
	lay_links
	flock -u 9
	FORCE=1 "$root/scripts/refresh.sh"
}

[ -f "$source_file" ] || die "$source_file is not there; as root: apt-get install linux-source-6.12"
lock_tree
read_series
if [ "${1-}" = adopt ]; then
	adopt
else
	lay_base
	lay_patches
	lay_links
	describe
fi
