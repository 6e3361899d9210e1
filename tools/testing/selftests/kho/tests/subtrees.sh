# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a thousand subtrees go, each with its blob, and come"

stage0()
{
	check_generation
	expect "add subtrees" insmod $DRIVER action=subtrees=1000
	same "subtrees" 1001 "$(ls $DEBUGFS/out/sub_fdts | wc -l)"
}

stage1()
{
	check_generation
	same "subtrees" 1001 "$(ls $DEBUGFS/in/sub_fdts | wc -l)"
	driver_checks claim=1000
	same "unclaimed" 0 "$(count_in_log 'was not claimed')"
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
}
