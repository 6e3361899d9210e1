# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a warning that did not stop it"
VERDICT='FAIL .*(WARNING: |tainted: 512).*'
CMDLINE=
KEXECS=0
PANIC_ON_WARN=0

stage0()
{
	echo WARNING > /sys/kernel/debug/provoke-crash/DIRECT
}
