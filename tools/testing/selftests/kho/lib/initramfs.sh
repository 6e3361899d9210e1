# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's root: Debian's busybox and kexec-tools, unpacked from their
# packages so that a foreign architecture is got the same way, and our init.

# What runs in the guest, and the libraries that kexec asks for
GUEST_PACKAGES="busybox-static kexec-tools libc6 libxencall1 libxendevicemodel1
	libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenmisc4.17
	libxentoolcore1 libxentoollog1 zlib1g liblzma5"

# apt ARGUMENT...: for the guest's architecture. A foreign one has lists of its
# own below OUT, so that the host's stay as they are and nobody has to be root.
apt()
{
	local own=$OUT/apt/$ARCH_DEBIAN options=(-qq -o APT::Sandbox::User=root)

	if [ "$(dpkg --print-architecture)" != "$ARCH_DEBIAN" ]; then
		mkdir -p "$own/lists/partial" "$own/cache/archives/partial"
		options+=(-o "APT::Architecture=$ARCH_DEBIAN"
			-o "APT::Architectures=$ARCH_DEBIAN"
			-o "Dir::State=$own" -o Dir::State::status=/dev/null
			-o "Dir::Cache=$own/cache")
		[ -n "$(ls -A "$own/lists" | grep Packages)" ] ||
			apt-get "${options[@]}" update || return 1
	fi
	apt-get "${options[@]}" "$@"
}

# fetch_packages DIR NAME...: unpacks Debian packages into DIR
fetch_packages()
{
	local root=$1 debs=$OUT/debs/$ARCH_DEBIAN name
	shift

	mkdir -p "$debs" "$root"
	for name in "$@"; do
		if ! compgen -G "$debs/${name}_*.deb" >/dev/null; then
			(cd "$debs" && apt download "$name:$ARCH_DEBIAN") ||
				return 1
		fi
		dpkg-deb -x "$debs/${name}"_*.deb "$root" || return 1
	done
}

# copy_with_libraries FROM TO PROGRAM: PROGRAM and, again and again, what the
# dynamic loader will look for
copy_with_libraries()
{
	local from=$1 to=$2 todo=$3 file name found

	while [ -n "$todo" ]; do
		file=${todo%% *}
		todo=${todo#"$file"}
		todo=${todo# }
		[ -e "$to/$file" ] && continue
		mkdir -p "$to/${file%/*}"
		cp -L "$from/$file" "$to/$file" || return 1
		for name in $(readelf -d "$from/$file" |
				sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
			found=$(cd "$from" && find lib* usr/lib \
				-name "$name" -print -quit 2>/dev/null)
			if [ -z "$found" ]; then
				echo "$file needs $name, which no package of" \
					"GUEST_PACKAGES has" >&2
				return 1
			fi
			todo="$todo${todo:+ }$found"
		done
	done
}

# build_program TO SOURCE OPTION...
build_program()
{
	local to=$1 source=$2
	shift 2

	"$ARCH_CC" -O2 -Wall -Wextra -Werror -pthread "$@" \
		-o "$to/bin/$(basename "$source" .c)" "$source"
}

# build_programs TO: the guest's own programs, and the kernel's selftest, which is
# laid where it finds its harness
build_programs()
{
	local source headers=$OUT/initramfs/$ARCH/headers

	for source in "$KHO"/guest/*.c; do
		build_program "$1" "$source" || return 1
	done
	mkdir -p "$headers/linux"
	cp "$TOP/include/uapi/linux/liveupdate.h" "$headers/linux/" || return 1
	build_program "$1" "$OUT/linux/tools/testing/selftests/liveupdate/liveupdate.c" \
		-I"$headers"
}

# build_tool TO: the kho program, for people in guests as elsewhere
build_tool()
{
	local work=$OUT/initramfs/$ARCH/tool

	mkdir -p "$work" &&
		make -s -C "$OUT/linux/tools/kho" OUTPUT="$work/" \
			CC="$ARCH_CC" &&
		cp "$work/kho" "$1/bin/"
}

# build_initramfs FILE
build_initramfs()
{
	local file=$1 root work=$OUT/initramfs/$ARCH

	root=$work/root
	rm -rf "$root"
	mkdir -p "$root"/{bin,dev,proc,sys,tmp,host}
	fetch_packages "$work/packages" $GUEST_PACKAGES || return 1
	cp "$work/packages/bin/busybox" "$root/bin/" || return 1
	copy_with_libraries "$work/packages" "$root" sbin/kexec || return 1
	copy_with_libraries "$work/packages" "$root" $ARCH_LOADER || return 1
	build_programs "$root" || return 1
	build_tool "$root" || return 1
	cp "$KHO/guest/init" "$root/init" && chmod 755 "$root/init" || return 1
	(cd "$root" && find . | LC_ALL=C sort |
		cpio --quiet -o -H newc -R 0:0) > "$file.new" &&
		mv "$file.new" "$file"
}
