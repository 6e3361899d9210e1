# SPDX-License-Identifier: GPL-2.0-only
ABOUT="sizes that are no whole page blocks are rounded up"
CMDLINE="kho=on kho_scratch=17M,33M,129M"
MEMORY=1G

areas_as_given()
{
	local len sum=0

	for len in $(cat $SYSFS/scratch_len); do
		same "bytes beyond whole page blocks" 0 $((len % (4 << 20)))
		sum=$((sum + len))
	done
	within "scratch" $sum $((179 << 20)) $((191 << 20))
}

stage0()
{
	areas_as_given
	check_generation
	preserve state bytes=16M
}

stage1()
{
	areas_as_given
	check_generation
	restore state
}
