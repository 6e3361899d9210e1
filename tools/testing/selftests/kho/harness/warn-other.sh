# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a warning other than the one that is allowed"
VERDICT='FAIL log: WARNING: .*'
CMDLINE=
KEXECS=0
PANIC_ON_WARN=0
ALLOW_WARN='kho_preserve_folio'
ALLOW_TAINT=512

stage0()
{
	echo WARNING > /sys/kernel/debug/provoke-crash/DIRECT
}
