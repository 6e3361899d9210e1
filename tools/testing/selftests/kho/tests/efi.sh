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

# Where an interrupt controller of arm64 keeps what is pending. It cannot be told to
# stop, so the tables stay where they are, whoever runs.
pending_tables()
{
	dmesg | sed -n 's/.*CPU[01]: using .* LPI pending table @\(0x[0-9a-f]*\).*/\1/p' |
		sort | tr '\n' ,
}

stage0()
{
	on_efi
	carry tables "none,$(pending_tables)"
	preserve state bytes=64M
}

stage1()
{
	on_efi
	same "pending tables" "$(recall tables)" "none,$(pending_tables)"
	restore state
}

stage2()
{
	on_efi
	same "pending tables" "$(recall tables)" "none,$(pending_tables)"
	restore state
}
