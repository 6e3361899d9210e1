# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the firmware's log of what it measured stays where it is, beside a handover"
ARCHES=x86_64
VARIANTS=debug
LATER=debug
FIRMWARE=efi
KEXECS=2
SECONDS_A_BOOT=120
MAY_SKIP=yes

# A TPM of swtpm's, where the host has that
host_options()
{
	mkdir "$1/tpm" && swtpm socket --tpm2 --daemon --terminate \
		--tpmstate "dir=$1/tpm" --ctrl "type=unixio,path=$1/tpm/socket" \
		> "$1/swtpm" 2>&1 || return
	echo "-chardev socket,id=tpm,path=$1/tpm/socket" \
		"-tpmdev emulator,id=tpm,chardev=tpm -device tpm-tis,tpmdev=tpm"
}

events()
{
	md5sum /sys/kernel/security/tpm0/binary_bios_measurements | cut -c1-12
}

log_address()
{
	dmesg | sed -n 's/.*efi: .*TPMEventLog=\(0x[0-9a-f]*\).*/\1/p'
}

# If it was anybody's to take, it would be taken now.
check_log()
{
	mount -t securityfs none /sys/kernel/security
	check_generation
	same "where the log lies" "$(recall log)" "$(log_address)"
	same "the log" "$(recall events)" "$(events)"
	hold_memory $(($(meminfo MemAvailable) / 1024 - 64))
	release_memory
	same "the log when memory was full" "$(recall events)" "$(events)"
	restore state
}

stage0()
{
	mount -t securityfs none /sys/kernel/security
	[ -e /sys/kernel/security/tpm0 ] || skip "no TPM: the host has no swtpm"
	check_generation
	carry log "$(log_address)"
	carry events "$(events)"
	refuse "the log lies in scratch" in_scratch "$(log_address)"
	preserve state bytes=256M
}

stage1()
{
	check_log
}

stage2()
{
	check_log
}
