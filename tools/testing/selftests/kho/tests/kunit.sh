# SPDX-License-Identifier: GPL-2.0-only
ABOUT="KHO's KUnit suites, in a booted kernel"
CORE=yes
VARIANTS="plain debug 64k 16k"
KEXECS=0
SECONDS_A_BOOT=120
CMDLINE="kho=on liveupdate=on kunit.enable=1 kunit.filter_glob=kho*"
ALLOW_TAINT=262144
MUST="ok [0-9]+ kho"
# One chunk of what describes an area tells of 512 MiB there.
[ "$KERNEL" != 64k ] || MEMORY=4G

# KTAP: a suite's line is indented by nothing, a case's by four blanks.
cases()
{
	count_in_log "^\[[^]]*\]     $1 [0-9]+ "
}

stage0()
{
	local plan suites

	plan=$(dmesg | sed 's/^\[[^]]*\] //' | sed -n 's/^1\.\.//p' | head -1)
	suites=$(count_in_log '^\[[^]]*\] (not )?ok [0-9]+ ')
	fact kunit_passed "$(cases ok)"
	fact kunit_failed "$(cases 'not ok')"
	expect "no suite" test "$plan" -gt 0
	same "suites that ran" "$plan" "$suites"
	expect "no case" test "$(cases ok)" -gt 0
	same "cases that failed" 0 "$(cases 'not ok')"
}
