# SPDX-License-Identifier: GPL-2.0-only
ABOUT="default scratch of 256 GiB in two nodes: at most 1024 MiB"
ARCHES=x86_64
NODES=128G,128G
CPUS=2
SECONDS_A_BOOT=180

stage0()
{
	check_generation
	within "scratch" "$(scratch_bytes)" $((8 << 20)) $((1024 << 20))
	preserve state bytes=64M
}

stage1()
{
	check_generation
	restore state
}
