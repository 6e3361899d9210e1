# SPDX-License-Identifier: GPL-2.0-only
ABOUT="runs of up to 64 GiB"
ICOUNT=yes
MEMORY=72G
KEXECS=0
CMDLINE="kho=on nokaslr"
SECONDS_A_BOOT=400

stage0()
{
	driver_checks span=64
	dmesg | sed -n 's/.*test_kho: span: \([0-9]* pages\)/\1/p' |
		while read -r line; do
			fact span "$line"
		done
}
