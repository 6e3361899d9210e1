# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a session whose program is gone before the kexec is not handed over"
CMDLINE="kho=on liveupdate=on"

stage0()
{
	local name="a name of 63 bytes, with / in it, ----------------------------x"

	same "the link in /proc" "anon_inode:[luo_session] $name" \
		"$(luo link "$name")"
	keep gone 1:4096 2:1048576:huge
	refuse "two sessions of a name" luo keep gone 1:4096
	kill -TERM $STARTED
	wait $STARTED
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
	keep "closed when finalized" 1:4096
	same "the list" "created 1 closed\\040when\\040finalized
	0x1 memfd-v2 0" "$(cat /sys/kernel/debug/liveupdate/sessions)"
	finalize
	refuse "a session while finalized" luo keep late 1:4096
	kill -TERM $STARTED
	wait $STARTED
	same "closing has undone it" 0 "$(finalized)"
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
	keep stays 1:4096
}

stage1()
{
	refuse "a session that was closed" luo find gone
	same "the list" "came 1 stays
	0x1 memfd-v2 0" "$(cat /sys/kernel/debug/liveupdate/sessions)"
	found stays 1:4096
	same "the list, when all is finished" "" \
		"$(cat /sys/kernel/debug/liveupdate/sessions)"
}
