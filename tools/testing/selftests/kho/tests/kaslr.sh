# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the kernel lies in scratch, its random address is another each time"
CORE=yes
KEXECS=3

# kernel_parts: where the kernel lies in physical memory, from and to
kernel_parts()
{
	sed -n 's/^ *\([0-9a-f]*\)-\([0-9a-f]*\) : Kernel .*$/\1 \2/p' \
		/proc/iomem
}

kernel_address()
{
	sed -n 's/^\([0-9a-f]*\) . _text$/\1/p' /proc/kallsyms
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
	kernel_parts > /tmp/parts
	expect "the kernel's code, data and more in /proc/iomem" \
		test "$(wc -l < /tmp/parts)" -ge 2
	while read -r from to; do
		expect "the kernel at $from is not in scratch" \
			in_scratch "0x$from"
		expect "the kernel at $to is not in scratch" in_scratch "0x$to"
	done < /tmp/parts
	fact physical "$(head -1 /tmp/parts)"
	fact virtual "$(kernel_address)"
	restore state
}

stage1() { handed_over; }
stage2() { handed_over; }
stage3() { handed_over; }

# differs DIR FACT: it was told, and not the same three times
differs()
{
	facts "$1" "$2" | grep -qE '[1-9a-f]' &&
		[ "$(facts "$1" "$2" | sort -u | wc -l)" -gt 1 ]
}

# arm64 leaves the physical address to who loads the kernel.
host_check()
{
	differs "$1" virtual || echo "three kernels at the same address"
	[ "$ARCH" != x86_64 ] || differs "$1" physical ||
		echo "three kernels at the same physical address"
}
