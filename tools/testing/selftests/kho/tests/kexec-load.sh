# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the old system call: refused while a producer has memory preserved"
CORE=yes
MUST="KHO: kexec_load.* cannot hand over what is preserved; .*kexec -s
KHO: memory is preserved, but the image carries no handover; .*kexec -s"

stage0()
{
	expect "kexec_load with nothing preserved" load_with -c
	preserve state bytes=16M
	refuse "kexec of what kexec_load loaded before" execute
	same "out/finalize" 0 "$(finalized)"
	refuse "kexec_load with memory preserved" load_with -c
	expect "EBUSY" grep -q "busy" /tmp/kexec.err
	expect "kexec_file_load after it" load
}

stage1()
{
	restore state
}
