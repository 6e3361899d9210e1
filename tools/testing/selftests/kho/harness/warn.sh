# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a warning of the kernel stops it"
VERDICT='FAIL log: WARNING: .*'
CMDLINE=
KEXECS=0

stage0()
{
	echo WARNING > /sys/kernel/debug/provoke-crash/DIRECT
}
