# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the old system call with nothing preserved works as ever"

stage0()
{
	carry memtotal "$(meminfo MemTotal)"
	expect "kexec_load with nothing preserved" load_with -c
}

stage1()
{
	same "enabled" 1 "$(cat $SYSFS/enabled)"
	same "generation" 0 "$(generation)"
	memory_as_carried
	check_scratch
}
