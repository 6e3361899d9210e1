# SPDX-License-Identifier: GPL-2.0-only
#
# One test: its declarations, the files that its guest sees, its run.

# known_kernels VARIANT...: those that this architecture has
known_kernels()
{
	local kernel

	set -- ${@/#plain/$ARCH_PLAIN}
	for kernel in $(printf '%s\n' "$@" | awk '!seen[$0]++'); do
		[[ " $ARCH_KERNELS " != *" $kernel "* ]] ||
			[[ " $NOT_ON " == *" $kernel "* ]] || echo "$kernel"
	done | xargs
}

# load_test FILE VARIANT
load_test()
{
	. "$KHO/lib/declare.sh"
	ASKED=${KHO_KEXECS-}
	[ -z "${ONLY_LONG-}" ] || ASKED=$(sed -n 's/^LONG=//p' "$1")
	NAME=$(basename "$1" .sh)
	KERNEL=$2
	[ "$KERNEL" != 64k ] || MEMORY=4G
	. "$1"
	if [ -n "${ALL_EFI-}" ]; then
		[ "$FIRMWARE" != none ] || VARIANTS=
		FIRMWARE=efi
	fi
	[ "$FIRMWARE" != efi ] || [ "$ARCH_LEAN_EFI" != no ] ||
		NOT_ON+=" $ARCH_LEAN"
	VARIANTS=$(known_kernels $VARIANTS)
	[[ " $ARCHES " == *" $ARCH "* ]] || VARIANTS=
	BOOTS=${BOOTS:-$((KEXECS + 1))}
	[ "$KERNEL" != debug ] || SECONDS_A_BOOT=$((SECONDS_A_BOOT * 5))
}

kernel_dir()
{
	case $1 in
	plain) echo "$OUT/$ARCH" ;;
	*) echo "$OUT/$ARCH-$1" ;;
	esac
}

# sign_module KERNEL FILE: as modules_install does, where the kernel asks for it
sign_module()
{
	local build key

	build=$(kernel_dir "$1")
	key=$build/certs/signing_key
	grep -qs '^CONFIG_MODULE_SIG=y' "$build/.config" || return 0
	"$build/scripts/sign-file" sha256 "$key.pem" "$key.x509" "$2"
}

# lay_out DIR FILE: what the guest sees, copies all of it, as a build may go on
# meanwhile. It goes into the initrd, behind what all guests have.
lay_out()
{
	local dir=$1 file=$2 kernel module

	mkdir -p "$dir/host"
	for kernel in $KERNEL $NEEDS; do
		mkdir -p "$dir/host/modules-$kernel"
		cp -L "$(kernel_dir "$kernel")/$ARCH_KERNEL" \
			"$dir/host/kernel-$kernel" || return 1
		for module in "$(kernel_dir "$kernel")"/lib/test_{kho,luo}.ko \
				"$(kernel_dir "$kernel")"/samples/kho/*.ko; do
			[ -e "$module" ] || continue
			cp -L "$module" "$dir/host/modules-$kernel/" || return 1
			sign_module "$kernel" \
				"$dir/host/modules-$kernel/${module##*/}" ||
				return 1
		done
	done
	cp "$KHO/guest/guest.sh" "$dir/host/" || return 1
	sed "s/^ASKED=/&$ASKED/" "$KHO/lib/declare.sh" \
		> "$dir/host/declare.sh" || return 1
	cp "$file" "$dir/host/test.sh" || return 1
	base_cmdline > "$dir/host/cmdline"
	{
		cat "$OUT/initramfs/$ARCH.cpio"
		(cd "$dir" && find host | cpio --quiet -o -H newc -R 0:0)
	} > "$dir/initrd"
}

# judge_harness RESULT: a test of the harness passes if it was judged as it says
judge_harness()
{
	local verdict

	verdict=$(cat "$1")
	if [[ $verdict =~ ^($VERDICT)$ ]]; then
		echo "PASS judged: $verdict"
	else
		echo "FAIL judged '$verdict', not '$VERDICT'"
	fi > "$1"
}

# run_test FILE VARIANT DIR: leaves DIR/result, "STATUS REASON", and DIR/time
run_test()
{
	local file=$1 variant=$2 dir=$3 start=$EPOCHREALTIME

	rm -rf "$dir"
	mkdir -p "$dir"
	echo "LOST the runner itself failed" > "$dir/result"
	load_test "$file" "$variant"
	echo "$BOOTS" > "$dir/boots"
	if ! lay_out "$dir" "$file" 2> "$dir/qemu"; then
		echo "LOST $(tail -1 "$dir/qemu")" > "$dir/result"
		return
	fi
	QEMU_OPTIONS+=" $(host_options "$dir")"
	watch_vm "$dir" $((BOOTS * SECONDS_A_BOOT * ${KHO_PATIENCE:-1}))
	judge "$dir" > "$dir/result.new" 2> "$dir/judge"
	[ -z "${HARNESS-}" ] || judge_harness "$dir/result.new"
	mv "$dir/result.new" "$dir/result"
	rm -rf "$dir/host" "$dir/initrd"
	echo "$(((${EPOCHREALTIME/./} - ${start/./}) / 100000))" |
		sed 's/.$/.&/;s/^\./0./' > "$dir/time"
}

# prepare LOGS: what all machines need: the initramfs, anew where it is older than
# what it is made of
prepare()
{
	local image=$OUT/initramfs/$ARCH.cpio

	mkdir -p "$OUT/initramfs" "$1"
	KVM=no
	! probe_kvm || KVM=yes
	[ -e "$OUT/firmware/$ARCH/${ARCH_EFI#* }" ] ||
		fetch_packages "$OUT/firmware/$ARCH" "${ARCH_EFI% *}" || return 1
	if [ -n "$(find "$KHO/lib/arch.sh" "$KHO/lib/initramfs.sh" \
			"$KHO"/guest/init "$KHO"/guest/*.[ch] \
			"$TOP"/tools/kho/*.[ch] \
			"$KHO"/../liveupdate/*.c "$TOP/include/uapi/linux/liveupdate.h" \
			-newer "$image" 2>&1 | head -1)" ]; then
		build_initramfs "$image" > "$OUT/log/initramfs.log" 2>&1 || {
			tail "$OUT/log/initramfs.log" >&2
			return 1
		}
	fi
}
