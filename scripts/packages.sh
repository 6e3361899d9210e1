#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian packages that a job needs: scripts/packages.sh JOB...
# Installs what is missing as root, else says the one command that does.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

packages_of() {
	case $1 in
	build) echo linux-source-6.12 xz-utils gcc libc6-dev make bc bison flex libelf-dev libssl-dev openssl kmod cpio ccache ;;
	x86_64) ;;
	arm64) echo gcc-aarch64-linux-gnu libc6-dev-arm64-cross ;;
	check) echo perl python3 python3-sphinx sparse shellcheck dt-schema bzip2 lz4 zstd ;;
	fuzz) echo clang libclang-rt-dev ;;
	vm-x86_64) echo qemu-system-x86 cpio ;;
	vm-arm64) echo qemu-system-arm device-tree-compiler cpio ;;
	*) die "packages.sh: unknown job $1" ;;
	esac
}

missing() {
	local job package

	for job in "$@"; do
		for package in $(packages_of "$job"); do
			dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null |
				grep -qx installed || echo "$package"
		done
	done
}

# What runs inside the virtual machines is downloaded, not installed. For another
# architecture than this machine's that is done with lists of its own; for this one
# apt has to have lists.
lists_missing() {
	[[ " $* " == *" vm-"* ]] &&
		[ -z "$(apt-cache show busybox-static 2>/dev/null)" ]
}

# the one command that brings what is missing
command_for() {
	local command="apt-get update"

	[ $# = 0 ] || command+=" && apt-get install -y --no-install-recommends $*"
	echo "$command"
}

command -v apt-get >/dev/null || die "this wants Debian: apt-get is missing"
mapfile -t wanted < <(missing "$@")
if [ ${#wanted[@]} = 0 ] && ! lists_missing "$@"; then
	exit 0
fi
command=$(command_for "${wanted[@]}")
[ "$(id -u)" = 0 ] || die "not all that is needed is here; as root: $command"
logged packages env DEBIAN_FRONTEND=noninteractive sh -c "$command"
report packages "${#wanted[@]} installed"
