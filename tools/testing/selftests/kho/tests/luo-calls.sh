# SPDX-License-Identifier: GPL-2.0-only
ABOUT="every call of live update with everything that is wrong, by the kernel's selftest"
VARIANTS="plain debug"
LATER=debug
CORE=yes
CPUS=2
CMDLINE="kho=on liveupdate=on"

# tap COMMAND...: a test that speaks TAP, of which all has to be "ok"
tap()
{
	local line

	"$@" > /tmp/tap 2>&1 || {
		grep -vE '^ok' /tmp/tap | while read -r line; do
			log "$line"
		done
		fail "$*: $(grep '^not ok' /tmp/tap | head -1)"
	}
	log "$*: $(tail -1 /tmp/tap)"
	expect "$* has checked nothing" grep -q '^ok ' /tmp/tap
	refuse "$* was skipped" grep -q SKIP /tmp/tap
}

stage0()
{
	tap liveupdate
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
	keep came 1:4096 2:4096
}

stage1()
{
	tap liveupdate came
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
	finalize
	same "unclaimed_bytes" 0 "$(cat $SYSFS/unclaimed_bytes)"
	refuse "something was not claimed" in_log "not claimed and"
}
