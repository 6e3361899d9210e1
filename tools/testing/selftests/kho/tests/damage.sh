# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a damaged handover is refused whole, whatever is wrong with it"
KEXECS=24

# One of each sort; damage=list of the driver has them all.
KINDS="fdt-magic fdt-totalsize-large fdt-totalsize-header fdt-struct-offset
fdt-struct-empty fdt-strings-size version page-size-other name-slash token
map-no-ram map-scratch blob-spare blob-size-all-ones crc-tree-length
table5-odd table4-root table3-twice table1-no-ram
key-no-ram key-scratch key-inside fdt-flip leaf-flip"

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
		if [ $STEP -eq 0 ]; then
			carry memtotal \"\$(meminfo MemTotal)\"
		else
			refused $STEP
		fi
		[ $STEP -eq $KEXECS ] || damage $STEP \$KINDS
	}"
done
