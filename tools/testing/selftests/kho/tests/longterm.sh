# SPDX-License-Identifier: GPL-2.0-only
ABOUT="long-term pins leave scratch, in a machine whose memory is nearly full"
CORE=yes
SECONDS_A_BOOT=120

pinned_in_the_end()
{
	hold_memory $(($(meminfo MemAvailable) / 1024 - 64))
	[ "$(held_in_scratch 1)" -gt 0 ] || fail "nothing in scratch to begin with"
	release_memory
	hold_memory $((($(meminfo MemAvailable) - $(meminfo CmaFree)) / 1024 - 96)) pin
	same "pinned pages in scratch" 0 "$(held_in_scratch 2)"
	release_memory
}

stage0()
{
	check_generation
	pinned_in_the_end
	preserve state bytes=16M
}

stage1()
{
	check_generation
	restore state
	pinned_in_the_end
}
