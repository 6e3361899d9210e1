# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a line that only a checker prints"
VERDICT='FAIL log: .*suspicious RCU usage'
CMDLINE=
KEXECS=0

stage0()
{
	log "suspicious RCU usage"
}
