# SPDX-License-Identifier: GPL-2.0-only
ABOUT="default scratch"
ICOUNT=yes
MEMORY=$BENCH_MEMORY
KEXECS=0
CMDLINE="kho=on nokaslr"
SECONDS_A_BOOT=600

stage0()
{
	fact scratch_mib $(($(scratch_bytes) >> 20))
}
