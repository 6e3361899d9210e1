# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a blob that came damaged costs its own subtree and no other"
KEXECS=7
CMDLINE="kho=on reserve_mem=1M:4096:other"

KINDS="blob-flip blob-spare blob-odd blob-no-ram blob-scratch blob-size-odd
blob-size-no-ram"

# Every stage but the first has one subtree that is refused, and all others.
refused_alone()
{
	same "generation" $1 "$(generation)"
	same "refused" "" "$(cat $SYSFS/refused)"
	in_log "KHO: subtree 'test-damage' is refused: its blob " ||
		fail "no line says which"
	in_log "reserve_mem: other: .* are back" || fail "others are gone"
	expect "what was refused is not retrieved" \
		insmod $DRIVER action=badmsg
	rmmod test_kho
}

# damage N KIND...: the Nth of them, counted from 0
damage()
{
	shift $(($1 + 1))
	log "damage: $1"
	expect "damage $1" insmod $DRIVER damage="$1" at=12345
}

for STEP in $(seq 0 $KEXECS); do
	eval "stage$STEP()
	{
		[ $STEP -eq 0 ] || refused_alone $STEP
		[ $STEP -eq $KEXECS ] || damage $STEP \$KINDS
	}"
done
