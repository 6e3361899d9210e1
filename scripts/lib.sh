# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with who sources this
# What the scripts share: where things lie, how a step reports, and git over the
# assembled tree.
#
# out/base.git keeps the state of out/linux, which is its work tree:
#   branch "base"     the pristine source
#   its index         what the patches made of it when out/linux was last laid
#   the files         the same, and edits that no patch has yet
# So "edited and not refreshed" is what git calls unstaged, and laying newer
# patches over it is an ordinary two-way merge that refuses to lose an edit.

unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY
export LC_ALL=C
shopt -s inherit_errexit

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/out
tree=$out/linux
base_git=$out/base.git
patches=$root/patches
logs=$out/log

# shellcheck source=tools/testing/selftests/kho/lib/progress.sh
source "$root/tools/testing/selftests/kho/lib/progress.sh"

# ---- reporting ----

die() {
	printf '%s\n' "$@" >&2
	exit 1
}

# The one line of a step: report NAME TEXT; its time counts from the last one.
report() {
	printf '%-10s %-58s %12s\n' "$1" "$2" "$(minutes $((SECONDS - step_start)))"
	step_start=$SECONDS
}
step_start=$SECONDS

# What is shown while a step runs: how_far NAME
how_far() {
	echo "$1"
}

# logged NAME COMMAND...: the output goes to out/log/NAME.log; when the command
# fails, the first errors in it (with many jobs they are not at the end) and its
# last lines are shown. A step may have a how_far of its own.
logged() {
	local log=$logs/$1.log step=$1 status
	shift

	mkdir -p "$logs"
	progress how_far "$step"
	# in an if or a ||, the command would not stop at its own errors
	set +e
	(set -e; "$@") >"$log" 2>&1 </dev/null
	status=$?
	set -e
	progress_end
	[ "$status" != 0 ] || return 0
	{
		grep -E -m 8 -A 2 '(error|ERROR): |undefined reference|[*]{3} No rule' "$log" || true
		echo ...
		tail -n 10 "$log"
	} >&2
	die "$step failed; the whole log: ${log#"$root"/}"
}

# One at a time: everything that writes out/linux or patches/ holds this.
lock_tree() {
	mkdir -p "$out"
	exec 9>"$out/.lock"
	flock 9
}

# ---- git ----

# git without anybody's settings, run as nobody in particular
plain_git() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null \
		GIT_AUTHOR_NAME=base GIT_AUTHOR_EMAIL=base@localhost \
		GIT_COMMITTER_NAME=base GIT_COMMITTER_EMAIL=base@localhost \
		git "$@"
}

# git over out/linux
tree_git() {
	plain_git -C "$tree" --git-dir="$base_git" --work-tree="$tree" "$@"
}

# git over this repository
repo_git() {
	git -c safe.directory='*' -c core.quotePath=false -C "$root" "$@"
}

have_base() {
	[ -d "$base_git" ] && [ -d "$tree" ] &&
		plain_git --git-dir="$base_git" rev-parse -q --verify base >/dev/null
}

# the kernel version of the base, such as 6.12.117
base_version() {
	tree_git cat-file blob base:Makefile | awk -F' *= *' '
		$1 == "VERSION" { v = $2 } $1 == "PATCHLEVEL" { p = $2 }
		$1 == "SUBLEVEL" { print v "." p "." $2; exit }'
}
