# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's side of a test: what runs a stage, and what the stages use.
# Sourced by init. Runs under busybox's shell.
#
# Words on the verdict channel, one a line:
#	boot STAGE RELEASE		user space of this kernel is up
#	fact KEY VALUE			something the host compares or prints
#	skip|fail REASON, pass		the verdict; without one there is none

# The second serial port, or where there is none one of virtio's
CHANNEL=$(ls /dev/ttyS1 /dev/vport*p1 2>/dev/null | head -n 1)
DEBUGFS=/sys/kernel/debug/kho
SYSFS=/sys/kernel/kho
TRACE=/sys/kernel/tracing
PAGE_SIZE=$(awk '/^KernelPageSize:/ { print $2 * 1024; exit }' /proc/self/smaps)

# The runner's own parameters have dots, so that the kernel ignores them.
param()
{
	sed -n "s/.*\\bkhotest\\.$1=\\([^ ]*\\).*/\\1/p" /proc/cmdline
}

tell()
{
	echo "$*" > "$CHANNEL"
	case $1 in
	skip|fail|pass) touch /tmp/spoken ;;
	esac
}

log()
{
	echo "<6>khotest: $*" > /dev/kmsg
}

# fact KEY VALUE...: tells the host, and the next stages (see recall)
fact()
{
	tell fact "$@"
	log "$@"
}

# A stage runs in a subshell of its own: these three end it.
fail()
{
	log "FAIL: $*"
	tell fail "stage $STAGE: $*"
	exit 1
}

skip()
{
	tell skip "$*"
	exit 2
}

# expect WHAT COMMAND...: the command has to succeed
expect()
{
	local what=$1
	shift
	"$@" || fail "$what"
}

# refuse WHAT COMMAND...: the command has to fail
refuse()
{
	local what=$1
	shift
	if "$@"; then
		fail "$what"
	fi
}

# same WHAT EXPECTED FOUND
same()
{
	[ "$2" = "$3" ] || fail "$1: expected '$2', found '$3'"
}

# within WHAT VALUE LOW HIGH
within()
{
	[ "$2" -ge "$3" ] && [ "$2" -le "$4" ] ||
		fail "$1 is $2, not within $3 to $4"
}

# carry KEY VALUE: for the stages to come, on the next kernel's command line,
# which has no room for what KEY was before
carry()
{
	CARRY=$(echo "$CARRY" | sed "s/ *\bkhotest\.$1=[^ ]*//g")
	CARRY="$CARRY khotest.$1=$2"
	echo "$CARRY" > /tmp/carry
}

# recall KEY: what an earlier stage carried
recall()
{
	local value

	value=$(param "$1")
	[ -n "$value" ] || fail "stage $STAGE was given no $1"
	echo "$value"
}

# in_log REGEX: says the kernel so far
in_log()
{
	dmesg | grep -qE "$1"
}

count_in_log()
{
	dmesg | grep -cE "$1" || true
}

meminfo()
{
	sed -n "s/^$1: *\\([0-9]*\\) kB/\\1/p" /proc/meminfo
}

has_config()
{
	zcat /proc/config.gz | grep -q "^CONFIG_$1="
}

# write VALUE FILE: without the shell's own message where it fails
write()
{
	{ echo "$1" > "$2"; } 2>/tmp/write.err
}

# errno_is WHAT: the last write failed so
errno_is()
{
	grep -q "$1" /tmp/write.err
}

#
# KHO's own files
#
finalized()
{
	cat $DEBUGFS/out/finalize
}

finalize()
{
	expect "finalize" write 1 $DEBUGFS/out/finalize
	same "out/finalize after finalize" 1 "$(finalized)"
}

abort()
{
	expect "abort" write 0 $DEBUGFS/out/finalize
	same "out/finalize after abort" 0 "$(finalized)"
}

generation()
{
	cat $SYSFS/generation
}

# scratch areas as "address length" lines, hexadecimal
scratch_areas()
{
	paste -d ' ' $DEBUGFS/out/scratch_phys $DEBUGFS/out/scratch_len
}

scratch_bytes()
{
	local sum=0 len

	for len in $(cat $DEBUGFS/out/scratch_len); do
		sum=$((sum + len))
	done
	echo $sum
}

# in_scratch ADDRESS
in_scratch()
{
	scratch_areas | {
		while read -r base len; do
			[ $(($1)) -ge $((base)) ] &&
				[ $(($1)) -lt $((base + len)) ] && exit 0
		done
		exit 1
	}
}

# A digest of the areas: the same after every handover
scratch_digest()
{
	scratch_areas | md5sum | cut -c1-12
}

#
# Between kernels of different versions (../interop)
#

# interop start|hop|end: hand over, take back and hand on, take back
interop()
{
	expect "kho_interop $1" insmod \
		"/host/modules-$(param kernel)/kho_interop.ko" action="$1" max_order=9
}

# 6.16 to 6.18 look at what is finalized when an image is loaded
finalize_by_hand()
{
	[ ! -e $DEBUGFS/out/finalize ] ||
		expect "finalize" write 1 $DEBUGFS/out/finalize
}

#
# The test driver
#
DRIVER=/host/modules-$(param kernel)/test_kho.ko

# last_line WORD NAME: the driver's last message about NAME
last_line()
{
	dmesg | sed -n "s/.*test_kho: $2: $1 //p" | tail -1
}

# driver preserved|restored NAME [PARAMETER...]: loads the driver, which has
# to say that it did the one or the other; sets DRIVER_SAID to what it counted
# (bytes, folios, checksum). One instance at a time.
driver()
{
	local did=$1 name=$2
	shift 2

	expect "test_kho $name $*" insmod $DRIVER name="$name" "$@"
	DRIVER_SAID=$(last_line "$did" "$name")
	[ -n "$DRIVER_SAID" ] || fail "test_kho has not $did $name"
	log "$name $did: $DRIVER_SAID"
}

# preserve NAME [PARAMETER...]: and have the next stages compare with it
preserve()
{
	driver preserved "$@"
	carry "driver_$1" "$(echo "$DRIVER_SAID" | tr ' ' '_')"
}

# restore NAME [PARAMETER...]: the driver finds everything as it was carried
restore()
{
	driver restored "$@"
	same "what test_kho counts of $1" "$(recall "driver_$1")" \
		"$(echo "$DRIVER_SAID" | tr ' ' '_')"
}

driver_gone()
{
	expect "rmmod test_kho" rmmod test_kho
}

# readable FILE: its errors are in /tmp/readable
readable()
{
	cat "$1" 2>/tmp/readable >/dev/null
}

# driver_checks ACTION [PARAMETER...]: single checks, each PASS or FAIL by name
driver_checks()
{
	local action=$1 before
	shift

	before=$(count_in_log 'test_kho: PASS')
	insmod $DRIVER action="$action" "$@" ||
		fail "action=$action: $(dmesg |
			sed -n 's/.*test_kho: FAIL //p' | tail -1)"
	[ "$(count_in_log 'test_kho: PASS')" -gt "$before" ] ||
		fail "test_kho action=$action checked nothing"
	rmmod test_kho 2>/dev/null
	! in_log 'test_kho: FAIL' || fail "a check of action=$action failed"
}

# Allocations may fail: also those that may sleep, and single pages; without a
# backtrace for each.
arm_faults()
{
	local how

	for how in failslab fail_page_alloc; do
		expect "$how" write N /sys/kernel/debug/$how/ignore-gfp-wait
		expect "$how" write 0 /sys/kernel/debug/$how/verbose
	done
	expect "min-order" write 0 /sys/kernel/debug/fail_page_alloc/min-order
}

#
# Memory
#

# hold_memory MIB [pin]: a process that holds so much; what it says is in
# /tmp/hold
hold_memory()
{
	local lines=1 i

	# a reserve for when page blocks change hands, which may have 512 MiB
	write 0 /proc/sys/vm/watermark_boost_factor
	[ "$2" != pin ] || lines=2
	# there before anybody looks into it
	: > /tmp/hold
	hold "$@" > /tmp/hold 2>&1 &
	HOLDER=$!
	for i in $(seq 600); do
		[ "$(wc -l < /tmp/hold)" -lt $lines ] || break
		kill -0 $HOLDER 2>/dev/null || break
		sleep 0.1
	done
	kill -0 $HOLDER 2>/dev/null || fail "hold $*: $(cat /tmp/hold)"
	log "hold $*: $(tr '\n' ' ' < /tmp/hold)"
}

# The pages in scratch at the holder's Nth count
held_in_scratch()
{
	sed -n "$1s/.*in_scratch //p" /tmp/hold
}

release_memory()
{
	kill -TERM $HOLDER
	expect "held memory has changed: $(tail -1 /tmp/hold)" wait $HOLDER
}

# alive PID: who has ended is there until somebody waits for him, but runs nothing
alive()
{
	readlink "/proc/$1/exe" > /dev/null 2>&1
}

# background FILE LINES COMMAND...: starts a program that waits for SIGTERM once it
# has said so many lines, which go to FILE, and its complaints to FILE.err; sets STARTED
# to its process
background()
{
	local file=$1 lines=$2 i
	shift 2

	# it is read before the program has opened it
	: > "$file"
	"$@" >> "$file" 2> "$file.err" &
	STARTED=$!
	for i in $(seq 600); do
		[ "$(wc -l < "$file")" -lt "$lines" ] || break
		alive $STARTED || break
		sleep 0.1
	done
	[ "$(wc -l < "$file")" -ge "$lines" ] && alive $STARTED ||
		fail "$*: $(cat "$file" "$file.err")"
}

# keep SESSION FILE...: a program that preserves memfds (guest/luo.c) and goes on
keep()
{
	background /tmp/keep 1 luo keep "$@"
	log "keep $*: $(cat /tmp/keep)"
}

# found SESSION FILE...: and all of them are found again
found()
{
	same "luo find $*" found "$(luo find "$@" 2>&1)"
}

# luod: a program that does what it is told with sessions and files (guest/luod.c);
# LUOD is its process
luod_start()
{
	mkfifo /tmp/luod.in /tmp/luod.out
	luod /tmp/luod 2>/tmp/luod.err &
	LUOD=$!
}

# tell_luod COMMAND...: prints its answer
tell_luod()
{
	local answer

	echo "$*" > /tmp/luod.in
	read -r answer < /tmp/luod.out
	echo "$answer"
}

# ask ANSWER COMMAND...: which has to be luod's
ask()
{
	local want=$1
	shift

	same "luod $*" "$want" "$(tell_luod "$@")"
}

# luod_ends [SIGNAL]: and with it its files
luod_ends()
{
	kill "-${1:-TERM}" $LUOD
	wait $LUOD || :
	rm /tmp/luod.in /tmp/luod.out
}

#
# The test handlers of live update, lib/test_luo_main.c
#
HANDLERS=/sys/module/test_luo/parameters

handlers_start()
{
	expect "test_luo" insmod /host/modules-$(param kernel)/test_luo.ko
}

# let_handlers PARAMETER VALUE: wait, fail, ...
let_handlers()
{
	expect "test_luo $1=$2" write "$2" "$HANDLERS/$1"
}

# called CALL...: these operations since the last time, in this order
called()
{
	same "calls of handlers" "$*" "$(cat $HANDLERS/calls)"
	write "" $HANDLERS/calls
}

# until_called CALL: a thread of luod gets there
until_called()
{
	local i

	for i in $(seq 600); do
		! grep -q "$1" $HANDLERS/calls || return 0
		sleep 0.05
	done
	fail "nobody calls $1"
}

# keep_memfds SESSION CASE...: as keep, in all states that guest/memfd.c knows
keep_memfds()
{
	memfds keep "$@"
}

# memfds keep|again SESSION CASE...: and it says that it has
memfds()
{
	background /tmp/keep 1 memfd "$@"
	same "memfd $*" kept "$(cat /tmp/keep)"
}

# find_memfds SESSION CASE...
find_memfds()
{
	same "memfd find $*" found "$(memfd find "$@" 2>&1)"
}

# Also allocations that may sleep fail, and single pages; without a backtrace for each
arm_faults()
{
	local how

	for how in failslab fail_page_alloc; do
		expect "$how" write N /sys/kernel/debug/$how/ignore-gfp-wait
		expect "$how" write 0 /sys/kernel/debug/$how/verbose
	done
	expect "min-order" write 0 /sys/kernel/debug/fail_page_alloc/min-order
}

nodes()
{
	ls -d /sys/devices/system/node/node[0-9]* | wc -l
}

pageblock_size()
{
	echo $(($(awk '/^Pages per block:/ { print $4; exit }' \
		/proc/pagetypeinfo) * PAGE_SIZE))
}

# blocks of a migrate type in all zones, in bytes
pageblock_bytes()
{
	awk -v type="$1" -v page="$PAGE_SIZE" '
		/^Pages per block:/ { pages = $4 }
		/^Free pages count/ { column = 0 }
		/^Number of blocks type/ {
			for (i = 1; i <= NF; i++)
				if ($i == type)
					column = i - 2
			next
		}
		column && /^Node/ { sum += $(column + 2) }
		END { printf "%.0f\n", sum * pages * page }
	' /proc/pagetypeinfo
}

# The pageblocks that scratch touches, in bytes. They may be larger than an area:
# 512 MiB with pages of 64K.
scratch_pageblock_bytes()
{
	local size base len i

	size=$(pageblock_size)
	echo $((size * $(scratch_areas | while read -r base len; do
		i=$((base / size))
		while [ $((i * size)) -lt $((base + len)) ]; do
			echo $i
			i=$((i + 1))
		done
	done | sort -u | wc -l)))
}

# Scratch is what it has to be in every generation: CMA, all of it, and counted
check_scratch()
{
	local cma

	cma=$(scratch_pageblock_bytes)
	[ "$cma" -ge "$(scratch_bytes)" ] || fail "scratch overlaps"
	same "CmaTotal" $((cma / 1024)) "$(meminfo CmaTotal)"
	[ "$(meminfo CmaFree)" -le "$(meminfo CmaTotal)" ] ||
		fail "CmaFree is more than CmaTotal"
	# where nodes meet in a pageblock, it is counted for each
	within "pageblocks that are CMA" "$(pageblock_bytes CMA)" "$cma" \
		$((cma + ($(nodes) - 1) * $(pageblock_size)))
	same "areas in sysfs" "$(cat $SYSFS/scratch_phys $SYSFS/scratch_len)" \
		"$(cat $DEBUGFS/out/scratch_phys $DEBUGFS/out/scratch_len)"
}

# Nothing is reserved, and nothing is on demand as long as nothing is loaded
check_on_demand()
{
	same "enabled" 1 "$(cat $SYSFS/enabled)"
	same "mode" demand "$(cat $SYSFS/mode)"
	same "generation" "$STAGE" "$(generation)"
	same "scratch areas" "" "$(cat $SYSFS/scratch_phys $SYSFS/scratch_len)"
	same "reserved_bytes" 0 "$(cat $SYSFS/reserved_bytes)"
	same "on_demand_bytes, nothing loaded" 0 "$(on_demand)"
	same "CmaTotal" 0 "$(meminfo CmaTotal)"
}

on_demand()
{
	cat $SYSFS/on_demand_bytes
}

# Generation, release and scratch as they have to be in this stage, when every
# stage before it handed over
check_generation()
{
	same "generation" "$STAGE" "$(generation)"
	check_scratch
	if [ "$STAGE" = 0 ]; then
		carry scratch "$(scratch_digest)"
		carry release "$(uname -r)"
		same "previous_release" "" "$(cat $SYSFS/previous_release)"
		refuse "a cold boot has in/fdt" test -e $DEBUGFS/in/fdt
	else
		same "scratch areas" "$(recall scratch)" "$(scratch_digest)"
		same "previous_release" "$(recall release)" \
			"$(cat $SYSFS/previous_release)"
		expect "in/fdt" test -s $DEBUGFS/in/fdt
		expect "in/fdt and /sys/firmware/kho/dt differ" \
			cmp $DEBUGFS/in/fdt /sys/firmware/kho/dt
	fi
}

# check_off: KHO is off in this kernel and keeps nothing
check_off()
{
	same "enabled" 0 "$(cat $SYSFS/enabled)"
	same "CmaTotal" 0 "$(meminfo CmaTotal)"
	same "scratch areas" "" "$(cat $SYSFS/scratch_phys)"
	driver_checks off
}

# memory_as_carried: as much RAM for the page allocator as in the stage that
# carried it, give or take what differs from boot to boot
memory_as_carried()
{
	within "MemTotal" "$(meminfo MemTotal)" \
		$(($(recall memtotal) - 2048)) $(($(recall memtotal) + 2048))
}

#
# kexec
#

# load [KERNEL [PARAMETER...]]: the next kernel, by kexec_file_load. KERNEL is
# a variant's name or "same".
load()
{
	load_with -s "$@"
}

# initrd [WITHOUT]: what this kernel has unpacked, packed again for the next one, but
# for files so called; prints its own name. Links are busybox's, which init makes.
initrd()
{
	[ -e "/tmp/initrd$1" ] ||
		(cd / && find . -xdev ! -type l ! -name "$1" |
			cpio -o -H newc > "/tmp/initrd$1" 2>/tmp/initrd.err) ||
		fail "cpio: $(cat /tmp/initrd.err)"
	echo "/tmp/initrd$1"
}

# load_with FLAG [KERNEL [PARAMETER...]]: -s or -c, see kexec(8)
load_with()
{
	local flag=$1 kernel=${2:-same}
	shift
	[ $# = 0 ] || shift

	[ "$kernel" = same ] && kernel=$(param kernel)
	kexec "$flag" -l "/host/kernel-$kernel" --initrd="$(initrd)" \
		--command-line="$(next_cmdline "$kernel" "$@")" \
		2>/tmp/kexec.err
	LOAD_STATUS=$?
	cat /tmp/kexec.err >&2
	return $LOAD_STATUS
}

# The whole command line of the next stage: base, the test's own, what is
# carried. Later values win.
next_cmdline()
{
	local next=$((STAGE + 1)) kernel=$1 words
	shift

	eval "words=\${CMDLINE_$next-\$CMDLINE}"
	echo "$(cat /host/cmdline) $words khotest.stage=$next" \
		"khotest.kernel=$kernel $(cat /tmp/carry 2>/dev/null) $*"
}

execute()
{
	kexec -e
}

#
# The way of a stage
#
check_taint()
{
	local taint=$(($(cat /proc/sys/kernel/tainted) & ~${ALLOW_TAINT:-0}))

	[ $taint = 0 ] || fail "the kernel is tainted: $taint"
}

# Twice: an object is reported once two scans have found nobody who points to it
check_leaks()
{
	local file=/sys/kernel/debug/kmemleak i

	[ -e $file ] || return 0
	for i in 1 2; do
		echo scan > $file || return 0
		sleep 6
	done
	if grep -q unreferenced $file; then
		head -40 $file > /dev/console
		fail "kmemleak: $(grep -c unreferenced $file) objects leaked"
	fi
}

# become COMMAND...: the first process is this from now on, and what it runs gives the
# verdict; ends the stage
become()
{
	echo "exec $*" > /tmp/become
	exit 0
}

run_stage()
{
	"stage$STAGE"
	check_taint
	if [ "$STAGE" -lt "$KEXECS" ]; then
		[ "$(cat /sys/kernel/kexec_loaded)" = 1 ] ||
			load "$NEXT_KERNEL" || fail "kexec -l: $(cat /tmp/kexec.err)"
		log "kexec"
		tell leave "$STAGE"
		execute
		fail "kexec -e came back"
	fi
	check_leaks
	check_taint
	tell pass
}

STAGE=$(param stage)
# words end with one character, and firmware may have left half a line
[ "$CHANNEL" != /dev/ttyS1 ] || stty -F $CHANNEL raw
tell
cat /proc/cmdline | tr ' ' '\n' | grep '^khotest\.' |
	grep -vE '^khotest\.(name|stage|kernel)=' | tr '\n' ' ' > /tmp/carry
CARRY=$(cat /tmp/carry)
tell boot "$STAGE" "$(uname -r)"
. /host/declare.sh
. /host/test.sh
( set -e; run_stage )
status=$?
[ ! -e /tmp/become ] || exec sh /tmp/become
[ -e /tmp/spoken ] || tell fail "stage $STAGE ended with status $status"
