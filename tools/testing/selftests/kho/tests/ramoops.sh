# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a ramoops region comes back with what was written"
CMDLINE="kho=on reserve_mem=2M:4096:oops ramoops.mem_name=oops \
ramoops.pmsg_size=0x20000 ramoops.console_size=0x20000 ramoops.ecc=1"
KEXECS=2
MUST="pstore: Registered ramoops"

region()
{
	dmesg | sed -n 's/.*ramoops: using \(0x[0-9a-f]*@0x[0-9a-f]*\).*/\1/p'
}

stage0()
{
	check_generation
	carry region "$(region)"
	echo "written in generation 0" > /dev/pmsg0
}

stage1()
{
	check_generation
	same "ramoops' region" "$(recall region)" "$(region)"
	expect "pmsg of generation 0" \
		grep -q "written in generation 0" /sys/fs/pstore/pmsg-ramoops-0
	expect "console of generation 0" \
		grep -q "khotest: kexec" /sys/fs/pstore/console-ramoops-0
	echo "written in generation 1" > /dev/pmsg0
}

stage2()
{
	check_generation
	same "ramoops' region" "$(recall region)" "$(region)"
	expect "pmsg of generation 1" \
		grep -q "written in generation 1" /sys/fs/pstore/pmsg-ramoops-0
}
