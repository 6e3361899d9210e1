# SPDX-License-Identifier: GPL-2.0-only
ABOUT="what live update calls of handlers and FLBs, in what order, and who may refuse"
VARIANTS="plain debug"
CMDLINE="kho=on liveupdate=on"
MUST="LUO: token 0x2 of session 'two' cannot be frozen: -EDOM
KHO: live update refuses the kexec: -EDOM"

preserved()
{
	cat $SYSFS/preserved_bytes
}

# FLBs come before the first file that needs them, and go after the last
lifetimes()
{
	called
	ask 0 create one
	ask 0 open a5 /dev/test_luo_a 5
	ask 0 open b6 /dev/test_luo_b 6
	refuse "an FLB that nobody needs" write 1 $HANDLERS/hold_out
	errno_is "No data" || fail "$(cat /tmp/write.err)"
	ask 0 preserve one b6 1
	called P1 p6
	let_handlers hold_out 1
	ask 0 preserve one a5 2
	called P2 p5
	ask EEXIST preserve one b6 1
	ask EBUSY preserve one b6 3
	ask 0 create two
	ask EBUSY preserve two b6 3
	ask EBADF preserve two nothing 3
	ask 0 open null /dev/null
	ask ENOENT preserve two null 3
	ask ENOENT unpreserve one 3
	ask 0 unpreserve one 2
	called u5 U2
	ask 0 unpreserve one 1
	# held by somebody who is no file
	called u6
	let_handlers hold_out 0
	called U1
	ask 0 preserve two b6 1
	ask 0 preserve two a5 2
	ask 0 close two
	called P1 p6 P2 p5 u5 U2 u6 U1
	ask 0 close one
	same "preserved_bytes" 0 "$(preserved)"
}

# Whoever fails, it is as if nobody had asked
failures()
{
	ask 0 create one
	let_handlers fail "P=5@2"
	ask EIO preserve one a5 1
	called P1 P2 U1
	ask 0 preserve one b6 1
	called P1 p6
	let_handlers fail "p=33@5 p=34@7"
	ask EDOM preserve one a5 2
	called P2 p5 U2
	let_handlers fail ""
	ask 0 preserve one a5 2
	called P2 p5
	ask 0 close one
	called u5 U2 u6 U1
	same "preserved_bytes" 0 "$(preserved)"
}

keep_files()
{
	ask 0 create one
	ask 0 create two
	ask 0 open a7 /dev/test_luo_a 7
	ask 0 preserve one a5 1
	ask 0 preserve two b6 1
	ask 0 preserve two a7 2
	ask 0 open a8 /dev/test_luo_a 8
	ask 0 preserve one a8 2
	called P1 P2 p5 p6 p7 p8
}

# Another process has the session as well, and it lives as long as either
passed_on()
{
	has_config UNIX || return 0
	ask one pass one name it
	ask 0 pass one unpreserve it 1
	called u5
	ask 0 preserve one a5 1
	called p5
	ask 0 unpreserve one 2
	ask 0 preserve one a8 2
	called u8 p8
}

# Sessions as they were created, files as they were preserved; one refuses
freeze_refused()
{
	load || fail "kexec -l"
	let_handlers fail "z=33@7"
	refuse "kexec in spite of a handler" execute
	called z5 z8 z6 z7 t6 t8 t5
	same "finalized after a kexec that was refused" 0 "$(finalized)"
	ask 0 unpreserve two 2
	ask 0 preserve two a7 2
	called u7 p7
	finalize
	ask EDOM kexec
	called z5 z8 z6 z7 t6 t8 t5
	same "finalized, as before the kexec" 1 "$(finalized)"
	ask EBUSY create three
	abort
	let_handlers fail ""
	# somebody refuses who comes after live update: all of it is thawed
	expect "test_kho luo=none=0" insmod $DRIVER luo=none=0
	ask EINVAL kexec
	called z5 z8 z6 z7 t7 t6 t8 t5
	driver_gone
}

# Two that know each other, one that knows somebody elsewhere, one that is finished
# before it is retrieved; what is written after it was preserved
friends()
{
	ask 0 create friends
	ask 0 open x /dev/test_luo_b 20
	ask 0 open y /dev/test_luo_b 21
	ask 0 open z /dev/test_luo_b 22
	ask 0 open me /dev/test_luo_b 23
	ask 0 set x 30 y
	ask 0 set y 31 x
	ask 0 set me 33 me
	ask 0 preserve friends x 20
	ask 0 preserve friends y 21
	ask 0 preserve friends z 22
	ask 0 preserve friends me 23
	ask 0 open apart /dev/test_luo_b 24
	ask 0 set apart 34 z
	ask 0 preserve one apart 24
	ask 0 set z 32 y
	ask "32 31" text z
	ask 0 create alone
	ask 0 memfd m 10000
	ask 0 preserve alone m 18446744073709551615
	write "" $HANDLERS/calls
}

stage0()
{
	luod_start
	handlers_start
	lifetimes
	failures
	keep_files
	passed_on
	freeze_refused
	friends
}

# A handler that is not there costs its own files, and may come later
unknown()
{
	ask ENOENT retrieve none
	ask 0 retrieve one
	ask EINVAL retrieve again one
	ask EOPNOTSUPP fetch one a5 1
	ask 0 retrieve alone
	ask 0 fetch alone m 18446744073709551615
	ask 0 compare m 10000
	# the same name does not matter
	ask 0 create alone2 alone
	ask EBUSY preserve alone2 m 1
	ask 0 finish alone
	ask 0 preserve alone2 m 1
	ask 0 close alone
	ask ENOENT retrieve alone
	ask 0 close alone2
	same "preserved_bytes" 0 "$(preserved)"
	handlers_start
}


stage1()
{
	luod_start
	unknown
	# retrieved, and not finished: somebody has to do that
	let_handlers hold_in 1
	let_handlers hold_in 0
	called R1
	refuse "the module of an FLB goes" rmmod test_luo
	ask 0 fetch one a5 1
	ask 5 text a5
	called r5
	ask 0 fetch one again 1
	called
	ask 0 set again 55
	ask 55 text a5
	let_handlers fail "r=33@7 q=1@55"
	# FLB 1 is there for whoever asks
	let_handlers hold_in 1
	ask EBUSY finish one
	called q55
	ask 0 close one
	until_called q55
	in_log "LUO: session 'one' was closed, but cannot be finished now: -EBUSY" ||
		fail "no line says that it cannot be finished"
	write "" $HANDLERS/calls
	ask 0 retrieve one
	let_handlers fail "r=33@7"
	# the newest first: 34 and 8 were never fetched
	ask 0 finish one
	called q55 q0 q0 f34 f8 f55
	ask 0 finish one
	ask ENOENT fetch one a5 1
	called

	ask 0 retrieve two
	ask EDOM fetch two a7 2
	ask EDOM fetch two a7 2
	ask ENOENT fetch two a7 3
	ask 0 fetch two b6 1
	called r7 r6
	ask 0 create new
	ask EBUSY preserve new b6 1
	ask 0 close two
	# FLB 2 was not asked for by anybody: it comes to be finished
	called q6 q0 f0 R2 F2 f6

	ask 0 retrieve f friends
	ask EDEADLK fetch f x 20
	ask EDEADLK fetch f y 21
	ask EDEADLK fetch f me 23
	ask EDEADLK fetch f z 22
	ask 0 close f
	write "" $HANDLERS/calls
	let_handlers hold_in 0
	called F1
	refuse "an FLB that was finished" write 1 $HANDLERS/hold_in
	errno_is "No data" || fail "$(cat /tmp/write.err)"
	ask 0 preserve new b6 1
	ask 0 close new
	called P1 p6 u6 U1
	luod_ends
	expect "rmmod test_luo" rmmod test_luo
	finalize
	refuse "something was not claimed" in_log "not claimed and"
	same "unclaimed_bytes" 0 "$(cat $SYSFS/unclaimed_bytes)"
}
