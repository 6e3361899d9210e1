# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the kernel panics"
VERDICT='FAIL log: .*(Kernel panic|BUG|sysrq: Trigger a crash).*'
CMDLINE=
KEXECS=0

stage0()
{
	echo c > /proc/sysrq-trigger
}
