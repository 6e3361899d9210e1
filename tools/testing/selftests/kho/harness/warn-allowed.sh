# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the one warning that is meant to be"
VERDICT='PASS'
CMDLINE=
KEXECS=0
PANIC_ON_WARN=0
ALLOW_WARN='lkdtm_WARNING'
ALLOW_TAINT=512

stage0()
{
	echo WARNING > /sys/kernel/debug/provoke-crash/DIRECT
}
