#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Configures and builds the kernel of out/linux: scripts/kernel.sh ARCH [VARIANT]
#
# The configuration is nothing (tiny-base and tiny of the tree itself) and then small
# layers: shared, the architecture's, the variant's. Builds in out/ARCH, or in
# out/ARCH-VARIANT.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

arch=$1
variant=${2:-plain}
configs=$root/tools/testing/selftests/kho/configs
name=$arch
layers=("$configs/shared.config" "$configs/$arch.config")
if [ "$variant" != plain ]; then
	name=$arch-$variant
	layers+=("$configs/$variant.config")
fi
objects=$out/$name

case $arch in
x86_64) image=arch/x86/boot/bzImage ;;
arm64) image=arch/arm64/boot/Image ;;
*) die "ARCH=$arch: x86_64 or arm64" ;;
esac

# The compiler is ccache's where there is one, found by PATH so that a plain make in
# the same folder runs the same commands.
export PATH=/usr/lib/ccache:$PATH
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

kernel_make() {
	local cross=

	[ "$arch" = "$(uname -m)" ] || [ "$arch-$(uname -m)" = arm64-aarch64 ] ||
		cross=${arch/arm64/aarch64}-linux-gnu-
	make -C "$tree" O="$objects" ARCH="$arch" CROSS_COMPILE="${CROSS_COMPILE-$cross}" "$@"
}

# all that the configuration follows from
config_sum() {
	cat "$0" "${layers[@]}" <(
		cd "$tree" || exit
		{ tree_git diff --name-only base && sort "$out/links"; } |
			{ grep Kconfig || true; } | sort -u | xargs -r sha256sum
	) | sha256sum
}

merge_layers() (
	cd "$tree"
	mkdir -p "$objects"
	export ARCH=$arch CROSS_COMPILE=${CROSS_COMPILE-}
	[ "$arch" = "$(uname -m)" ] || [ "$arch-$(uname -m)" = arm64-aarch64 ] ||
		CROSS_COMPILE=${CROSS_COMPILE:-${arch/arm64/aarch64}-linux-gnu-}
	scripts/kconfig/merge_config.sh -n -O "$objects" \
		kernel/configs/tiny-base.config kernel/configs/tiny.config "${layers[@]}"
)

# every symbol that a layer asks for (the last one that names it counts) is in .config
lost_symbols() {
	awk '
		match($0, /^# CONFIG_[A-Za-z0-9_]+ is not set$/) { $0 = $2 "=n" }
		!/^CONFIG_[A-Za-z0-9_]+=/ { next }
		{ symbol = $0; sub(/=.*/, "", symbol); value = substr($0, length(symbol) + 2) }
		FILENAME == ARGV[ARGC - 1] { have[symbol] = value; next }
		{ want[symbol] = value; layer[symbol] = FILENAME }
		END {
			for (s in want) {
				got = s in have ? have[s] : "n"
				sub(/.*\//, "", layer[s])
				if (got != want[s])
					print s "=" want[s] " (" layer[s] "), but is " got
			}
		}' "${layers[@]}" "$objects/.config" | sort
}

configure() {
	local sum lost

	sum=$(config_sum)
	[ ! -f "$objects/.config" ] || [ "$(cat "$objects/.config-sum" 2>/dev/null)" != "$sum" ] || return 0
	logged "$name-config" merge_layers
	lost=$(lost_symbols)
	[ -z "$lost" ] || die "$name: the configuration did not take" "$lost"
	echo "$sum" >"$objects/.config-sum"
	report kernel "$name configured"
}

for layer in "${layers[@]}"; do
	[ -f "$layer" ] || die "${layer#"$root"/} is missing"
done
configure
logged "$name" kernel_make -j"$(nproc)" "${image##*/}" modules
report kernel "$name: $(cat "$objects/include/config/kernel.release"), $(stat -c %s "$objects/$image" | numfmt --to=iec --suffix=B)"
