# SPDX-License-Identifier: GPL-2.0-only
ABOUT="memory that nobody asks for is the same to the last byte, a generation later"
KEXECS=2
MUST="KHO: subtree 'test-orphan' .* was not claimed"

stage0()
{
	expect "test_kho action=unclaimed" \
		insmod $DRIVER action=unclaimed bytes=32M
}

# Looks through a read-only mapping, and claims nothing by it.
stage1()
{
	driver_checks orphan
	hold_memory $(($(meminfo MemAvailable) / 1024 - 64))
	release_memory
	driver_checks orphan
}

stage2()
{
	refuse "what nobody claimed was handed on" \
		test -e $DEBUGFS/in/sub_fdts/test-orphan
}
