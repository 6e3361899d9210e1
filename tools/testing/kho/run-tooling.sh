#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Tests of scripts/, on a small repository with a base of four files. One line a
# test, then the sums.
set -euo pipefail

top=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Nothing of the caller's settings: neither which base, nor how git behaves
unset LINUX_SOURCE FORCE
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
unset PROGRESS PROGRESS_FD KHO_PARTS ONLY
library=tools/testing/selftests/kho/lib

# base SUBLEVEL: a source package of that version
make_base() {
	local dir=$work/linux-source

	rm -rf "$dir"
	mkdir -p "$dir/mm"
	printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = %s\n' "$1" >"$dir/Makefile"
	echo '/*' >"$dir/.gitignore"
	seq 1 40 >"$dir/mm/a.c"
	seq 1 40 >"$dir/mm/b.c"
	printf 'Maintainers List\n----------------\n\nAAA\nM:\tA\n\nKEYS\nM:\tK\n' >"$dir/MAINTAINERS"
	[ "$1" = 1 ] || sed -i '1i zero' "$dir/mm/a.c"
	[ "$1" != 3 ] || sed -i 's/^19$/nineteen/' "$dir/mm/a.c"
	tar -cJf "$work/base-$1.tar.xz" -C "$work" linux-source
}

# a repository with a patch for mm/a.c, our entry, and a new file
make_repository() {
	local repo=$work/template

	mkdir -p "$repo/patches" "$repo/new"
	cp -r "$top/scripts" "$repo/"
	mkdir -p "$repo/$library"
	cp "$top/$library/progress.sh" "$repo/$library/"
	cd "$repo"
	echo out >.gitignore
	echo new >new/file.c
	printf 'KEXEC\nS:\tMaintained\n' >MAINTAINERS
	for name in one two; do
		printf 'From: N <n@localhost>\nSubject: [PATCH] %s: subject\n\nBody of %s.\n---\n' \
			$name $name >patches/$name.patch
	done
	cat >patches/series <<-EOS
	stay .gitignore
	stay MAINTAINERS
	stay patches
	stay scripts
	stay tools
	one.patch
	  edit mm/a.c
	  new new
	two.patch
	  edit MAINTAINERS
	EOS
	git init -q .
	git add -A
	git -c user.name=n -c user.email=n@localhost commit -qm all
	export LINUX_SOURCE=$work/base-1.tar.xz
	scripts/tree.sh >/dev/null
	sed -i 's/^20$/twenty/' out/linux/mm/a.c
	scripts/refresh.sh >/dev/null
	# later edits have another mtime
	touch -d '1 hour ago' out/linux/mm/[ab].c new/file.c
	scripts/tree.sh >/dev/null
}

# ---- what the tests say ----

# fails WORDS COMMAND...: the command ends with an error whose text has all the words
fails() {
	local words=$1 word said
	shift

	if said=$("$@" 2>&1); then
		echo "did not fail: $*"
		return 1
	fi
	for word in $words; do
		[[ $said == *"$word"* ]] || {
			echo "does not say $word: $said"
			return 1
		}
	done
}

says() {
	local words=$1 said
	shift

	said=$("$@" 2>&1) || {
		echo "failed: $said"
		return 1
	}
	[[ $said == *"$words"* ]] || {
		echo "does not say '$words': $said"
		return 1
	}
}

tree() { scripts/tree.sh; }
refresh() { scripts/refresh.sh; }
mails() { scripts/mails.sh; }
has() { grep -qx -e "$2" "$1" || { echo "$1 has no line $2"; return 1; }; }
has_not() { ! grep -qx -e "$2" "$1" || { echo "$1 has the line $2"; return 1; }; }

# ---- the tests; each in a repository of its own, which starts laid and refreshed ----

test_tree_lays_all() {
	has out/linux/mm/a.c twenty
	[ "$(readlink out/linux/new/file.c)" = ../../../new/file.c ]
	[ "$(grep -n -e '^AAA' -e '^KEXEC' -e '^KEYS' out/linux/MAINTAINERS | cut -d: -f2 | xargs)" = "AAA KEXEC KEYS" ]
}

test_second_tree_touches_nothing() {
	local before

	before=$(find out/linux -printf '%p %T@ %C@\n' | sort)
	tree
	[ "$before" = "$(find out/linux -printf '%p %T@ %C@\n' | sort)" ]
}

test_refresh_keeps_message_and_goes_round() {
	sed -i 's/^30$/thirty/' out/linux/mm/a.c
	refresh
	has patches/one.patch '+thirty'
	has patches/one.patch 'Body of one.'
	cp out/linux/mm/a.c a.edited
	rm -rf out
	tree
	cmp a.edited out/linux/mm/a.c
}

test_second_refresh_changes_nothing() {
	cp -r patches out/before
	refresh
	diff -r out/before patches
}

test_patch_that_does_not_apply_stops() {
	sed -i 's/^-20$/-21/' patches/one.patch
	fails 'patches/one.patch mm/a.c 6.12.1' tree
	has out/linux/mm/a.c twenty
	[ -z "$(find . -name '*.rej' -o -name '*.orig')" ]
}

test_no_fuzz() {
	export LINUX_SOURCE=$work/base-3.tar.xz
	fails 'patches/one.patch mm/a.c 6.12.3' tree
	has out/linux/mm/a.c twenty
}

test_other_base() {
	local before

	before=$(stat -c %Y out/linux/mm/b.c)
	LINUX_SOURCE=$work/base-2.tar.xz tree
	has out/linux/mm/a.c zero
	has out/linux/mm/a.c twenty
	[ "$before" = "$(stat -c %Y out/linux/mm/b.c)" ]
}

test_broken_source_leaves_the_tree() {
	head -c 200 "$work/base-2.tar.xz" >broken.tar.xz
	export LINUX_SOURCE=$PWD/broken.tar.xz
	fails 'unpack' tree
	has out/linux/mm/a.c twenty
	LINUX_SOURCE=$work/base-1.tar.xz tree
}

test_unlisted_edit_is_named() {
	echo more >>out/linux/mm/b.c
	fails 'mm/b.c patches/series' refresh
}

test_unlisted_new_file_is_named() {
	echo other >other.c
	fails 'other.c patches/series' refresh
}

test_listed_file_that_is_missing_is_named() {
	sed -i 's,new new,new gone.c,; /^one/a\  new new' patches/series
	fails 'one.patch gone.c' refresh
}

test_two_patches_of_one_file_are_refused() {
	echo '  edit mm/a.c' >>patches/series
	fails 'mm/a.c one.patch' tree
}

test_file_only_in_the_tree_is_named() {
	echo stray >out/linux/mm/stray.c
	fails 'mm/stray.c' refresh
}

test_new_file_over_a_base_file_is_refused() {
	mkdir mm
	echo mine >mm/b.c
	sed -i 's,new new,&\n  new mm,' patches/series
	fails 'mm/b.c edit' tree
	has out/linux/mm/b.c 40
}

test_edited_entry_is_named() {
	echo more >>out/linux/MAINTAINERS
	fails 'MAINTAINERS repository' refresh
}

test_edit_is_never_lost() {
	sed -i 's/^30$/thirty/' out/linux/mm/a.c
	sed -i 's/^+twenty$/+TWENTY/' patches/one.patch
	fails 'mm/a.c refresh' tree
	has out/linux/mm/a.c thirty
}

test_newer_patch_is_never_overwritten() {
	sed -i 's/^+twenty$/+TWENTY/' patches/one.patch
	fails 'mm/a.c make tree' refresh
	has patches/one.patch '+TWENTY'
	tree
	has out/linux/mm/a.c TWENTY
}

test_edit_that_the_patch_makes_too_is_none() {
	sed -i 's/^+twenty$/+TWENTY/' patches/one.patch
	sed -i 's/^twenty$/TWENTY/' out/linux/mm/a.c
	tree
	refresh
}

test_edit_is_told() {
	sed -i 's/^30$/thirty/' out/linux/mm/a.c
	says 'make refresh' tree
}

test_link_goes_with_its_file() {
	echo second >new/second.c
	tree
	[ -L out/linux/new/second.c ]
	rm new/second.c
	tree
	[ ! -L out/linux/new/second.c ]
	[ -L out/linux/new/file.c ]
}

test_adopt_keeps_edits() {
	sed -i 's/^30$/thirty/' out/linux/mm/a.c
	rm -rf out/base.git out/links
	fails 'adopt' tree
	scripts/tree.sh adopt
	has patches/one.patch '+thirty'
	has patches/one.patch '+twenty'
	tree
	has out/linux/mm/a.c thirty
}

test_mails_make_the_tree() {
	mails
	[ "$(find out/series -name '*.patch' | wc -l)" = 2 ]
	grep -qx 'Subject: \[PATCH 1/2\] one: subject' out/series/0001-*
	grep -q 'new/file.c' out/series/0001-*
	grep -q '^+KEXEC' out/series/0002-*
}

test_mails_want_a_refreshed_tree() {
	sed -i 's/^30$/thirty/' out/linux/mm/a.c
	fails 'make refresh' mails
}

test_mails_notice_a_difference() {
	# git am strips this, so the mails cannot make this file
	printf 'line\r\n' >new/file.c
	fails 'new/file.c' mails
}

test_patch_without_a_change_is_refused() {
	cp patches/two.patch patches/three.patch
	echo three.patch >>patches/series
	fails 'three.patch' mails
}

test_lost_symbol_is_named() (
	source scripts/lib.sh
	source scripts/kbuild.sh
	objects=$PWD/objects layers=("$PWD/low.config" "$PWD/high.config")
	mkdir objects
	printf 'CONFIG_A=y\nCONFIG_B=y\nCONFIG_C="x y"\n# CONFIG_D is not set\n' >low.config
	printf '# CONFIG_B is not set\nCONFIG_E=m\n' >high.config
	printf 'CONFIG_A=y\nCONFIG_C="x y"\nCONFIG_E=m\n' >objects/.config
	[ -z "$(lost_symbols)" ]
	printf 'CONFIG_B=y\nCONFIG_C="x"\nCONFIG_D=y\nCONFIG_E=m\n' >objects/.config
	diff - <(lost_symbols) <<-EOS
	  CONFIG_A=y of low.config became n
	  CONFIG_B=n of high.config became y
	  CONFIG_C="x y" of low.config became "x"
	  CONFIG_D=n of low.config became y
	EOS
)

# what no dependency names: a key in an assembler file, .config in kernel/configs.c
test_compiler_cache_knows_what_is_included() (
	export CCACHE_DIR=$PWD/cache
	root=$PWD
	# shellcheck source=scripts/kbuild.sh
	. scripts/kbuild.sh
	echo '.incbin "key"' >key.S
	echo 'asm(".incbin \"key\"");' >key.c
	for key in first second; do
		echo "$key" >key
		for file in key.S key.c; do
			gcc -Wp,-MMD,key.d -c -o key.o "$file"
			objcopy -O binary -j .text key.o said
			has said "$key"
		done
	done
)

# stand_in FILE LINE...: a script of these lines
stand_in() {
	local file=$1
	shift

	mkdir -p "$(dirname "$file")"
	printf '#!/bin/bash\n' >"$file"
	printf '%s\n' "$@" >>"$file"
	chmod +x "$file"
}

stand_ins() {
	stand_in scripts/kernel.sh 'exit 0'
	stand_in scripts/check.sh 'echo 1 passed, 0 failed'
	stand_in tools/testing/kho/run-it.sh 'echo 2 passed, 0 failed'
	stand_in tools/testing/selftests/kho/run.sh '[ "$1" != --variants ] || exit 0' \
		'echo 3 passed, 0 failed'
}

test_test_sums_parts() {
	stand_ins
	[ "$(scripts/test.sh x86_64 | tail -n 1)" = "9 passed, 0 failed" ]
}

test_test_counts_a_part_that_dies() {
	stand_ins
	stand_in tools/testing/kho/run-it.sh 'echo 2 passed, 0 failed' 'echo then it died'
	fails '7 passed, 1 failed' scripts/test.sh x86_64
}

test_test_counts_a_bad_end() {
	stand_ins
	stand_in scripts/check.sh 'echo 1 passed, 0 failed' 'exit 3'
	fails '9 passed, 1 failed' scripts/test.sh x86_64
}

test_test_counts_a_kernel_that_does_not_build() {
	stand_ins
	stand_in scripts/kernel.sh 'exit 1'
	fails '9 passed, 1 failed' scripts/test.sh x86_64
}

test_test_sums_what_only_names() {
	stand_ins
	export ONLY='it no-such'
	[ "$(scripts/test.sh x86_64 | tail -n 1)" = "2 passed, 0 failed" ]
	export ONLY='no-such'
	fails 'no-such' scripts/test.sh x86_64
}

test_test_gives_a_part_the_names_in_it() {
	stand_ins
	stand_in tools/testing/selftests/kho/run.sh 'case $1 in' \
		'--runs) echo a-test@plain; echo b-test@debug; exit ;;' \
		'--variants) exit ;;' 'esac' \
		'[ "$*" = "x86_64 a-test a-test@plain" ] && echo 4 passed, 0 failed'
	export ONLY='a-*'
	[ "$(scripts/test.sh x86_64 | tail -n 1)" = "4 passed, 0 failed" ]
}

test_test_names_what_failed_and_was_slow() {
	stand_ins
	stand_in tools/testing/kho/run-it.sh 'sleep 2' 'echo 2 passed, 1 failed'
	scripts/test.sh x86_64 >said || true
	grep -A 1 '^the slowest:' said | grep -qE ' [23] s  it$'
	grep -A 1 '^failed:' said | grep -qE '^  it +out/log/test-it.log$'
}

test_progress_is_told() {
	export PROGRESS_EVERY=1
	stand_ins
	stand_in tools/testing/kho/run-it.sh 'sleep 2.5' 'echo 2 passed, 0 failed'
	says 'simulation: it, 1 s' scripts/test.sh x86_64
}

# ---- all of them ----

for sublevel in 1 2 3; do
	make_base $sublevel
done
(make_repository) >"$work/log" 2>&1 || {
	cat "$work/log"
	echo "FAILED tooling: no repository to test with"
	echo "0 passed, 1 failed"
	exit 1
}

export LINUX_SOURCE=$work/base-1.tar.xz
passed=0 failed=0
for name in $(compgen -A function test_); do
	rm -rf "$work/repo"
	cp -a "$work/template" "$work/repo"
	status=0
	set +e
	(cd "$work/repo" && set -e && "$name") >"$work/log" 2>&1
	status=$?
	set -e
	if [ $status = 0 ]; then
		passed=$((passed + 1))
		echo "ok ${name#test_}"
	else
		failed=$((failed + 1))
		echo "FAILED ${name#test_}"
		sed 's/^/    /' "$work/log"
	fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
