# SPDX-License-Identifier: GPL-2.0-only
ABOUT="three generations under every checker, from UEFI, with nodes of firmware's"
VARIANTS=debug
ARCHES=x86_64
FIRMWARE=efi
CMDLINE="kho=on page_owner=on"
NODES=1G,1G
CPUS=2
KEXECS=3

firmware()
{
	expect "EFI" test -d /sys/firmware/efi
	same "nodes" 2 "$(ls -d /sys/devices/system/node/node[0-9]* | wc -l)"
	expect "nodes are firmware's" in_log "SRAT: Node 1 PXM 1 "
}

stage0()
{
	check_generation
	firmware
	preserve chain bytes=32M
}

another_generation()
{
	check_generation
	firmware
	restore chain
}

stage1() { another_generation; }
stage2() { another_generation; }
stage3() { another_generation; }
