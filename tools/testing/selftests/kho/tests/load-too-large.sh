# SPDX-License-Identifier: GPL-2.0-only
ABOUT="what does not fit into scratch is told when it is loaded"
CMDLINE="kho=on kho_scratch=16M,64M,16M"
MUST="KHO: .*[0-9]+ [KM]iB.*largest.*[0-9]+ [KM]iB"

stage0()
{
	preserve state bytes=16M
	{
		cat "$(initrd)"
		head -c 96m /dev/zero
	} > /tmp/large
	refuse "kexec -l of more than scratch holds" kexec -s -l \
		"/host/kernel-$(param kernel)" --initrd=/tmp/large \
		--command-line="$(next_cmdline "$(param kernel)")"
	rm /tmp/large
}

stage1()
{
	restore state
}
