# SPDX-License-Identifier: GPL-2.0-only
ABOUT="eight times as many sessions and files take eight times as long, not more"
LATER=plain
MEMORY=2G
KEXECS=2
ICOUNT=yes
SECONDS_A_BOOT=400
CMDLINE="kho=on liveupdate=on initcall_debug loglevel=4"

SMALL=500
LARGE=4000
FILES=4

# took WHAT US STAGE: that stage has few of them, a later one many
took()
{
	fact "$1" "$2"
	if [ "$STAGE" = "$3" ]; then
		carry "$1" "$2"
	else
		[ "$2" -lt $(($(recall "$1") * LARGE * 3 / SMALL / 2)) ] ||
			fail "$1: $2 us for $LARGE sessions, $(recall "$1") us for $SMALL"
	fi
}

now_us()
{
	tell_luod clock
}

# Everything is frozen, thawed, listed, dropped, and there again
keep_many()
{
	local start

	luod_start
	handlers_start
	background /tmp/many 1 luo many "$1" $FILES
	kill $STARTED
	expect "luo many" wait $STARTED
	took keep "$(sed -n 1p /tmp/many)" 0
	took drop "$(sed -n 2p /tmp/many)" 0
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"

	background /tmp/many 1 luo many "$1" $FILES
	start=$(now_us)
	same "lines" $(($1 * (FILES + 1))) \
		"$(wc -l < /sys/kernel/debug/liveupdate/sessions)"
	took list $(($(now_us) - start)) 0
	# the last of all files refuses
	ask 0 create last last
	ask 0 open a /dev/test_luo_a 1
	ask 0 preserve last a 1
	let_handlers fail z=33
	load || fail "kexec -l"
	finalize
	start=$(now_us)
	ask EDOM kexec
	took freeze $(($(now_us) - start)) 0
	ask 0 close last
}

find_many()
{
	local said

	said=$(dmesg | sed -n 's/.*initcall luo_restore_init.* after \([0-9]*\) usecs/\1/p')
	took restore "$said" 1
	said=$(luo many-found "$1" $FILES) || fail "not all were found"
	took find "$said" 1
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
}

stage0()
{
	keep_many $SMALL
}

stage1()
{
	find_many $SMALL
	keep_many $LARGE
}

stage2()
{
	find_many $LARGE
	finalize
	same "unclaimed_bytes" 0 "$(cat $SYSFS/unclaimed_bytes)"
}
