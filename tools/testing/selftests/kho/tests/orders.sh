# SPDX-License-Identifier: GPL-2.0-only
ABOUT="folios of each order by itself"
VARIANTS="plain 64k 16k"
MEMORY=2G
KEXECS=11

# Each generation preserves one order anew and finds the one before.
each_order()
{
	check_generation
	if [ "$STAGE" -gt 0 ]; then
		restore order$((STAGE - 1)) restore=free
		driver_gone
	fi
	if [ "$STAGE" -lt 11 ]; then
		preserve order$STAGE bytes=24M order="$STAGE"
	fi
}
stage0() { each_order; }
stage1() { each_order; }
stage2() { each_order; }
stage3() { each_order; }
stage4() { each_order; }
stage5() { each_order; }
stage6() { each_order; }
stage7() { each_order; }
stage8() { each_order; }
stage9() { each_order; }
stage10() { each_order; }
stage11() { each_order; }
