# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the default is small, and a 64 MiB initrd fits"
MEMORY=2G

# Random bytes behind the archive: the kernel says so and boots all the same.
stage0()
{
	check_generation
	within "scratch" "$(scratch_bytes)" $((8 << 20)) $((256 << 20))
	preserve state bytes=16M
	{
		cat "$(initrd)"
		head -c 64m /dev/zero
	} > /tmp/large
	expect "kexec -l with a 64 MiB initrd" kexec -s -l \
		"/host/kernel-$(param kernel)" --initrd=/tmp/large \
		--command-line="$(next_cmdline "$(param kernel)")"
	rm /tmp/large
}

stage1()
{
	check_generation
	restore state
}
