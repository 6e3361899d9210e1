# SPDX-License-Identifier: GPL-2.0-only
ABOUT="written for kernels that read kho-v1, asked for before and after finalize"
VARIANTS="plain debug 64k"
KEXECS=2
CMDLINE="kho=on kho_version=v4"

# compatible WORD...: the strings in the FDT that is written
compatible()
{
	local word

	for word; do
		expect "$word in the FDT" grep -q "$word" $SYSFS/dt
	done
}

# Chosen by a word, and nothing else
choice()
{
	same "version as the command line has it" v4 "$(cat $SYSFS/version)"
	refuse "an unknown version" write v2 $SYSFS/version
	expect "its errno" errno_is "Invalid argument"
	same "version is as it was" v4 "$(cat $SYSFS/version)"
	expect "version by the image" write auto $SYSFS/version
	same "version by the image, before one is loaded" "auto v4" \
		"$(cat $SYSFS/version)"
}

stage0()
{
	check_generation
	choice
	preserve mixed bytes=64M
	finalize
	compatible kho-v4 kho-v3
	abort
	expect "v1" write v1 $SYSFS/version
	finalize
	compatible kho-v1
	refuse "kho-v4 in the FDT" grep -q kho-v4 $SYSFS/dt
}

# Once finalized, what is written follows the choice at the kexec
stage1()
{
	check_generation
	expect "kho-v1 came" grep -q kho-v1 /sys/firmware/kho/dt
	restore mixed
	driver_gone
	expect "v4" write v4 $SYSFS/version
	preserve pages kind=pages order=0 stride=7 bytes=12M
	finalize
	compatible kho-v4
	expect "v1" write v1 $SYSFS/version
	compatible kho-v4
}

stage2()
{
	check_generation
	expect "kho-v1 came" grep -q kho-v1 /sys/firmware/kho/dt
	restore pages
}
