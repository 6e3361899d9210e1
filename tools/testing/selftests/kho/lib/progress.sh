# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Tells that a long step lives, and how far it is: on a terminal in one line that
# renews itself, else in a line every PROGRESS_EVERY (30) seconds. These lines go to
# the output of the first script of all, past whoever collects that of a part.

if [ -z "${PROGRESS_FD-}" ] || ! { : >&"$PROGRESS_FD"; } 2>/dev/null; then
	exec 6>&1
	export PROGRESS_FD=6
fi

# what an ordinary line begins with, so that nothing of the other is left
CLEAR=
[ ! -t "$PROGRESS_FD" ] || CLEAR=$'\r\e[K'

# noted SECONDS STATUS NAME LOG: what took how long and how it ended, for who sums up
noted()
{
	[ -z "${KHO_PARTS-}" ] || printf '%s\t%s\t%s\t%s\n' "$@" >> "$KHO_PARTS"
}

# minutes SECONDS: as people say them
minutes()
{
	if [ "$1" -lt 60 ]; then
		echo "$1 s"
	else
		echo "$(($1 / 60)) min $(($1 % 60)) s"
	fi
}

# progress_loop PARENT COMMAND...
progress_loop()
{
	local parent=$1 every=${PROGRESS_EVERY:-30} since=$SECONDS next line
	shift

	[ -z "$CLEAR" ] || every=1
	next=$every
	while sleep 1 6>&- && kill -0 "$parent" 2>/dev/null; do
		[ $((SECONDS - since)) -ge "$next" ] || continue
		next=$((next + every))
		line="$("$@"), $(minutes $((SECONDS - since)))"
		if [ -n "$CLEAR" ]; then
			printf '%s%.79s' "$CLEAR" "$line"
		else
			printf '%-10s %s\n' ... "$line"
		fi >&"$PROGRESS_FD"
	done
}

# progress COMMAND...: from now on its line is shown, with the time gone since.
# Within a step that is shown already, nothing more is.
progress()
{
	local parent=$BASHPID

	PROGRESS_LOOP=
	[ -z "${PROGRESS-}" ] || return 0
	export PROGRESS=shown
	progress_loop "$parent" "$@" > /dev/null 2>&1 &
	PROGRESS_LOOP=$!
}

progress_end()
{
	[ -n "$PROGRESS_LOOP" ] || return 0
	kill "$PROGRESS_LOOP" 2>/dev/null || true
	wait "$PROGRESS_LOOP" 2>/dev/null || true
	PROGRESS_LOOP=
	unset PROGRESS
	printf '%s' "$CLEAR" >&"$PROGRESS_FD"
}
