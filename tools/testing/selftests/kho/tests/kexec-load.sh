# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the old system call: refused while a producer has memory preserved"
MUST="KHO: .*kexec -s"
BOOTS=2

stage0()
{
	expect "kexec_load with nothing preserved" load_with -c
	kexec -u
	preserve state bytes=16M
	refuse "kexec_load with memory preserved" load_with -c
	expect "EBUSY" grep -q "busy" /tmp/kexec.err
	expect "kexec_file_load beside it" load
}

stage1()
{
	restore state
}
