# SPDX-License-Identifier: GPL-2.0-only
ABOUT="what only the host can see"
VERDICT='FAIL found colour blue'
CMDLINE=
KEXECS=0

host_check()
{
	echo "found colour $(facts "$1" colour)"
}

stage0()
{
	fact colour blue
}
