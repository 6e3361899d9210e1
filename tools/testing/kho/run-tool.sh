#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run the kho program on saved machines and small images, and on damaged ones, with
# sanitizers. One line a test, then the sums.
#
# What it says is compared with tool/*.golden; --update makes these anew, to be looked
# through with git diff.
#
# TREE: the assembled tree, for libfdt; OUTPUT: where to build.

root=$(cd "$(dirname "$0")/../../.." && pwd) || exit 1
tree=${TREE:-$root/out/linux}
[ -d "$tree/scripts/dtc" ] || tree=$root
cd "$(dirname "$0")" || exit 1
output=$(realpath -m "${OUTPUT:-build}")
export ASAN_OPTIONS=detect_leaks=0:exitcode=99
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
update=${1-}

ok() {
	echo "ok     tool: $*"
}

failed() {
	echo "FAILED tool: $*"
}

# ---- what it says ----

# say COMMAND...: the command, what it says, and its status where that is not 0
say() {
	local status=0

	echo "\$ kho $*"
	(exec -a kho "$output/kho" "$@") 2>&1 || status=$?
	[ $status = 0 ] || echo "[$status]"
}

# golden NAME FUNCTION...: what the function prints is what is written down
golden() {
	local name=$1
	shift

	(cd "$work" && "$@") >"$work/$name.golden"
	[ -z "$update" ] || cp "$work/$name.golden" tool/
	if diff -u "tool/$name.golden" "$work/$name.golden" >"$work/diff"; then
		ok "$name: says what it has to"
	else
		sed 's/^/# /' "$work/diff"
		failed "$name: says something else"
	fi
}

say_all() {
	local saved=$1.save

	say -f "$saved" status
	say -f "$saved" map
	say -f "$saved" tree
	say -f "$saved" tree out memblock
	say -f "$saved" tree in nobody
	say -f "$saved" session
	say -f "$saved" session show demo
	say -p -f "$saved" status
	say -j -f "$saved" tree
	say -j -f "$saved" session show demo
}

say_usage() {
	local object

	say help
	for object in $(objects); do
		say "$object" help
	done
	say
	say nothing
	say -j nothing
	say -j
	say -j --neither
	say -j status too much
	say status too much
	say -j tree sideways
	say check
	say -f finalized.save finalize
	say -f finalized.save abort
	say -f finalized.save kexec x
	say -f finalized.save save y
	say -f nowhere.save status
	say -f finalized.save map --svg /nowhere/map.svg
	for saved in bad-*.save; do
		say -f "$saved" status
	done
}

bad_saves() {
	printf 'kho-save 2\nend\n' >bad-version.save
	printf 'kho-save 1\ntext a\n\tb\n' >bad-end.save
	printf 'kho-save 1\ntext a\n\tb\nhexx b\nend\n' >bad-kind.save
	printf 'kho-save 1\n\tb\nend\n' >bad-first.save
	printf 'kho-save 1\nhex a\n\t0g\nend\n' >bad-digit.save
	printf 'kho-save 1\nhex a\n\t001\nend\n' >bad-half.save
	printf 'kho-save 1\nerrno 0 a\nend\n' >bad-errno.save
	printf 'kho-save 1\nend\n' >bad-empty.save
}

# A terminal is not told what is not for it, and programs get what is UTF-8
say_names() {
	say -f names.save status
	say -j -f names.save session
}

names_save() {
	sed 's/^\(text .*previous_release\)$/\1\n\t6.12\x1b[31mred\x07/
		s/test-state$/test\x1b[2Jstate/
		s/^\tcame .*/\tcame 0 a\\040b\\134\\303\\244\\377\\033c/' "$here/tool/came.save"
}

# ---- images ----

# with_file NAME LINE: standard input, a saved machine, with this file more
with_file() {
	sed '$d'
	printf 'text /sys/kernel/kho/%s\n\t%s\nend\n' "$1" "$2"
}

# A machine that reserves nothing, and has loaded an image
demand_save() {
	awk '/^[a-z]/ { drop = /scratch_(len|phys)$/ } !drop || !/^\t/' |
		with_file mode demand | with_file reserved_bytes 0 |
		with_file on_demand_bytes 50331648
}

CMDLINE="kho=on liveupdate=on reserve_mem=2M:4096:oops reserve_mem=1M:4096:trace"

make_images() {
	local images=$output/tool-images size default release version

	"$images" kernel "Linux version 6.12.99-kho (a@b)" kho-v4 kho-v3 luo-v5 memblock-v1 \
		memfd-v2 demand >kernel
	"$images" kernel kho-v4 luo-v5 memblock-v1 memfd-v1 >kernel-memfd
	"$images" kernel kho-v2 kho-v5 memblock-v1 >kernel-other
	"$images" kernel kho-v3 luo-v1 memblock-v1 >kernel-7.1
	"$images" kernel kho-v1 memblock-v1 >kernel-6.18
	"$images" kernel not-kho-v4 kho-v40 xkho-v3 >kernel-without
	for default in ENABLE DEMAND; do
		{ "$images" kernel kho-v4 luo-v5 memblock-v1 memfd-v2; printf 'IKCFG_ST'
			printf 'CONFIG_A=y\nCONFIG_KEXEC_HANDOVER_%s_DEFAULT=y\n' $default |
				gzip -c
			printf 'IKCFG_ED'; } >kernel-$default
	done
	size=$(stat -c %s kernel)
	gzip -c kernel >gz
	xz -c kernel >xz
	xz --format=lzma -c kernel >lzma
	bzip2 -c kernel >bz2
	lz4 -q -l -c kernel >lz4
	zstd -q -c kernel >zst
	"$images" bzimage gz 0 >x86-gz
	for kind in xz lzma bz2 lz4 zst; do
		"$images" bzimage $kind "$size" >x86-$kind
	done
	for kernel in 7.1 6.18 without ENABLE DEMAND memfd other; do
		gzip -c kernel-$kernel >packed
		release=6.12.99-x86
		[[ $kernel != *.* ]] || release=$kernel.1
		"$images" bzimage packed 0 $release >x86-$kernel
	done
	# for a machine of any version
	"$images" kernel kho-v4 kho-v1 | gzip -c >packed
	"$images" bzimage packed 0 >both
	"$images" bzimage gz "$size" >x86-trailing
	"$images" bzimage xz $((size + 1)) >x86-size
	head -c 10000 x86-gz >x86-short
	"$images" bzimage kernel 0 >x86-unpacked
	for shift in 12 14 16; do
		"$images" arm64 kernel $shift >arm64-$shift
	done
	for kernel in 7.1 6.18 without; do
		"$images" arm64 kernel-$kernel 12 >arm64-$kernel
	done
	{ cat arm64-7.1; printf 'Linux version'; } >arm64-end
	gzip -c arm64-12 >arm64-12.gz
	"$images" zboot arm64-12.gz >zboot
	gzip -c arm64-12.gz | gzip -c | gzip -c | gzip -c >wrapped
	echo text >text
	: >empty
	sed 's/^\tx86_64$/\taarch64/' "$here/tool/finalized.save" >arm64.save
	# not finalized, so that there is no tree; and without sessions
	sed 's/^hex \(.*kernel.kho.dt\)$/errno 61 \1/
		/^errno 61/,/^[a-z]* \//{/^\t/d}' "$here/tool/finalized.save" >open.save
	sed '/^\tcreated/d; /^\t\t0x/d' open.save >quiet.save
	for version in auto v1 v3 v4; do
		with_file version "$version" <open.save >sessions-$version.save
		with_file version "$version" <quiet.save >version-$version.save
	done
	sed 's/^\tx86_64$/\taarch64/' version-auto.save >version-arm64.save
	demand_save <quiet.save >demand.save
	with_file on_demand_bytes 0 <quiet.save >beside.save
	head -c 300000000 /dev/zero >large-initrd
	head -c 3000000 /dev/zero >initrd
}

# Of the command line, what speaks for a handover and what against it
say_words() {
	local words

	for words in "kho=demand liveupdate=y" "kho=yes liveupdate=TRUE" "kho=Y" "kho" \
		"kho=on -- kho=off" "-- kho=on" "\"kho=on\" liveupdate=\"on\"" "kho=\"on\" \"" \
		"kho=on liveupdate=On" "kho=on liveupdate=o liveupdate" \
		"kho=on liveupdate=1 liveupdate=perhaps liveupdate=of"; do
		say -f finalized.save check x86-gz --command-line "$words ${CMDLINE#* * }"
	done
	say -f finalized.save check x86-ENABLE --command-line "kho=demand ${CMDLINE#* }"
}

# What is written is for the image, where it is not chosen
say_versions() {
	local version image saved

	for version in auto v1 v3 v4; do
		for image in x86-gz x86-7.1 x86-6.18; do
			say -f version-$version.save check $image
			say -f sessions-$version.save check $image
		done
	done
	for saved in version-auto.save mainline.save mainline-v1.save; do
		say -f $saved check x86-other
		say -f $saved check x86-6.18
	done
	for image in arm64-7.1 arm64-6.18 arm64-without; do
		say -f version-arm64.save check $image
	done
}

say_images() {
	local saved=finalized.save image

	for image in x86-*; do
		say -f $saved check "$image" --initrd initrd
	done
	say -j -f $saved check x86-gz
	say -f $saved check x86-gz --initrd large-initrd
	say -f $saved check x86-gz --initrd nowhere
	say -f $saved check x86-gz --initrd empty
	say -f $saved check x86-gz --reuse-cmdline
	say -f $saved check x86-gz --reuse-cmdline --command-line x
	say -f $saved check x86-gz --yes
	say -f $saved check x86-gz --command-line ""
	say -f $saved check x86-gz --command-line "$CMDLINE kho=off"
	say -f $saved check x86-gz --command-line "kho=off $CMDLINE kho=perhaps"
	say -f $saved check x86-gz --command-line "dyndbg=\"kho=on liveupdate=on\""
	say -f $saved check x86-ENABLE --command-line "${CMDLINE#kho=on}"
	say -f $saved check x86-DEMAND --command-line "${CMDLINE#kho=on}"
	say_words
	say_versions
	say -f came.save check x86-gz
	say -f demand.save status
	say -f demand.save map
	say -j -f demand.save status
	say -f demand.save check x86-gz --initrd large-initrd
	say -f beside.save check x86-gz --initrd large-initrd
	say -f open.save check x86-7.1
	say -f open.save check x86-gz
	say -f off.save check x86-gz
	say -f user.save check x86-gz
	say -f $saved check text
	say -f $saved check empty
	say -f $saved check nowhere
	say -f $saved check arm64-12
	for image in arm64-* zboot wrapped; do
		say -f arm64.save check "$image"
	done
	say -f without.save check x86-gz
}

# Without the programs that unpack
say_without_programs() {
	PATH=/nowhere say -f finalized.save check x86-gz
	PATH=/nowhere say -f finalized.save check x86-zst
}

# ---- what comes with it ----

objects() {
	"$output/kho" help | sed -n 's/^ *kho \[OPTIONS\] \([a-z]*\).*/\1/p' | sort -u
}

# words OBJECT: the options and small words that its usage has
words() {
	"$output/kho" "$1" help | sed "s/.*\[OPTIONS\] $1//" |
		grep -oE -- '--[a-z-]+|\b[a-z]+\b' | sort -u
}

# complete_for WORD...: what bash would offer for the last word
complete_for() (
	# shellcheck source=tools/kho/bash-completion/kho
	. "$root/tools/kho/bash-completion/kho"
	COMP_WORDS=(kho "$@")
	COMP_CWORD=$#
	_kho
	printf '%s\n' "${COMPREPLY[@]}" | sed 's/ *$//' | sort -u
)

# Names of sessions are those that somebody gave: quoted, and not expanded
test_names() (
	local dir=$work/completion said

	mkdir -p "$dir/bin"
	printf '#!/bin/sh\nexec "%s/kho" -f "%s/quoted.save" "$@"\n' "$output" "$dir" \
		>"$dir/bin/kho"
	chmod 755 "$dir/bin/kho"
	sed 's/^\tcreated .*/\tcreated 2 $(touch\\040expanded)\n\tcreated 1 my\\040files\\040*/' \
		"$here/tool/finalized.save" >"$dir/quoted.save"
	cd "$dir" || return
	PATH=$dir/bin:$PATH
	said=$(complete_for session show '')
	[ "$said" = '\$\(touch\ expanded\)
my\ files\ \*' ] && [ "$(complete_for session show 'my\ f')" = 'my\ files\ \*' ] &&
		[ ! -e expanded ]
)

test_completion() {
	local object word offered

	diff <({ objects; echo help; } | sort) <(complete_for '' | grep -v ^-) >"$work/diff" ||
		{ failed "completion: objects: $(tr '\n' ' ' <"$work/diff")"; return; }
	for object in $(objects); do
		offered=$(complete_for "$object" ''; complete_for "$object" -)
		for word in $(words "$object"); do
			grep -qx -e "$word" <<<"$offered" ||
				{ failed "completion: no $word for $object"; return; }
		done
	done
	test_names || { failed "completion of names: $(complete_for session show '')"; return; }
	[ "$(complete_for tree o)" = out ] || { failed "completion of a part"; return; }
	[ -z "$(complete_for status st)" ] || { failed "completion of nothing"; return; }
	ok "bash completes what there is"
}

test_man_pages() {
	local object word page

	for object in $(objects); do
		page=$root/tools/kho/Documentation/kho-$object.rst
		[ -e "$page" ] || { failed "no man page of $object"; return; }
		for word in $(words "$object"); do
			grep -q -e "$word" "$page" ||
				{ failed "man page: no $word of $object"; return; }
		done
		grep -q "kho-$object" "$root/tools/kho/Documentation/kho.rst" ||
			{ failed "kho.rst does not name $object"; return; }
	done
	ok "each object has a man page with its words"
}

test_svg() {
	local cells

	"$output/kho" -f "$here/tool/finalized.save" map --svg "$work/map.svg" >"$work/said" ||
		{ failed "map --svg"; return; }
	cells=$("$output/kho" -f "$here/tool/finalized.save" map | grep '^ ' |
		sed 's/.*0x[0-9a-f]* *\|^ *0  //' | tr -d '\n' | wc -c)
	if [ "$(grep -c '<title>' "$work/map.svg")" = "$cells" ] && [ "$cells" -gt 900 ] &&
	   [ "$(tail -n 1 "$work/map.svg")" = "</svg>" ]; then
		ok "map --svg has as many squares as map has characters"
	else
		failed "map --svg: another number of squares than $cells"
	fi
}

test_save() {
	local saved=$work/live.save

	touch "$saved"
	chmod 644 "$saved"
	if "$output/kho" save "$saved" >"$work/said" && [ "$(stat -c %a "$saved")" = 600 ] &&
	   "$output/kho" save /dev/null >"$work/said" && [ "$(stat -c %a /dev/null)" != 600 ]; then
		ok "save makes a file private, and nothing else"
	else
		failed "save: $(cat "$work/said"), mode $(stat -c %a "$saved")"
	fi
}

# ---- all of them ----

run() {
	local saved

	make -s -j"$(nproc)" OUTPUT="$output" TREE="$tree" tool || {
		failed build
		return
	}
	cp tool/*.save "$work/"
	names_save >"$work/names.save"
	(cd "$work" && bad_saves && make_images)
	for saved in tool/*.save; do
		saved=${saved##*/}
		golden "${saved%.save}" say_all "${saved%.save}"
	done
	golden usage say_usage
	golden names say_names
	golden images say_images
	golden unpacking say_without_programs
	test_svg
	test_save
	test_completion
	test_man_pages
	[ -z "$update" ] || return
	timeout "${TOOL_TIMEOUT:-500}" "$output/tool-kexec" "$work/both" ||
		failed "kexec: ended with $?"
	timeout "${TOOL_TIMEOUT:-500}" "$output/tool-damage" tool/came.save \
		"$work/x86-gz" "$work/arm64-12" || failed "damage: ended with $?"
}

log=$(run 2>&1)
echo "$log"
passed=$(echo "$log" | grep -c '^ok ')
failed=$(echo "$log" | grep -c '^FAILED')
[ "$passed" -gt 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
