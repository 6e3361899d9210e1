# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a large memfd, each page at its place, and one of huge pages"
LONG=4096
MEMORY=6G
CMDLINE="kho=on liveupdate=on hugepagesz=2M hugepages=4"
SECONDS_A_BOOT=120

CASE=large=${ASKED:-256}

stage0()
{
	check_generation
	keep_memfds large "$CASE"
	keep_memfds pool huge
}

stage1()
{
	check_generation
	find_memfds large "$CASE"
	find_memfds pool huge
	finalize
	refuse "something was not claimed" in_log "not claimed and"
}
