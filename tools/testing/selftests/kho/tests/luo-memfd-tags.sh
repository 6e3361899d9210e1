# SPDX-License-Identifier: GPL-2.0-only
ABOUT="memfds with memory tags (MTE): contents come back, tags begin anew"
ARCHES=arm64
VARIANTS=16k
MEMORY=2G
KEXECS=2
CMDLINE="kho=on liveupdate=on"
# Without addresses of 52 bits, which a kexec of 6.12 does not get on with
QEMU_OPTIONS="-machine mte=on -cpu max,lpa2=off"

stage0()
{
	check_generation
	expect "tags" grep -qw mte /proc/cpuinfo
	keep_memfds tags tagged
}

# What was there has other tags now; they are no more to be seen than the first ones.
stage1()
{
	check_generation
	memfds again tags tagged
}

stage2()
{
	check_generation
	find_memfds tags tagged
	finalize
	refuse "something was not claimed" in_log "not claimed and"
}
