# SPDX-License-Identifier: GPL-2.0-only
ABOUT="memmap= takes memory away: beside what is preserved, and where it lies"
ARCHES=x86_64
MEMORY=1280M
KEXECS=3
AWAY=0x20000000
CMDLINE="kho=on memmap=16M\$$AWAY reserve_mem=16M:16M:held"
CMDLINE_2="kho=on reserve_mem=16M:16M:held"
CMDLINE_3="kho=on"

region()
{
	driver_checks "regions_$1" regions=held
	REGION=$(dmesg | sed -n 's/.*region held: .* at //p' | tail -1)
}

# is_away ADDRESS SIZE: taken away as the command line says, all of it
is_away()
{
	in_log "$(printf 'user: \\[mem 0x%016x-0x%016x\\] reserved' \
		$(($1)) $(($1 + $2 - 1)))"
}

stage0()
{
	check_generation
	expect "memmap=" is_away $AWAY $((16 << 20))
	region fill
	preserve state bytes=32M
}

# It does without the same memory, and then the next one has more than this.
stage1()
{
	check_generation
	expect "memmap=" is_away $AWAY $((16 << 20))
	region check
	carry region $REGION
	restore state
	load same "memmap=1M\$$((REGION + (1 << 20)))"
}

# Where the region lies, memory was cut off: refused as a whole, and told.
stage2()
{
	expect "memmap=" is_away $(($(recall region) + (1 << 20))) $((1 << 20))
	same "generation" 0 "$(generation)"
	same "refused" "preserved memory is not in RAM" "$(cat $SYSFS/refused)"
	check_scratch
	preserve anew bytes=32M
}

stage3()
{
	same "generation" 1 "$(generation)"
	restore anew
	check_scratch
}
