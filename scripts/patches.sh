# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with who sources this
# From patch files to trees, inside out/base.git: nothing here writes out/linux.

# does the patch file hold a diff?
has_diff() {
	grep -q '^diff --git ' "$patches/$1"
}

# apply_patch INDEX PATCH: no fuzz, whole or not at all
apply_patch() {
	local index=$1 patch=$2 said

	has_diff "$patch" || return 0
	if ! said=$(GIT_INDEX_FILE=$index tree_git apply --cached --whitespace=nowarn \
		"$patches/$patch" 2>&1); then
		die "patches/$patch does not apply to $(base_version):" "$said"
	fi
}

# every file in a patch's diff has to be listed as one of its edits
check_patch_files() {
	local patch file

	for patch in "${patch_names[@]}"; do
		has_diff "$patch" || continue
		while IFS= read -r file; do
			[ "${edit_of[$file]-}" = "$patch" ] ||
				die "patches/$patch edits $file, which patches/series does not say: add 'edit $file' to it"
		done < <(sed -n 's,^diff --git a/.* b/,,p' "$patches/$patch")
	done
}

# put_file INDEX PATH FILE [MODE]: FILE's content as PATH
put_file() {
	local mode=${4:-100644} blob

	blob=$(tree_git hash-object -w --no-filters "$3")
	GIT_INDEX_FILE=$1 tree_git update-index --add --cacheinfo "$mode,$blob,$2"
}

# the base's MAINTAINERS with our entry
put_maintainers() {
	local made=$out/.maintainers

	tree_git cat-file blob base:MAINTAINERS |
		awk -v entry="$root/MAINTAINERS" -f "$root/scripts/maintainers.awk" >"$made"
	put_file "$1" MAINTAINERS "$made"
	rm -f "$made"
}

# the tree object that the base becomes with every patch and our MAINTAINERS
make_patched_tree() {
	local index=$base_git/index.patched patch

	check_patch_files
	rm -f "$index"
	GIT_INDEX_FILE=$index tree_git read-tree base
	for patch in "${patch_names[@]}"; do
		apply_patch "$index" "$patch"
	done
	[ -z "${edit_of[MAINTAINERS]-}" ] || put_maintainers "$index"
	GIT_INDEX_FILE=$index tree_git write-tree
	rm -f "$index"
}

# the same, from memory where nothing changed that it is made of
patched_tree() {
	local memory=$base_git/patched sum

	sum=$({ tree_git rev-parse base &&
		cd "$root" && cat MAINTAINERS patches/series "${patch_names[@]/#/patches/}"
	} | sha256sum)
	if [ ! -f "$memory" ] || [ "$(head -n 1 "$memory")" != "$sum" ]; then
		{ echo "$sum" && make_patched_tree; } >"$memory.new"
		mv "$memory.new" "$memory"
	fi
	tail -n 1 "$memory"
}

# Adds to problems: edits that no patch lists, and files that only out/linux has.
find_strays() {
	local file

	while IFS= read -r file; do
		if [ "$file" != MAINTAINERS ] && [ -n "${edit_of[$file]-}" ]; then
			problems+=("$file is edited in out/linux, which ${edit_of[$file]} does not have yet: make refresh")
		elif [ "$file" = MAINTAINERS ]; then
			problems+=("out/linux/MAINTAINERS was edited: the entry is edited in MAINTAINERS of the repository")
		else
			problems+=("$file is edited in out/linux and no patch lists it: add 'edit $file' to a patch in patches/series")
		fi
	done < <(tree_git diff --name-only)
	while IFS= read -r file; do
		[ -L "$tree/$file" ] ||
			problems+=("out/linux/$file is new and only there: mv it to $file, and make tree links it")
	done < <(tree_git ls-files --others -- '*.[chS]' '*.rst' '*.sh' '*.lds' '*Kconfig' '*Makefile')
	for file in "${!edit_of[@]}"; do
		tree_git cat-file -e "base:$file" 2>/dev/null ||
			problems+=("patches/series: ${edit_of[$file]} edits $file, which the base does not have")
	done
}
