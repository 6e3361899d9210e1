# SPDX-License-Identifier: GPL-2.0-only
ABOUT="QEMU does not even start"
VERDICT='LOST QEMU ended with 1: .*'
CMDLINE=
KEXECS=0
QEMU_OPTIONS="-device no-such-thing"

stage0()
{
	:
}
