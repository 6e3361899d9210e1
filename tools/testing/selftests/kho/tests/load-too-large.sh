# SPDX-License-Identifier: GPL-2.0-only
ABOUT="what does not fit into scratch is told when it is loaded"
CMDLINE="kho=on kho_scratch=16M,64M,16M"
MUST="KHO: .*[0-9]+ [KM]iB.*largest.*[0-9]+ [KM]iB"

stage0()
{
	preserve state bytes=16M
	{
		cat /host/initrd
		head -c 96m /dev/zero
	} > /tmp/initrd
	refuse "kexec -l of more than scratch holds" kexec -s -l \
		"/host/kernel-$(param kernel)" --initrd=/tmp/initrd \
		--command-line="$(next_cmdline "$(param kernel)")"
	rm /tmp/initrd
}

stage1()
{
	restore state
}
