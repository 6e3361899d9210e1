# SPDX-License-Identifier: GPL-2.0-only
ABOUT="live update is handed what is wrong: no session came, or one file does not"
LONG=66
KEXECS=${ASKED:-12}
CMDLINE="kho=on liveupdate=on"
VARIANTS="plain debug"
LATER=debug

# FIELD=VALUE, and what comes of it: nothing, all but file 1, all, or all but FLBs
DAMAGE="
sessions=no-ram:none session-name=full:none session-files=sessions:none
session-count=0xffffffffffffffff:none sessions-next=sessions:none
files-count=0xffffffffffffffff:none file-compatible=unknown:file
file-data=no-ram:file file-token=other:none flbs-count=64:none flb-data=odd:flb
files-next=spare:none
compatible=full:none compatible=empty:none
sessions=0:zero sessions=odd:none sessions=0xffffffffffffffff:none
sessions=spare:none sessions=header:none sessions=files:none
flbs=0:flb flbs=odd:none flbs=no-ram:none flbs=spare:none flbs=sessions:none
flbs=0xffffffffffffffff:none flbs=header:none
sessions-next=odd:none sessions-next=no-ram:none sessions-next=spare:none
sessions-next=0xffffffffffffffff:none sessions-next=files:none
sessions-count=0:zero sessions-count=plus:none
sessions-count=0xffffffffffffffff:none sessions-count=0x8000000000000000:none
session-name=empty:none session-name=other:none
session-files=0:none session-files=odd:none session-files=no-ram:none
session-files=spare:none session-files=0xffffffffffffffff:none
session-count=0:none session-count=plus:none
files-next=odd:none files-next=files:none files-next=no-ram:none
files-next=sessions:none files-next=0xffffffffffffffff:none
files-count=0:none files-count=plus:none
file-compatible=empty:none file-compatible=full:none
file-data=0:file file-data=odd:file file-data=0xffffffffffffffff:file
file-data=spare:file file-data=sessions:file
flbs-pages=0:none flbs-pages=2:none flb-name=empty:none flb-name=full:none
flb-count=0:none flb-data=0:flb flb-data=0xffffffffffffffff:flb"

# damage_of N: the Nth, counted from 0
damage_of()
{
	echo $DAMAGE | cut -d' ' -f$(($1 + 1))
}

hand_over()
{
	ask 0 create one one
	ask 0 create two two
	ask 0 memfd x 8192
	ask 0 memfd y 8192
	ask 0 preserve one x 1
	ask 0 preserve one y 2
	ask 0 open b /dev/test_luo_b 3
	ask 0 preserve two b 3
}

# The device is there, as after a cold boot
nothing_came()
{
	ask ENOENT retrieve old one
	ask ENOENT retrieve old two
	refuse "a FLB came" write 1 $HANDLERS/hold_in
	same "lines" 1 "$(count_in_log 'LUO: ')"
	in_log "LUO: what the last kernel left cannot be read" ||
		fail "no line says that"
}

came()
{
	ask 0 retrieve old one
	if [ "$1" = file ]; then
		refuse "file 1 came" test "$(tell_luod fetch old x 1)" = 0
	else
		ask 0 fetch old x 1
		ask 0 compare x 8192
	fi
	ask 0 fetch old y 2
	ask 0 compare y 8192
	ask 0 finish old
	ask 0 close old
	ask 0 retrieve old two
	ask 0 fetch old b 3
	ask 3 text b
	[ "$1" != flb ] ||
		refuse "the FLB came" write 1 $HANDLERS/hold_in
	ask 0 finish old
	ask 0 close old
}

for STEP in $(seq 0 $KEXECS); do
	eval "stage$STEP()
	{
		local did

		luod_start
		handlers_start
		if [ $STEP -gt 0 ]; then
			did=\$(damage_of $((STEP - 1)))
			same generation $STEP \"\$(generation)\"
			case \${did#*:} in
			none)	nothing_came ;;
			zero)	ask ENOENT retrieve old one ;;
			*)	came \${did#*:} ;;
			esac
			log \"\$did\"
		fi
		hand_over
		[ $STEP -lt $KEXECS ] || return 0
		did=\$(damage_of $STEP)
		expect \"luo=\${did%:*}\" insmod $DRIVER luo=\${did%:*}
	}"
done
