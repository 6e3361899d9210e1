# SPDX-License-Identifier: GPL-2.0-only
#
# systemd keeps the file descriptors of services over "systemctl kexec" by /dev/liveupdate
# since version 261, which Debian 12 does not have. With KHO_SYSTEMD=yes its packages are
# got from Debian's unstable suite, by apt with lists of its own below OUT.
ABOUT="a service's memfd in systemd's fd store is there after systemctl kexec"
ARCHES=x86_64
VARIANTS=${KHO_SYSTEMD:+cgroup}
CMDLINE="kho=on liveupdate=on systemd.log_target=kmsg systemd.show_status=no"
SECONDS_A_BOOT=120

SYSTEMD_PACKAGES="libc6 libblkid1 libmount1 libpcre2-8-0 libselinux1 libsystemd-shared
	libsystemd0 systemd"
SYSTEMD_PROGRAMS="usr/lib/systemd/systemd usr/lib/systemd/systemd-executor
	usr/lib/systemd/systemd-shutdown usr/bin/systemctl"
SYSTEMD_UNITS="kexec.target shutdown.target umount.target final.target
	systemd-kexec.service"
# Opened by name
SYSTEMD_LIBRARIES="libmount.so.1"
NEW=/tmp/new

# apt_unstable ARGUMENT...
apt_unstable()
{
	local own=$OUT/apt/unstable uri options

	options="-qq -o APT::Sandbox::User=root -o Dir::State=$own
		-o Dir::State::status=/dev/null -o Dir::Cache=$own/cache
		-o Dir::Etc::SourceList=$own/sources.list -o Dir::Etc::SourceParts=/dev/null"
	if [ ! -e "$own/sources.list" ]; then
		uri=$(. /etc/os-release && apt-get indextargets \
			--format "\$(REPO_URI)" "Codename: $VERSION_CODENAME" \
			"Component: main" "Created-By: Packages" | head -n 1)
		mkdir -p "$own/lists/partial" "$own/cache/archives/partial"
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
			"${uri:?}" unstable main > "$own/sources.list"
	fi
	compgen -G "$own/lists/*Packages*" > /dev/null ||
		apt-get $options update || return 1
	apt-get $options "$@"
}

# systemd_tree DIR: its programs, units and libraries, and no links
systemd_tree()
{
	local debs=$OUT/debs/unstable packages=$OUT/initramfs/systemd root=$1/systemd name

	mkdir -p "$debs" "$packages"
	for name in $SYSTEMD_PACKAGES; do
		compgen -G "$debs/${name}_*.deb" > /dev/null ||
			(cd "$debs" && apt_unstable download "$name") || return 1
		dpkg-deb -x "$debs/${name}"_*.deb "$packages" || return 1
	done
	for name in $SYSTEMD_PROGRAMS; do
		copy_with_libraries "$packages" "$root" "$name" || return 1
	done
	for name in $SYSTEMD_LIBRARIES; do
		copy_with_libraries "$packages" "$root" \
			"$(cd "$packages" && find usr/lib -name "$name" -print -quit)" ||
			return 1
	done
	mkdir -p "$root/lib64" "$root/usr/lib/systemd/system"
	cp -L "$packages/usr/lib64/ld-linux-x86-64.so.2" "$root/lib64/" || return 1
	for name in $SYSTEMD_UNITS; do
		cp -L "$packages/usr/lib/systemd/system/$name" \
			"$root/usr/lib/systemd/system/" || return 1
	done
}

host_options()
{
	local root=$1/more

	systemd_tree "$root" >&2 || echo "-no-systemd"
	(cd "$root" && find systemd | cpio --quiet -o -H newc -R 0:0) >> "$1/initrd"
	rm -rf "$root"
}

# unit NAME: what it is
unit()
{
	printf '[Unit]\nDefaultDependencies=no\n%s\n' "$(cat)" \
		> "$NEW/etc/systemd/system/$1"
}

# A root with systemd, our service, and what tells of it at last
new_root()
{
	mkdir $NEW
	mount -t tmpfs none $NEW
	cp -a /systemd/. $NEW/
	mkdir -p $NEW/bin $NEW/etc/systemd/system $NEW/proc $NEW/sys $NEW/dev $NEW/run \
		$NEW/tmp
	cp /bin/busybox /bin/fdstore $NEW/bin/
	echo 0123456789abcdef0123456789abcdef > $NEW/etc/machine-id
	echo "ID=khotest" > $NEW/etc/os-release
	echo "root:x:0:0::/:/bin/false" > $NEW/etc/passwd
	unit default.target <<-END
		Wants=kept.service told.service
		AllowIsolate=yes
	END
	unit kept.service <<-END
		Conflicts=shutdown.target
		Before=shutdown.target
		[Service]
		Type=notify
		ExecStart=/bin/fdstore
		StandardOutput=file:/run/said
		StandardError=kmsg
		FileDescriptorStoreMax=4
		FileDescriptorStorePreserve=yes
	END
	unit told.service <<-END
		After=kept.service
		[Service]
		Type=oneshot
		ExecStart=/bin/busybox sh /told
		StandardError=kmsg
	END
}

stage0()
{
	check_generation
	load || fail "kexec -l"
	new_root
	cat > $NEW/told <<-END
		export PATH=/bin:/usr/bin
		[ "\$(busybox cat /run/said)" = stored ] || {
			echo "fail nothing was stored" > $CHANNEL
			exit 1
		}
		echo "leave 0" > $CHANNEL
		systemctl --no-block kexec
	END
	become switch_root $NEW /usr/lib/systemd/systemd
}

stage1()
{
	check_generation
	new_root
	cat > $NEW/told <<-END
		if [ "\$(busybox cat /run/said)" = found ]; then
			echo pass > $CHANNEL
		else
			echo "fail the service has \$(busybox cat /run/said)" > $CHANNEL
		fi
		busybox reboot -f
	END
	become switch_root $NEW /usr/lib/systemd/systemd
}
