# SPDX-License-Identifier: GPL-2.0-only
ABOUT="ten generations with KFENCE, nothing lost, nothing leaked"
KEXECS=10
MEMORY=1G
CMDLINE="kho=on kfence.sample_interval=10"

stage0()
{
	check_generation
	preserve chain bytes=32M
}

# The first generation's free memory is not comparable: the second has the tree
# that came, too.
another_generation()
{
	local free

	check_generation
	free=$(meminfo MemFree)
	if [ "$STAGE" = 2 ]; then
		carry free "$free"
	elif [ "$STAGE" -gt 2 ]; then
		within "MemFree in kB" "$free" $(($(recall free) - 6144)) \
			$(($(recall free) + 6144))
	fi
	restore chain
}

stage1() { another_generation; }
stage2() { another_generation; }
stage3() { another_generation; }
stage4() { another_generation; }
stage5() { another_generation; }
stage6() { another_generation; }
stage7() { another_generation; }
stage8() { another_generation; }
stage9() { another_generation; }
stage10() { another_generation; }
