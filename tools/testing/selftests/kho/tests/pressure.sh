# SPDX-License-Identifier: GPL-2.0-only
ABOUT="user memory fills scratch, and the next kexec still works"
KEXECS=2

# Room stays for the image's pages: they cannot come from scratch.
under_pressure()
{
	check_generation
	hold_memory $(($(meminfo MemAvailable) / 1024 - 112))
	[ "$(held_in_scratch 1)" -gt $(($(scratch_bytes) / PAGE_SIZE / 2)) ] ||
		fail "scratch is not usable: $(cat /tmp/hold)"
}

stage0()
{
	preserve state bytes=64M
	under_pressure
	load || fail "kexec -l under pressure"
}

stage1()
{
	under_pressure
	release_memory
	restore state
}

stage2()
{
	restore state
	check_generation
}
