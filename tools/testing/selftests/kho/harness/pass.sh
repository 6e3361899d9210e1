# SPDX-License-Identifier: GPL-2.0-only
ABOUT="boots, kexecs and passes"
CMDLINE=

stage0()
{
	carry colour blue
}

stage1()
{
	same "what was carried" blue "$(recall colour)"
}
