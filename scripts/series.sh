# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with who sources this
# Reads patches/series into variables. Its lines:
#
#   NAME.patch        a patch, in the order of the series; then, indented, its own:
#     edit PATH       a base file that this patch edits, and no other does
#     new PATH        a new file, folder or pattern that enters with it; where
#                     several match a file, the first in the series has it
#   stay PATH         (not indented) a file of this repository that enters no patch
#
# After read_series: patch_names; edit_of[FILE]=patch; new_of[FILE]=patch;
# problems, one sentence for each thing that does not fit together.

declare -a patch_names new_lines stay_lines problems
declare -A edit_of new_of

read_series() {
	local line_no=0 first path rest patch=

	patch_names=() new_lines=() stay_lines=() problems=()
	edit_of=() new_of=()
	[ -f "$patches/series" ] || die "patches/series is missing"
	while read -r first path rest; do
		line_no=$((line_no + 1))
		[[ -n $first && $first != \#* ]] || continue
		[ -z "$rest" ] || die "patches/series:$line_no: one path a line"
		case $first in
		*.patch)
			patch=$first
			[ -f "$patches/$patch" ] ||
				die "patches/$patch is in patches/series but not there: write its From:, Subject:, message and a line ---"
			patch_names+=("$patch")
			;;
		stay)
			stay_lines+=("$path")
			;;
		edit)
			[ -n "$patch" ] || die "patches/series:$line_no: edit before any patch"
			[ -z "${edit_of[$path]-}" ] ||
				die "patches/series:$line_no: $path belongs to ${edit_of[$path]} already"
			edit_of[$path]=$patch
			;;
		new)
			[ -n "$patch" ] || die "patches/series:$line_no: new before any patch"
			new_lines+=("$patch $path")
			;;
		*)
			die "patches/series:$line_no: '$first' is none of NAME.patch, edit, new, stay"
			;;
		esac
	done <"$patches/series"
	place_new_files
}

# does FILE lie at PATTERN, or below it?
# shellcheck disable=SC2053 # a pattern is meant
matches() {
	[[ $1 == $2 || $1 == ${2%/}/* ]]
}

place_new_files() {
	local file line pattern
	local -A used=()

	while IFS= read -r -d '' file; do
		[ -e "$root/$file" ] || [ -L "$root/$file" ] || continue
		for pattern in "${stay_lines[@]}"; do
			matches "$file" "$pattern" && continue 2
		done
		for line in "${new_lines[@]}"; do
			matches "$file" "${line#* }" || continue
			new_of[$file]=${line%% *}
			used[$line]=1
			continue 2
		done
		new_of[$file]=
		problems+=("$file is new and no patch brings it: add a line 'new $file' (or stay) to patches/series")
	done < <(repo_git ls-files -z --cached --others --exclude-standard --deduplicate)

	for line in "${new_lines[@]}"; do
		[ -n "${used[$line]-}" ] ||
			problems+=("patches/series: ${line%% *} brings ${line#* }, which matches no file")
	done
}

# the base files that PATCH edits, one a line
edits_of() {
	local file

	for file in "${!edit_of[@]}"; do
		[ "${edit_of[$file]}" != "$1" ] || printf '%s\n' "$file"
	done | sort
}

# the new files that PATCH brings, one a line
news_of() {
	local file

	for file in "${!new_of[@]}"; do
		[ "${new_of[$file]}" != "$1" ] || printf '%s\n' "$file"
	done | sort
}
