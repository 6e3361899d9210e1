#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Static checks of what we add, each one test: scripts/check.sh [ARCH [NAME...]], or
# scripts/check.sh -l for the names. Ends with "N passed, M failed".
# Wants the kernel of ARCH built, or VARIANT's of it, for sparse.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series.sh
source "$root/scripts/series.sh"
# shellcheck source=scripts/kbuild.sh
source "$root/scripts/kbuild.sh"

tests="series:git am makes out/linux of the mails
checkpatch-files:checkpatch --strict, new files
checkpatch-patches:checkpatch --strict, patches
sparse:sparse, our objects
kernel-doc:kernel-doc, and that exports have it
docs:Sphinx, our pages
man:rst2man, the manual of kho
schemas:dt-schema, the trees of real handovers
shellcheck:shellcheck, our scripts"
if [ "${1-}" = -l ]; then
	cut -d : -f 1 <<<"$tests"
	exit
fi
source_dir=$tree
choose_kernel "${1:-x86_64}" "${VARIANT:-plain}"
objects=$out/$kernel
shift || true

# What checkpatch asks for and cannot have here:
ignored=(
	FILE_PATH_CHANGES  # one MAINTAINERS entry, a patch of its own, covers all files
	MISSING_SIGN_OFF   # added by who sends the series
	NO_AUTHOR_SIGN_OFF # the same
	NOT_UNIFIED_DIFF   # a patch that only brings new files has no diff
	UNDOCUMENTED_DT_STRING # what is compatible is live update's, of no device tree
	CAMELCASE          # names of the base that it does not find, as __SetPageHead
)

# Files that stand in for the kernel's own headers in user space have to define what
# these define, for one compiler, and as short as they can:
stand_ins='^tools/testing/(kho/.*\.h|kho/(sim|machine)[^/]*\.c|memblock/(linux/|libfdt).*)$'
ignored_there=(
	BIT_MACRO COMPLEX_MACRO EXPORT_SYMBOL INCLUDE_LINUX MACRO_ARG_PRECEDENCE
	MACRO_ARG_REUSE MACRO_ARG_UNUSED MEMORY_BARRIER NEW_TYPEDEFS
	PREFER_DEFINED_ATTRIBUTE_MACRO
)

# our new files that end in one of the given patterns, as paths in the tree
new_files() {
	local pattern

	for pattern in "$@"; do
		printf '%s\n' "${!new_of[@]}" | grep -E -- "$pattern" || true
	done | sort -u
}

# The tests: each one prints remarks, and none when all is well.

check_series() {
	local said

	said=$("$root/scripts/mails.sh" 2>&1) || printf '%s\n' "$said"
}

# checkpatch TYPES OPTION... < FILES: without these types
checkpatch() (
	local types=$1
	shift

	cd "$tree"
	xargs -r -n 8 -P "$(nproc)" perl scripts/checkpatch.pl --strict --terse \
		--show-types --no-summary --ignore "$types" "$@" || true
)

types_of() {
	local IFS=,

	echo "$*"
}

# Files in which checkpatch found nothing are not checked again until they change;
# out/checkpatch has what they contained.
check_checkpatch_files() {
	local clean=$out/checkpatch sums=$out/.sums rules

	rules=$(sha256sum <"$root/scripts/check.sh" | cut -c 1-8)
	touch "$clean"
	new_files '\.[chS]$' '\.sh$' '\.rst$' 'Kconfig$' 'Makefile$' |
		(cd "$tree" && xargs -r sha256sum) | sed "s/^/$rules /" |
		{ grep -vxFf "$clean" || true; } >"$sums"
	{
		awk '{ print $3 }' "$sums" | { grep -vE "$stand_ins" || true; } |
			checkpatch "$(types_of "${ignored[@]}")" -f
		awk '{ print $3 }' "$sums" | { grep -E "$stand_ins" || true; } |
			checkpatch "$(types_of "${ignored[@]}" "${ignored_there[@]}")" -f
	} | sort | tee "$sums.found"
	sed 's/:.*//' "$sums.found" | sort -u >"$sums.bad"
	awk 'FILENAME == ARGV[1] { bad[$1] = 1; next } !($3 in bad)' "$sums.bad" "$sums" >>"$clean"
	rm "$sums" "$sums.found" "$sums.bad"
}

check_checkpatch_patches() {
	printf '%s\n' "$patches"/*.patch | checkpatch "$(types_of "${ignored[@]}")" |
		sort | sed "s,^$root/,,"
}

# Every object of ours that this configuration builds, but for those of the boot
# loader, which cannot be built one by one. What sparse says of others' headers is
# not ours.
check_sparse() {
	local file made=()

	while IFS= read -r file; do
		[ ! -f "$objects/${file%.c}.o" ] || made+=("${file%.c}.o")
	done < <(new_files '^(arch|drivers|kernel|lib|mm|samples)/.*\.c$' | grep -v '/boot/')
	[ ${#made[@]} -gt 0 ] || {
		echo "no object of ours is in out/$kernel: make kernel first"
		return
	}
	lock_objects
	kernel_make -j"$(nproc)" C=2 "${made[@]}" >"$logs/sparse.log" 2>&1 </dev/null ||
		echo "make failed; see out/log/sparse.log"
	grep -F -f <(new_files '\.[ch]$') "$logs/sparse.log" |
		grep -E ': (warning|error): ' || true
}

check_kernel_doc() {
	local files

	mapfile -t files < <(new_files '^(arch|drivers|include|kernel|lib|mm)/.*\.[ch]$')
	(cd "$tree" && scripts/kernel-doc -none -Wall "${files[@]}" 2>&1) || true
	undocumented "${files[@]}"
}

# exports without a comment for kernel-doc
undocumented() {
	local file symbol

	for file; do
		while IFS= read -r symbol; do
			grep -qE "^ \* $symbol(\(\))? - " "$root/$file" ||
				echo "$file: $symbol is exported and has no kernel-doc"
		done < <(sed -n 's/^EXPORT_SYMBOL[A-Z_]*(\([a-z0-9_]*\).*/\1/p' "$root/$file")
	done
}

# The manual as man has it
check_man() {
	local page

	for page in $(new_files '^tools/kho/Documentation/.*\.rst$'); do
		rst2man --strict "$root/$page" /dev/null 2>&1 || true
	done
}

# Our pages alone, with the kernel's own Sphinx configuration
check_docs() {
	local pages=$out/docs/pages page

	rm -rf "$out/docs"
	mkdir -p "$pages"
	printf 'KHO\n===\n\n.. toctree::\n   :glob:\n\n' >"$pages/index.rst"
	for page in $(new_files '^Documentation/.*\.rst$'); do
		page=${page#Documentation/}
		mkdir -p "$pages/$(dirname "$page")"
		cp "$tree/Documentation/$page" "$pages/$page"
		echo "   ${page%.rst}" >>"$pages/index.rst"
	done
	(
		cd "$tree/Documentation"
		export srctree=$tree BUILDDIR=$out/docs PYTHONDONTWRITEBYTECODE=1
		sphinx-build -q -E -b html -c . -d "$out/docs/doctrees" \
			-D kerneldoc_srctree="$tree" -D kerneldoc_bin="$tree/scripts/kernel-doc" \
			-D version="$(base_version)" -D release="$(base_version)" \
			"$pages" "$out/docs/html" 2>&1 || echo "sphinx-build failed"
	) | grep -vx -e 'Using alabaster theme' -e 'WARNING: dot(1) not found.*' || true
}

# saved_trees FILE DIR: the device trees in a file of "kho save", as DIR/N.dtb
saved_trees() {
	perl -e '
		my ($dir, $hex, $on, $n) = (shift, "", 0, 0);
		sub end_of_file {
			my $bytes = pack "H*", $hex;

			$hex = "";
			return if $bytes !~ /^\xd0\x0d\xfe\xed/;
			open my $to, ">", $dir . "/" . $n++ . ".dtb" or die;
			print $to $bytes;
			close $to;
		}
		while (<STDIN>) {
			if (/^\t(.*)/) {
				$hex .= $1 if $on;
			} else {
				end_of_file();
				$on = /^hex /;
			}
		}
	' "$2" <"$1"
}

# validate TREE: what is wrong with it, by the schema that is about it
validate() {
	local said

	said=$(dt-validate -M -l bindings -s "$root/Documentation/core-api/kho/bindings" \
		"$1" 2>&1 || true)
	[[ $said == *"matched on schema"* ]] || echo "$1: no schema is about it"
	grep -vE 'matched on schema|^\s*http:|^\s*$' <<<"$said" || true
}

# What real handovers had in them, and that a mistake in it would be seen
check_schemas() {
	local saved tree trees=$out/schemas

	(cd "$root/Documentation/core-api/kho/bindings" && dt-doc-validate -u . ./*.yaml 2>&1) || true
	rm -rf "$trees"
	for saved in "$root"/tools/testing/kho/tool/*.save; do
		mkdir -p "$trees/$(basename "$saved")"
		saved_trees "$saved" "$trees/$(basename "$saved")"
	done
	for tree in "$trees"/*/*.dtb; do
		validate "$tree"
		LC_ALL=C sed 's/y-map/y-mop/; s/blob-size/blob-sort/; s/start/stars/' "$tree" >"$trees/wrong.dtb"
		[[ $(validate "$trees/wrong.dtb") == *required* ]] ||
			echo "$tree: a lost property is not seen"
		LC_ALL=C sed 's/-v[14]/-v0/' "$tree" >"$trees/wrong.dtb"
		[[ $(validate "$trees/wrong.dtb") == *"no schema"* ]] ||
			echo "$tree: another version is not seen"
	done
}

check_shellcheck() {
	local files

	mapfile -t files < <(cd "$root" && repo_git ls-files --cached --others --exclude-standard |
		grep -vE '\.(c|h|rst|patch|config)$' | sort -u |
		xargs -r grep -lsE -m 1 '^(#!.*sh$|# shellcheck shell=)')
	(cd "$root" && shellcheck -x -P SCRIPTDIR -S warning -e SC1091 -f gcc "${files[@]}") || true
}

passed=0 failed=0
run_check() {
	local name=$1 about=$2 remarks log=$logs/check-$1.log

	mkdir -p "$logs"
	progress echo "check: $name"
	"check_${name//-/_}" >"$log" 2>&1 || echo "check_$name ended with $?" >>"$log"
	progress_end
	remarks=$(grep -c . "$log" || true)
	if [ "$remarks" = 0 ]; then
		passed=$((passed + 1))
		noted $((SECONDS - step_start)) ok "check $name" "$log"
		report check "ok    $name: $about"
	else
		failed=$((failed + 1))
		noted $((SECONDS - step_start)) FAIL "check $name" "$log"
		report check "FAIL  $name: $about"
		head -n 20 "$log" | sed 's/^/           /'
		echo "           $remarks line(s) in ${log#"$root"/}"
	fi
}

read_series
while IFS=: read -r name about; do
	[[ $# = 0 || " $* " == *" $name "* ]] || continue
	run_check "$name" "$about"
done <<<"$tests"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
