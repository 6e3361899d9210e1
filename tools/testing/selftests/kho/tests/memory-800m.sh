# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a machine of 800 MiB has KHO on, and room to work in"
MEMORY=800M

stage0()
{
	check_generation
	preserve state bytes=64M
	hold_memory $(($(meminfo MemAvailable) / 1024 - 48))
	release_memory
}

stage1()
{
	check_generation
	restore state
}
