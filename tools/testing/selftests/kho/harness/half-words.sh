# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a test that passes without the explicit word"
VERDICT='LOST the machine went away without a verdict'
CMDLINE=
KEXECS=0

stage0()
{
	log "pass"
	tell "passed"
	reboot -f
}
