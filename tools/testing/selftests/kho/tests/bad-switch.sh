# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a value of kho= that means nothing is told and ignored"
CMDLINE="kho=perhaps"
KEXECS=0
MUST="KHO: kho=perhaps is neither on nor off; ignored"

stage0()
{
	expect "sysfs" test -e $SYSFS/enabled
}
