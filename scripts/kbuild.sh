# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with who sources this
# How a kernel is configured and built, in whichever source and build folder. Wants
# source_dir and objects; choose_kernel sets the rest.
#
# The configuration is that of make tinyconfig and then small layers: shared, the
# architecture's, the variant's, and the variant's on this architecture where there
# is one. What no layer names is off.

configs=$root/tools/testing/selftests/kho/configs

# The compiler is ccache's where there is one. It is found by PATH so that a plain
# make in the same folder runs the same commands and rebuilds nothing. It must see what
# is preprocessed: only there does it find .incbin, by which a key or a configuration
# comes in that no dependency names. What was made in one clone serves another: paths
# are relative to the clone, and what kbuild has cut off of __FILE__ is the same
# everywhere.
export PATH=/usr/lib/ccache:$PATH
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1 CCACHE_NODEPEND=1
export CCACHE_IGNOREOPTIONS="-fmacro-prefix-map=*"

# choose_kernel ARCH VARIANT
choose_kernel() {
	arch=$1
	variant=$2
	kernel=$arch
	layers=("$configs/shared.config" "$configs/$arch.config")
	if [ "$variant" != plain ]; then
		kernel=$arch-$variant
		layers+=("$configs/$variant.config")
		[ ! -f "$configs/$kernel.config" ] ||
			layers+=("$configs/$kernel.config")
	fi
	case $arch in
	x86_64) image=arch/x86/boot/bzImage compiler=x86_64-linux-gnu- ;;
	arm64) image=arch/arm64/boot/Image compiler=aarch64-linux-gnu- ;;
	*) die "ARCH=$arch: x86_64 or arm64" ;;
	esac
	[ "${compiler%%-*}" != "$(uname -m)" ] || compiler=
	export ARCH=$arch CROSS_COMPILE=${CROSS_COMPILE-$compiler}

	local layer
	for layer in "${layers[@]}"; do
		[ -f "$layer" ] || die "${layer#"$root"/} is missing"
	done
}

# one build of a folder at a time
lock_objects() {
	mkdir -p "$objects"
	exec 8>"$objects/.lock"
	flock 8
}

kernel_make() {
	make -C "$source_dir" O="$objects" "$@"
}

merge_layers() (
	set -e
	mkdir -p "$objects"
	cd "$source_dir" || exit
	scripts/kconfig/merge_config.sh -n -O "$objects" \
		kernel/configs/tiny-base.config kernel/configs/tiny.config "${layers[@]}"
)

# what a layer asked for (the last one that names a symbol counts) and did not get
lost_symbols() {
	awk '
		/^# CONFIG_[A-Za-z0-9_]+ is not set$/ { $0 = $2 "=n" }
		!/^CONFIG_[A-Za-z0-9_]+=/ { next }
		{ symbol = $0; sub(/=.*/, "", symbol); value = substr($0, length(symbol) + 2) }
		FILENAME == ARGV[ARGC - 1] { have[symbol] = value; next }
		{ want[symbol] = value; layer[symbol] = FILENAME; sub(/.*\//, "", layer[symbol]) }
		END {
			for (s in want) {
				got = s in have ? have[s] : "n"
				if (got != want[s])
					print "  " s "=" want[s] " of " layer[s] " became " got
			}
		}' "${layers[@]}" "$objects/.config" | sort
}

# how make tells of an object that is compiled
compiled='  (CC|AS)( \[M\])? '

# objects that are still to be compiled, as make itself sees it
count_objects() {
	kernel_make -n -k "${image##*/}" modules 2>/dev/null |
		grep -cE "echo '$compiled" || true
}

build_kernel() {
	kernel_make -j"$(nproc)" "${image##*/}" modules
}
