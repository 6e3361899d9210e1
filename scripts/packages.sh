#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian packages that a job needs: scripts/packages.sh JOB...
# Installs what is missing as root, else says the one command that does.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

packages_of() {
	case $1 in
	build) echo linux-source-6.12 xz-utils gcc make bc bison flex libelf-dev libssl-dev kmod cpio ccache ;;
	x86_64) ;;
	arm64) echo gcc-aarch64-linux-gnu ;;
	check) echo perl python3 python3-sphinx sparse shellcheck ;;
	vm-x86_64) echo qemu-system-x86 busybox-static kexec-tools ;;
	vm-arm64) echo qemu-system-arm ;;
	*) die "packages.sh: unknown job $1" ;;
	esac
}

missing() {
	local package

	for package in $(for job in "$@"; do packages_of "$job"; done); do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null |
			grep -qx installed || echo "$package"
	done
}

install_packages() {
	export DEBIAN_FRONTEND=noninteractive
	apt-get update
	apt-get install -y --no-install-recommends "$@"
}

mapfile -t wanted < <(missing "$@")
[ ${#wanted[@]} -gt 0 ] || exit 0
command -v apt-get >/dev/null || die "these Debian packages are needed: ${wanted[*]}"
[ "$(id -u)" = 0 ] || die "packages are missing; as root: apt-get install --no-install-recommends ${wanted[*]}"
logged packages install_packages "${wanted[@]}"
report packages "${#wanted[@]} installed"
