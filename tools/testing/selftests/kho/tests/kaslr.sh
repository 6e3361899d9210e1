# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the kernel's random address lies in scratch, each time anew"
KEXECS=3

# kernel_text: where the kernel lies in physical memory, from and to
kernel_text()
{
	sed -n 's/^ *\([0-9a-f]*\)-\([0-9a-f]*\) : Kernel \(code\|bss\)$/\1 \2/p' \
		/proc/iomem
}

stage0()
{
	check_generation
	preserve state bytes=16M
}

handed_over()
{
	local from to

	check_generation
	kernel_text > /tmp/text
	expect "/proc/iomem" test -s /tmp/text
	while read -r from to; do
		expect "the kernel at $from is not in scratch" \
			in_scratch "0x$from"
		expect "the kernel at $to is not in scratch" in_scratch "0x$to"
	done < /tmp/text
	fact text "$(head -1 /tmp/text)"
	restore state
}

stage1() { handed_over; }
stage2() { handed_over; }
stage3() { handed_over; }

host_check()
{
	[ "$(facts "$1" text | sort -u | wc -l)" -gt 1 ] ||
		echo "three kernels at the same address"
}
