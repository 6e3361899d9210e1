# SPDX-License-Identifier: GPL-2.0-only
ABOUT="mem= leaves less than before: refused, and nothing preserved is cut off"
CORE=yes
MEMORY=2G
CMDLINE_1="kho=on mem=1536M"
CMDLINE_2="kho=on"
KEXECS=2

stage0()
{
	check_generation
	preserve state bytes=64M
	carry memtotal "$(meminfo MemTotal)"
}

stage1()
{
	same "generation" 0 "$(generation)"
	expect "no reason in refused" test -s $SYSFS/refused
	log "refused: $(cat $SYSFS/refused)"
	expect "mem= is not in force" \
		test "$(meminfo MemTotal)" -lt $(($(recall memtotal) - 400000))
	check_scratch
	preserve anew bytes=64M
}

# More memory than before is no obstacle.
stage2()
{
	same "generation" 1 "$(generation)"
	restore anew
	check_scratch
}
