# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a stage asks for what nobody carried"
VERDICT='FAIL stage 1: stage 1 was given no colour'
CMDLINE=

stage0()
{
	:
}

stage1()
{
	local colour

	colour=$(recall colour)
	log "$colour"
}
