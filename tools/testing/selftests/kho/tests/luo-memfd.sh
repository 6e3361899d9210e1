# SPDX-License-Identifier: GPL-2.0-only
ABOUT="memfds of a program over two kexecs, through /dev/liveupdate"
CORE=yes
VARIANTS="plain debug 64k 16k"
LATER=debug # where luo-memfd-states is
MEMORY=2G
CPUS=2
KEXECS=2
CMDLINE="kho=on liveupdate=on"

FILES="0:0 1:4096 2:5000:at=77 3:67108864 18446744073709551615:8:at=8
	10:33554432:huge 11:1048576:sparse 12:1048576:empty
	20:4096:seals=1 21:4096:seals=2 22:4096:seals=4 23:4096:seals=8
	24:4096:seals=16 25:4096:seals=62 26:4096:seals=31 27:8192:noexec
	28:8192:noexec:seals=63"

stage0()
{
	check_generation
	keep systemd $FILES
	keep "and another" 0:4096 1:1000000
}

stage1()
{
	check_generation
	found systemd $FILES
	found "and another" 0:4096 1:1000000
	refuse "a session is retrieved twice" luo find systemd
	keep systemd $FILES
}

stage2()
{
	check_generation
	found systemd $FILES
	finalize
	refuse "something was not claimed" in_log "not claimed and"
}
