# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the sample driver's page of state lives through kexecs"
KEXECS=2

load_sample()
{
	expect "insmod kho_sample" \
		insmod "/host/modules-$(param kernel)/kho_sample.ko"
}

stage0()
{
	load_sample
	in_log "kho_sample: a new state" || fail "no new state"
}

stage1()
{
	load_sample
	in_log "kho_sample: kexec 1, load 2, since kernel" || fail "no state"
}

# Unloaded it takes its state along, and begins anew.
stage2()
{
	load_sample
	in_log "kho_sample: kexec 2, load 3, since kernel" || fail "no state"
	expect "rmmod kho_sample" rmmod kho_sample
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
	load_sample
	same "new states" 1 "$(count_in_log 'kho_sample: a new state')"
	finalized_meanwhile
}

# What is unloaded is gone, also when that was finalized; and it can come again.
finalized_meanwhile()
{
	finalize
	expect "rmmod kho_sample while finalized" rmmod kho_sample
	in_log "KHO: sample_exit.* changes what it preserves" ||
		fail "no line says who"
	same "finalized" 0 "$(finalized)"
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
	finalize
	refuse "insmod kho_sample while finalized" \
		insmod "/host/modules-$(param kernel)/kho_sample.ko"
	abort
	load_sample
}
