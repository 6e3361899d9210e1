# SPDX-License-Identifier: GPL-2.0-only
#
# Tells what happens in the demo's machine, from the words on its channel.

# nth DIR KEY N: what was said of KEY the Nth time, from 0
nth()
{
	facts "$1" "$2" | sed -n "$(($3 + 1))p"
}

# moment DIR WORD: when WORD was said first, in microseconds
moment()
{
	sed -n "s/^\([0-9]*\)\.\([0-9]*\) $2\( .*\)\?$/\1\2/p" "$1/words" 2>/dev/null |
		head -1
}

# seconds FROM TO
seconds()
{
	local tenths=$((($2 - $1) / 100000))

	echo "$((tenths / 10)).$((tenths % 10)) s"
}

# region "ADDRESS HEXSIZE"
region()
{
	local address=${1% *} size=${1#* }

	printf '%d MiB at %#x' $((0x$size >> 20)) $((address))
}

# line WHAT TEXT [OWNER]
line()
{
	printf '  %-11s %-58s %s\n' "$1" "$2" "$3"
}

# compare WHAT OWNER MADE FOUND TEXT: as it was, or lost
compare()
{
	if [ -n "$3" ] && [ "$3" = "$4" ]; then
		line "$1" "$5" "$2"
	else
		line LOST "$2: made '$3', found '$4'"
		lost=$((lost + 1))
	fi
}

# "BYTES bytes in N folios, crc32c SUM", as people say it
human_folios()
{
	echo "$1" | awk '{
		sub(",", "", $5)
		printf "%d MiB in %d folios, %s %s", $1 / 1048576, $4,
			$(NF - 1), $NF
	}'
}

tell_made()
{
	local dir=$1 n=$2

	line preserved "$(human_folios "$(nth "$dir" folios_made "$n")")" test_kho
	line "" "$(region "$(nth "$dir" ramoops_at "$n")"), 100 lines by user space" \
		ramoops
	line "" "$(region "$(nth "$dir" trace_at "$n")"), $(nth "$dir" \
		events_made "$n") events" "trace instance"
	line "" "64 MiB in a memfd, md5 $(nth "$dir" memfd_made "$n" | cut -c1-8)" \
		"a program"
	line "in all" "$(($(nth "$dir" preserved "$n") / 4096)) pages; scratch: $(nth \
		"$dir" scratch "$n") areas"
}

tell_found()
{
	local dir=$1 n=$2 before=$(($2 - 1))

	compare verified test_kho "$(nth "$dir" folios_made $before)" \
		"$(nth "$dir" folios_found $before)" \
		"every folio at its address, same checksum"
	compare verified ramoops "100 $(nth "$dir" ramoops_at $before)" \
		"$(nth "$dir" pmsg_found $before) $(nth "$dir" ramoops_at "$n")" \
		"same address, all 100 lines in /sys/fs/pstore"
	compare verified "trace instance" \
		"$(nth "$dir" events_made $before) $(nth "$dir" marks_made \
			$before) $(nth "$dir" trace_at $before)" \
		"$(nth "$dir" events_found $before) $(nth "$dir" marks_found \
			$before) $(nth "$dir" trace_at "$n")" \
		"same address, all $(nth "$dir" events_made $before) events"
	compare verified "a program" "$(nth "$dir" memfd_made $before)" \
		"$(nth "$dir" memfd_found $before)" "its memfd has the same checksum"
	compare verified scratch "$(nth "$dir" scratch $before)" \
		"$(nth "$dir" scratch "$n")" "same areas"
}

# wait_for DIR WORD PID: until it was said or the machine is gone
wait_for()
{
	while [ -z "$(moment "$1" "$2")" ] && kill -0 "$3" 2>/dev/null; do
		sleep 0.1
	done
	[ -n "$(moment "$1" "$2")" ]
}

tell_arrival()
{
	local dir=$1 n=$2 how from="cold boot, nobody handed anything over"

	[ "$n" = 0 ] || from="handed over by $(nth "$dir" previous "$n")"

	[ "$n" != 0 ] || how="up $(seconds "$started" "$(moment "$dir" \
		"boot 0")") after power-on"
	[ "$n" = 0 ] || how="$(seconds "$(moment "$dir" "leave $((n - 1))")" \
		"$(moment "$dir" "boot $n")") from kexec -e to user space"
	echo
	echo "Generation $(nth "$dir" generation "$n"): Linux $(nth "$dir" \
		release "$n"), $how"
	compare "" kernel "$n" "$(nth "$dir" generation "$n")" \
		"$from"
}

# follow DIR KEXECS PID
follow()
{
	local dir=$1 n said started=${EPOCHREALTIME/./}

	lost=0
	for ((n = 0; n <= $2; n++)); do
		said="leave $n"
		[ "$n" -lt "$2" ] || said=pass
		wait_for "$dir" "$said" "$3" || return
		tell_arrival "$dir" "$n"
		[ "$n" = 0 ] || tell_found "$dir" "$n"
		[ "$n" = "$2" ] || tell_made "$dir" "$n"
	done
}

# tell_picture DIR: memory as it was before the last kexec
tell_picture()
{
	local picture

	picture=$(facts "$1" picture)
	[ -n "$picture" ] || return 0
	echo
	echo "What was carried from 1 to 2, as kho status draws it:"
	echo
	echo "$picture"
}

# conclude DIR: the runner's verdict counts, too
conclude()
{
	local status reason

	read -r status reason < "$1/result"
	tell_picture "$1"
	echo
	if [ "$status" = PASS ] && [ "$lost" = 0 ]; then
		echo "Nothing was lost in two handovers."
		return 0
	fi
	echo "$status $reason; $lost of what was handed over lost (log: $1/console)"
	return 1
}
