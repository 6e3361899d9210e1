# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a damaged handover is refused whole, whatever is wrong with it"
LONG=89
KEXECS=${ASKED:-25}

# One of each sort, and then all others that damage=list of the driver has but for
# those of damage-blob, for run.sh -n 82
KINDS="fdt-magic fdt-totalsize-large fdt-totalsize-header fdt-struct-offset
fdt-struct-empty fdt-strings-size version page-size-other name-slash token
map-no-ram map-scratch blob-size-all-ones crc-tree-length
table5-odd table4-root table3-twice table1-no-ram
key-no-ram key-scratch key-inside fdt-flip leaf-flip crc-scratch
fdt-totalsize-zero fdt-totalsize-negative fdt-struct-odd fdt-strings-offset
fdt-reserve-offset fdt-version-old fdt-version-new fdt-struct-size
map-zero map-odd map-spare map-all-ones map-length
blob-zero blob-all-ones blob-length blob-size-zero blob-size-length
page-size-length crc-fdt-length crc-scratch-length crc-blob-length
table1-odd table1-scratch table1-self table1-root table1-twice table1-all-ones
table2-odd table2-no-ram table2-scratch table2-self table2-root table2-twice
table2-all-ones table3-odd table3-no-ram table3-scratch table3-self table3-root
table3-all-ones table4-odd table4-no-ram table4-scratch table4-self table4-twice
table4-all-ones table5-no-ram table5-scratch table5-self table5-root table5-twice
table5-all-ones
key-around key-huge key-last key-zero key-one"

# Every stage but the last hands a damaged handover on; every one but the first
# has refused one, has all its memory, and is on for the next.
refused()
{
	expect "generation $1 took a damaged handover" \
		test "$(generation)" = 0
	expect "no reason in refused" test -s $SYSFS/refused
	log "refused: $(cat $SYSFS/refused)"
	in_log "KHO: handover refused: " || fail "no line says why"
	same "enabled" 1 "$(cat $SYSFS/enabled)"
	memory_as_carried
	refuse "half of a handover" test -e $DEBUGFS/in
}

# Fewer tables lead to a leaf where pages are larger.
without_missing_tables()
{
	case $PAGE_SIZE in
	16384)	printf '%s\n' "$@" | grep -v '^table5' ;;
	65536)	printf '%s\n' "$@" | grep -v '^table[45]' ;;
	*)	printf '%s\n' "$@" ;;
	esac
}

# damage N KIND...: the Nth of them, counted from 0
damage()
{
	local nr=$1

	shift
	set -- $(without_missing_tables "$@")
	shift "$nr"
	log "damage: $1"
	expect "damage $1" insmod $DRIVER damage="$1" at=12345
}

for STEP in $(seq 0 $KEXECS); do
	eval "stage$STEP()
	{
		if [ $STEP -eq 0 ]; then
			carry memtotal \"\$(meminfo MemTotal)\"
		else
			refused $STEP
		fi
		[ $STEP -eq $KEXECS ] || damage $STEP \$KINDS
	}"
done
