# SPDX-License-Identifier: GPL-2.0-only
ABOUT="memory with tags (MTE): what came can be read, freed and allocated anew"
ARCHES=arm64
VARIANTS=mte
LATER=mte
MEMORY=2G
CMDLINE="kho=on kasan.mode=sync kasan.fault=panic"
KEXECS=3
QEMU_OPTIONS="-machine mte=on -cpu max"

tagged()
{
	check_generation
	expect "tags are checked" in_log "KernelAddressSanitizer initialized \(hw-tags, mode=sync"
}

stage0()
{
	tagged
	preserve state bytes=128M
}

stage1()
{
	tagged
	restore state
}

# All that was free, and what came, gets tags of its own when it is allocated.
stage2()
{
	tagged
	restore state restore=free
	driver_gone
	head -c 800M /dev/zero > /tmp/all || fail "no room for a file of 800 MiB"
	rm /tmp/all
	preserve areas kind=vmalloc bytes=32M
}

stage3()
{
	tagged
	restore areas
}
