# SPDX-License-Identifier: GPL-2.0-only
#
# What differs between architectures, and nothing else.

# arch_table ARCH: sets ARCH_* for it, or fails
#
# KERNEL	the image, below the build folder
# DEBIAN	what Debian calls the architecture
# LOADER	the dynamic loader that kexec-tools asks for
# CC		what compiles the guest's own small programs
# QEMU		emulator and machine
# CONSOLE	what the kernel calls the serial port
# EARLYCON	the same port before there are drivers
# EFI		the Debian package with UEFI firmware, and the file in it
# NODES_BY	FIRMWARE of tests with NUMA nodes: none where UEFI tells of memory
#		that it puts on no node, so that the kernel makes one of all
# BARE		QEMU's options without UEFI: without it nothing tells the next kernel
#		of the tables that an interrupt translation service writes to, which
#		any kexec is tainted by
# KERNELS	variants that are built for it: page sizes are arm64's, and the debug
#		kernel would find nothing there that it does not find on x86_64
# PLAIN		those of them that a test's "plain" stands for
# CORE		those that run.sh --core takes: where pages may have other sizes, one
#		with large ones, as x86_64 has the small ones
# LEAN		those of them without ACPI, for which there is
# LEAN_EFI	what QEMU needs for them to boot from UEFI; no: they cannot
# FAKE_NODES	what makes them nodes, where nothing but ACPI tells of these
# VERDICT	QEMU's options for the channel of the verdict
# CMDLINE	what a kernel needs to bear a machine that is slow at times
# DEBUG		what the debug kernel does without to come up within minutes: the
#		checkers make ACPI's interpreter so slow that it gives up
arch_table()
{
	ARCH=$1
	case $ARCH in
	x86_64)
		ARCH_KERNEL=arch/x86/boot/bzImage
		ARCH_DEBIAN=amd64
		ARCH_LOADER=lib64/ld-linux-x86-64.so.2
		ARCH_CC=${CROSS_COMPILE-}gcc
		ARCH_QEMU="qemu-system-x86_64 -machine pc,vmport=off"
		ARCH_CPU=qemu64,+rdrand,+rdseed,+pdpe1gb,+ssse3,+sse4.1,+sse4.2
		ARCH_CONSOLE=ttyS0
		ARCH_EARLYCON=uart8250,io,0x3f8
		ARCH_EFI="ovmf usr/share/ovmf/OVMF.fd"
		ARCH_NODES_BY=
		ARCH_BARE=
		ARCH_KERNELS="plain debug features cgroup nokho"
		ARCH_PLAIN="plain"
		ARCH_CORE="plain debug"
		ARCH_LEAN="plain nokho"
		ARCH_LEAN_EFI=no
		ARCH_FAKE_NODES=numa=fake=
		ARCH_VERDICT="-serial chardev:verdict"
		ARCH_CMDLINE="no_timer_check tsc=reliable"
		ARCH_DEBUG="pci=noacpi"
		;;
	arm64)
		ARCH_KERNEL=arch/arm64/boot/Image
		ARCH_DEBIAN=arm64
		ARCH_LOADER=lib/ld-linux-aarch64.so.1
		ARCH_CC=${CROSS_COMPILE-aarch64-linux-gnu-}gcc
		ARCH_QEMU="qemu-system-aarch64 -machine virt,gic-version=3"
		ARCH_CPU=cortex-a76
		ARCH_CONSOLE=ttyAMA0
		ARCH_EARLYCON=pl011,0x9000000
		ARCH_EFI="qemu-efi-aarch64 usr/share/qemu-efi-aarch64/QEMU_EFI.fd"
		ARCH_NODES_BY=none
		ARCH_BARE="-machine its=off"
		ARCH_KERNELS="plain nokho 64k 16k"
		ARCH_PLAIN="plain 64k"
		ARCH_CORE=64k
		ARCH_LEAN="plain nokho 16k"
		ARCH_LEAN_EFI="-machine acpi=off"
		ARCH_FAKE_NODES=
		ARCH_VERDICT="-device virtio-serial-device
			-device virtserialport,chardev=verdict,name=verdict"
		ARCH_CMDLINE=
		ARCH_DEBUG=
		;;
	*)
		echo "no such architecture here: $ARCH" >&2
		return 1
		;;
	esac
}
