# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a guest that never comes to an end"
VERDICT='LOST no verdict within [0-9]+ s, last word: boot 0 .*'
CMDLINE=
KEXECS=0
SECONDS_A_BOOT=25

stage0()
{
	while :; do
		:
	done
}
