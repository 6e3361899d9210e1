# SPDX-License-Identifier: GPL-2.0-only
ABOUT="every other page of most of the machine; /proc/iomem is not cut up by that"
CORE=yes
KEXECS=1

# kexec_load and crash dump tools take each line for a piece of its own.
lines()
{
	grep -c . /proc/iomem
}

stage0()
{
	check_generation
	preserve all bytes=300M order=0 stride=2 fill=64
	carry lines "$(lines)"
}

stage1()
{
	check_generation
	within "lines of /proc/iomem" "$(lines)" 1 $(($(recall lines) + 24))
	restore all
}
