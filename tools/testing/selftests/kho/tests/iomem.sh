# SPDX-License-Identifier: GPL-2.0-only
ABOUT="/proc/iomem is not cut up by what a handover keeps"
CORE=yes
MEMORY=2G
KEXECS=1

# kexec_load and crash dump tools take each line for a piece of its own.
lines()
{
	grep -c . /proc/iomem
}

stage0()
{
	check_generation
	preserve pages bytes=32M order=0 stride=2 fill=64
	carry lines "$(lines)"
}

stage1()
{
	check_generation
	within "lines of /proc/iomem" "$(lines)" 1 $(($(recall lines) + 24))
	restore pages
}
