# SPDX-License-Identifier: GPL-2.0-only
ABOUT="live update's calls at once: threads, processes, and a kexec on its way"
VARIANTS="plain debug"
LATER=debug
CPUS=2
CMDLINE="kho=on liveupdate=on"

LIST=/sys/kernel/debug/liveupdate/sessions

some_files()
{
	ask 0 create one
	ask 0 open a /dev/test_luo_a 1
	ask 0 open b /dev/test_luo_b 2
	ask 0 open c /dev/test_luo_b 3
	called
}

# One operation of handlers at a time in a session, and one file a token
one_session()
{
	let_handlers wait p
	ask 0 bg x preserve one a 1
	until_called p1
	ask 0 bg y preserve one b 1
	ask 0 bg z preserve one c 2
	sleep 0.2
	called P1 P2 p1
	let_handlers wait ""
	ask 0 join x
	ask EEXIST join y
	ask 0 join z
	called p3
	ask 0 unpreserve one 1
	ask 0 preserve one a 1
	called u1 U2 P2 p1
}

# Finalizing waits for what is being given back, but not for ever
given_back()
{
	let_handlers wait u
	ask 0 bg x unpreserve one 1
	until_called u1
	refuse "finalize while something is given back" write 1 $SYSFS/active
	errno_is busy || fail "$(cat /tmp/write.err)"
	same "finalized" 0 "$(finalized)"
	(sleep 1; echo > $HANDLERS/wait) &
	finalize
	ask 0 join x
	same "given back before it was finalized" 1 "$(finalized)"
	ask EBUSY preserve one a 1
	abort
	ask 0 preserve one a 1
	write "" $HANDLERS/calls
}

# Who comes while all are frozen waits, and goes on when there is no kexec
frozen()
{
	load || fail "kexec -l"
	ask 0 create two
	ask 0 open d /dev/test_luo_b 4
	ask 0 preserve two d 1
	let_handlers fail z=33@4
	let_handlers wait z
	ask 0 bg k kexec
	until_called z3
	ask 0 bg c1 close two
	ask 0 bg c2 create three
	ask 0 bg p preserve one b 9
	# no lock is held meanwhile
	ask one name one
	expect "the list" grep -q "created 2 one" $LIST
	sleep 0.2
	let_handlers wait ""
	ask EDOM join k
	ask 0 join c1
	ask 0 join c2
	ask 0 join p
	let_handlers fail ""
	expect "calls: $(cat $HANDLERS/calls)" \
		grep -q "^p4 z3 z1 z4 t1 t3 " $HANDLERS/calls
}

stage0()
{
	local i

	luod_start
	handlers_start
	some_files
	one_session
	given_back
	frozen
	# a kexec in the midst of it
	ask 0 memfd m 4096
	ask 0 memfd n 4096
	ask 0 create s1 storm
	ask 0 bg m storm s1 m 5
	ask 0 bg n storm three n 6
	ask 0 open e /dev/test_luo_a 5
	let_handlers wait p
	ask 0 bg e preserve one e 5
	until_called p5
	(sleep 1; echo > $HANDLERS/wait) &
	for i in $(seq 50); do
		ask EBUSY kexec
	done
	fail "50 times something was given back just then"
}

stage1()
{
	luod_start
	handlers_start
	ask 0 retrieve one
	ask ENOENT retrieve two
	let_handlers wait r
	ask 0 bg x fetch one x 5
	until_called r5
	ask 0 bg y fetch one y 5
	sleep 0.2
	let_handlers wait ""
	ask 0 join x
	ask 0 join y
	called r5
	ask 5 text x
	ask 5 text y
	# closed while it is being finished
	let_handlers wait f
	ask 0 bg f finish one
	until_called f5
	ask 0 close one
	ask EINVAL retrieve one
	let_handlers wait ""
	ask 0 join f
	ask ENOENT retrieve one
	called q0 q0 q0 q5 f5 f2 f1 R2 F2 f3 R1 F1
	# a session has one finder
	ask 0 bg x retrieve s storm
	ask 0 join x
	ask EINVAL retrieve t storm
	ask 0 close s
	ask 0 retrieve three
	ask 0 close three
	finalize
	same "unclaimed_bytes" 0 "$(cat $SYSFS/unclaimed_bytes)"
}
