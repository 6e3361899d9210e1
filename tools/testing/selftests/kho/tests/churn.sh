# SPDX-License-Identifier: GPL-2.0-only
ABOUT="what is preserved and unpreserved, a million times, leaves nothing behind"
KEXECS=0
SECONDS_A_BOOT=180

stage0()
{
	driver_checks churn=1000000
	same "preserved_bytes afterwards" 0 "$(cat $SYSFS/preserved_bytes)"
}
