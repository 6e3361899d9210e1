# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a machine that boots through EFI"
CORE=yes
VARIANTS="plain debug 64k 16k"
LATER=debug # where generations boots from it
FIRMWARE=efi
MEMORY=2G
CPUS=2
KEXECS=2
SECONDS_A_BOOT=120

on_efi()
{
	check_generation
	expect "EFI" test -d /sys/firmware/efi
}

stage0()
{
	on_efi
	preserve state bytes=64M
}

stage1()
{
	on_efi
	restore state
}

stage2()
{
	on_efi
	restore state
}
