# SPDX-License-Identifier: GPL-2.0-only
ABOUT="what nobody claims stays untouched, is named, and goes no further"
CORE=yes
KEXECS=3
MUST="KHO: subtree 'test-claimless' .* was not claimed
KHO: 10[0-9]{6} bytes of the last kernel were not claimed"

stage0()
{
	preserve claimless bytes=10M
}

# Nobody asks for it all through this generation; memory is used up around it.
stage1()
{
	expect "in/sub_fdts" test -e $DEBUGFS/in/sub_fdts/test-claimless
	hold_memory $(($(meminfo MemAvailable) / 1024 - 64))
	release_memory
	restore claimless
}

stage2()
{
	expect "in/sub_fdts" test -e $DEBUGFS/in/sub_fdts/test-claimless
	finalize
	refuse "what nobody claimed is handed on" \
		test -e $DEBUGFS/out/sub_fdts/test-claimless
}

stage3()
{
	refuse "what nobody claimed was handed on" \
		test -e $DEBUGFS/in/sub_fdts/test-claimless
	driver preserved claimless bytes=10M
}
