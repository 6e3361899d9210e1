# SPDX-License-Identifier: GPL-2.0-only
ABOUT="folios larger than any that the page allocator has"
VARIANTS="plain 64k 16k"
MEMORY=7G
CMDLINE="kho=on nokaslr"
KEXECS=2

# One of each order: half of what is left is the next, to twice the smallest
if [ "$KERNEL" = 64k ]; then
	FOLIOS="bytes=3G order=15"
else
	FOLIOS="bytes=2040M order=18"
fi

# More is not filled, for who emulates the machine.
stage0()
{
	check_generation
	preserve gigantic $FOLIOS fill=64
}

# Preserved once more as it was restored
stage1()
{
	check_generation
	restore gigantic
}

# What is freed can be had again, in one piece.
stage2()
{
	check_generation
	restore gigantic restore=free
	driver_gone
	preserve again $FOLIOS fill=64
}
