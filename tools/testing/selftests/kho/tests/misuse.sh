# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a producer's mistakes are answered and do no harm"
VARIANTS="plain debug"
PANIC_ON_WARN=0
ALLOW_WARN='kho_|test_kho'
ALLOW_TAINT=512

stage0()
{
	driver_checks misuse
	driver_checks errors
	same "preserved_bytes afterwards" 0 "$(cat $SYSFS/preserved_bytes)"
	check_scratch
	preserve sound bytes=16M
}

stage1()
{
	restore sound restore=free
	driver_gone
	driver_checks misuse
	check_generation_after_misuse
}

check_generation_after_misuse()
{
	same "generation" 1 "$(generation)"
	check_scratch
}
