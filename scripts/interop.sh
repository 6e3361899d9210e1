#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Handovers between this kernel and mainline's, both ways:
# scripts/interop.sh ARCH [VERSION...]
#
# The sources are Debian's, of suites after this one; they are unpacked into out/ and
# built there with the configuration of the tests. Nothing is installed.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/kbuild.sh
source "$root/scripts/kbuild.sh"

arch=$1
shift

# VERSION, suite, package: a source package's tar, or a package of the source
known="\
6.18 trixie-backports linux=6.18.15-1~bpo13+1
6.19 trixie-backports linux=6.19.11-1~bpo13+1
7.1 trixie-backports linux=7.1.13-1~bpo13+1
7.2 trixie-backports linux-source-7.2
7.3 trixie-backports linux-source-7.3"

[ $# != 0 ] || mapfile -t < <(cut -d ' ' -f 1 <<<"$known") MAPFILE
[ $# != 0 ] || set -- "${MAPFILE[@]}"

# apt with lists of its own, of the mirror that this machine uses
suites=$out/apt/interop

foreign_apt() {
	"$1" -oDir::State::Lists="$suites/lists" -oDir::Cache="$suites/cache" \
		-oDir::Etc::sourcelist="$suites/sources" -oDir::Etc::sourceparts=/dev/null \
		-oDir::State::status="$suites/status" -oAPT::Sandbox::User=root "${@:2}"
}

find_suites() {
	local mirror suite

	mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' |
		awk '$1 == "Debian" && $2 == "Debian" { print $3; exit }')
	[ -n "$mirror" ] || die "apt knows no mirror of Debian: apt-get update first"
	mkdir -p "$suites"/{lists,cache/archives}/partial
	touch "$suites/status"
	for suite in $(cut -d ' ' -f 2 <<<"$known" | sort -u); do
		printf '%s [signed-by=%s] %s %s main\n' \
			deb /usr/share/keyrings/debian-archive-keyring.gpg "$mirror" "$suite" \
			deb-src /usr/share/keyrings/debian-archive-keyring.gpg "$mirror" "$suite"
	done >"$suites/sources"
	foreign_apt apt-get update
}

# fetch PACKAGE: leaves its tar, or the file that has it, in the current folder
fetch() {
	case $1 in
	linux=*) foreign_apt apt-get source --tar-only --download-only "$1" ;;
	*) foreign_apt apt-get download "$1" ;;
	esac
}

unpack() {
	local file

	file=$(find . -maxdepth 1 -name '*.orig.tar.xz' -o -maxdepth 1 -name '*.deb')
	mkdir source
	case $file in
	*.deb) dpkg-deb --fsys-tarfile "$file" |
		tar -xO --wildcards './usr/src/linux-source-*.tar.xz' ;;
	*) cat "$file" ;;
	esac | tar -xJ --strip-components=1 -C source
}

lay_source() {
	local version=$1 suite package

	[ ! -e "$out/mainline-$version/source/.laid" ] || return 0
	read -r _ suite package < <(grep "^$version " <<<"$known") ||
		die "$version is none of $(cut -d ' ' -f 1 <<<"$known" | xargs)"
	[ -e "$suites/sources" ] || logged interop-suites find_suites
	rm -rf "$out/mainline-$version"
	mkdir -p "$out/mainline-$version"
	cd "$out/mainline-$version"
	logged "mainline-$version" fetch "$package"
	logged "mainline-$version" unpack
	touch source/.laid
	cd "$root"
	report interop "mainline $version: $(make -s -C "$out/mainline-$version/source" kernelversion) unpacked"
}

# module KERNEL SOURCE OBJECTS: what hands memory over, built against it
build_module() {
	rm -rf "$objects/interop"
	cp -r "$root/tools/testing/selftests/kho/interop/module" "$objects/interop"
	kernel_make M="$objects/interop" modules
}

build_mainline() {
	source_dir=$out/mainline-$1/source
	choose_kernel "$arch" mainline
	kernel=$arch-mainline-$1
	objects=$out/$kernel
	lock_objects
	[ -e "$objects/.config" ] &&
		[ -z "$(find "${layers[@]}" -newer "$objects/.config")" ] || logged "$kernel-config" merge_layers
	logged "$kernel" build_kernel
	logged "$kernel-module" build_module
	report interop "$kernel: $(cat "$objects/include/config/kernel.release")"
}

may_download() {
	local answer

	[ -n "${YES-}" ] && return
	[ -t 0 ] || die "interop downloads 160 MB for each of: $*" \
		"and builds them, which takes minutes each. YES=1 says that it may."
	read -r -p "Download 160 MB for each of $*, and build them? [y/N] " answer
	[ "$answer" = y ]
}

missing=()
for version; do
	[ -e "$out/mainline-$version/source/.laid" ] || missing+=("$version")
done
[ ${#missing[@]} = 0 ] || may_download "${missing[@]}"

for version; do
	lay_source "$version"
	(build_mainline "$version")
done
source_dir=$tree
choose_kernel "$arch" plain
objects=$out/$kernel
logged interop-module build_module
exec tools/testing/selftests/kho/run.sh --interop "$arch" \
	"${@/#/*@mainline-}"
