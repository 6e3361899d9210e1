# SPDX-License-Identifier: GPL-2.0-only
#
# Was it a pass? Everything is a failure until the guest has said otherwise, and
# its kernel's log and the number of boots agree.

SPLATS='------------\[ cut here \]------------|WARNING:|\bBUG:|kernel BUG at'
SPLATS+='|Oops:|Call Trace:|Kernel panic|general protection|Unable to handle'
SPLATS+='|KASAN|KFENCE: |UBSAN:|KCSAN:|BUG kmalloc|Bad page state|bad_page'
SPLATS+='|INFO: task .* blocked|rcu: INFO: .*stall|soft lockup|hard LOCKUP'
SPLATS+='|possible (circular|recursive) locking|inconsistent lock state'
SPLATS+='|suspicious RCU usage|held lock freed|sleeping function called'
SPLATS+='|list_(add|del) corruption|refcount_t: |ODEBUG: '
SPLATS+='|pagealloc: |Poison overwritten|unreferenced object'
SPLATS+='|kmemleak: [0-9]+ new suspected|Internal error|segfault at'
SPLATS+='|trap (divide error|invalid opcode)|: not found$'

# clean_log DIR: the log without what the test allows: lines by ALLOW, whole
# warnings by ALLOW_WARN, which is matched against their first lines
clean_log()
{
	tr -d '\r\000' < "$1/console" | awk -v allow="$ALLOW_WARN" '
		/-\[ cut here \]-/ { block = $0; n = 1; keep = 1; next }
		n {
			block = block "\n" $0
			if (allow != "" && /WARNING: / && $0 ~ allow)
				keep = 0
			if (/-\[ end trace /) {
				if (keep)
					print block
				n = 0
			}
			next
		}
		{ print }
		END { if (n) print block }
	' | if [ -n "$ALLOW" ]; then grep -avE -- "$ALLOW"; else cat; fi
}

# words DIR WORD: what was said after WORD, one a line
words()
{
	sed -n "s/^[0-9.]* $2\$//p;s/^[0-9.]* $2 //p" "$1/words"
}

# facts DIR KEY: its values, in the order of the stages
facts()
{
	words "$1" "fact $2"
}

# missing_line DIR: the first of MUST's that is not in the log, or the first of
# MUST_NOT's that is
missing_line()
{
	local line

	while IFS= read -r line; do
		[ -z "$line" ] || grep -aqE -- "$line" "$1/console" || {
			echo "the log lacks: $line"
			return
		}
	done <<< "$MUST"
	while IFS= read -r line; do
		[ -z "$line" ] || ! grep -aqE -- "$line" "$1/console" || {
			echo "the log has: $line"
			return
		}
	done <<< "$MUST_NOT"
}

# wrong_boots DIR: kernels that started and those that came to user space, both
# against the number of kexecs that the test declares
wrong_boots()
{
	local started up

	started=$(grep -ac 'Linux version ' "$1/console")
	up=$(words "$1" boot | grep -c .)
	[ "$started" = "$BOOTS" ] && [ "$up" = "$BOOTS" ] ||
		echo "$started kernels started and $up came up, not $BOOTS"
}

# judge DIR: one line, STATUS REASON
judge()
{
	local dir=$1 end said splat

	end=$(cat "$dir/end" 2>/dev/null)
	if grep -qE '^[0-9.]+ fail' "$dir/words"; then
		echo "FAIL $(words "$dir" fail | head -1)"
		return
	fi
	splat=$(clean_log "$dir" | grep -aE -A2 -m1 -- "$SPLATS" | tr -s ' ' |
		sed 's/^\[[^]]*\] *//;/cut here/d' | head -1)
	[ -z "$splat" ] || { echo "FAIL log: $splat"; return; }
	case $end in
	timeout*) echo "LOST no verdict within ${end#* } s, last word:" \
			"$(tail -1 "$dir/words" | cut -d' ' -f2-)"; return ;;
	"exit 0") ;;
	*) echo "LOST QEMU ended with ${end#* }: $(tail -1 "$dir/qemu")"; return ;;
	esac
	said=$(words "$dir" skip | head -1)
	if [ -n "$said" ]; then
		[ -n "$MAY_SKIP" ] && echo "SKIP $said" ||
			echo "FAIL skipped, which it may not: $said"
		return
	fi
	if ! grep -qE '^[0-9.]+ pass$' "$dir/words"; then
		echo "LOST the machine went away without a verdict"
		return
	fi
	for said in "$(wrong_boots "$dir")" "$(missing_line "$dir")" \
			"$(host_check "$dir")"; do
		[ -z "$said" ] || { echo "FAIL $said"; return; }
	done
	echo "PASS"
}
