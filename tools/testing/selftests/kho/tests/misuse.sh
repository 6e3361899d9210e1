# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a producer's mistakes are answered and do no harm"
VARIANTS="plain debug"
PANIC_ON_WARN=0
ALLOW_WARN='kho_'
ALLOW_TAINT=512

stage0()
{
	driver_checks misuse
	driver_checks audit
	! has_config KEXEC_HANDOVER_DEBUG ||
		in_log "KHO: and so at [0-9]+ more places" ||
		fail "no line says how many pages were freed"
	driver_checks names
	driver_checks full
	same "preserved_bytes afterwards" 0 "$(cat $SYSFS/preserved_bytes)"
	check_generation
	preserve sound bytes=16M
}

stage1()
{
	check_generation
	restore sound restore=free
	driver_gone
	driver_checks misuse
	check_scratch
}
