# SPDX-License-Identifier: GPL-2.0-only
ABOUT="vmalloc areas of all sizes, of small pages and of huge ones"
CORE=yes
VARIANTS="plain debug 64k 16k"
KEXECS=2
# One chunk of what describes an area tells of 512 MiB there.
[ "$KERNEL" != 64k ] || MEMORY=4G

stage0()
{
	check_generation
	preserve areas kind=vmalloc bytes=96M
}

stage1()
{
	check_generation
	restore areas
}

stage2()
{
	check_generation
	restore areas restore=free
	driver_gone
	same "preserved_bytes when all is freed" 0 "$(cat $SYSFS/preserved_bytes)"
}
