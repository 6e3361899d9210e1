# SPDX-License-Identifier: GPL-2.0-only
ABOUT="the kho program: looks, checks, finalizes, kexecs, and says why it does not"
NODES=512M,512M
KEXECS=3
SECONDS_A_BOOT=120
NEEDS=nokho
NOT_ON=64k
ARCHES=x86_64
REGIONS="reserve_mem=2M:4096:oops reserve_mem=1M:4096:trace"
CMDLINE="kho=on liveupdate=on $REGIONS"
CMDLINE_1="$CMDLINE debugfs=off"
MUST="KHO: .*test_kho.* refuses the handover: -EPERM"

# says WORDS COMMAND...: the command succeeds, and a line of it has these words
says()
{
	local words=$1
	shift

	"$@" > /tmp/said 2>&1 || fail "$*: $(tail -n 1 /tmp/said)"
	grep -q -e "$words" /tmp/said || fail "$* does not say '$words'"
}

# declines STATUS WORDS COMMAND...: it ends with this status, and says why
declines()
{
	local want=$1 words=$2 status=0
	shift 2

	"$@" > /tmp/said 2>&1 || status=$?
	same "status of $*" "$want" "$status"
	grep -q -e "$words" /tmp/said ||
		fail "$* does not say '$words' but: $(tail -n 1 /tmp/said)"
}

image()
{
	echo "/host/kernel-$(param kernel)"
}

nobody()
{
	local only="only root"

	says "picture, and the producers, are shown to root" without root kho status
	declines 1 "shown to root alone" without root kho map
	declines 1 "$only" without root kho tree
	declines 1 "$only" without root kho -j tree
	declines 1 "$only" without root kho session
	declines 1 "only root may do that" without root kho finalize
	declines 1 "only root may do that" without root kho kexec "$(image)" --yes
}

# Names and properties of a tree, without their values
structure()
{
	kho tree "$1" | sed 's/ = .*//; s/ {$//; /^\t*};*$/d; s/;$//' |
		sed '/^\tblob of/,$d' | tr -d '\t' | tr '\n' ' '
}

producer()
{
	echo "$1 preserved-data blob-size kho,crc32c"
}

trees()
{
	same "the tree" "out compatible preserved-memory-map kho,page-size \
kho,crc32c-tree kho,crc32c-scratch kho,on-demand kho,crc32c-fdt $(producer kexec-metadata) \
$(producer memblock) $(producer test-state) $(producer LUO) " "$(structure out)"
	says 'compatible = "luo-v5"' kho tree out LUO
	says "previous_release = \"$(uname -r)\"" kho tree out kexec-metadata
	says "size = /bits/ 64 <0x200000>" kho tree out memblock
	says "^	74 65 73 74" kho tree out test-state
	declines 1 "there is no blob" kho tree out nobody
	declines 1 "there is no blob" kho tree out ../fdt
}

pictures()
{
	local preserved

	preserved=$(kho -j map | tr '{' '\n' |
		sed -n 's/.*"preserved":\([0-9]*\),.*/\1/p' | awk '{ n += $1 } END { print n }')
	within "preserved in the map" "$preserved" "$(cat $SYSFS/preserved_bytes)" \
		$(($(cat $SYSFS/preserved_bytes) + 262144))
	says "#" kho map
	expect "map --svg" kho map --svg /tmp/map.svg
	same "the drawing's end" "</svg>" "$(tail -n 1 /tmp/map.svg)"
	same "lines of the picture" "$(nodes)" \
		"$(kho status | grep -c '^[.=1-9#u ]\{80\}$')"
}

sessions()
{
	says "^created *2 files  demo$" kho session
	says "0x2  memfd-v2" kho session show demo
	declines 1 "no session 'else'" kho session show else
}

# What was saved shows the same
saved()
{
	expect "save" kho save /tmp/saved
	same "mode of the file" 600 "$(stat -c %a /tmp/saved)"
	kho status > /tmp/now
	kho -f /tmp/saved status > /tmp/then
	expect "status of what was saved" cmp /tmp/now /tmp/then
	kho tree > /tmp/now
	kho -f /tmp/saved tree > /tmp/then
	expect "tree of what was saved" cmp /tmp/now /tmp/then
	declines 1 "cannot be written\|No space" kho save /dev/full
}

checks()
{
	local line

	line=$(next_cmdline "$(param kernel)")
	says "This handover will work" kho check "$(image)" --initrd "$(initrd)" \
		--command-line "$line"
	declines 1 "^NO *handover *the image has no Kexec HandOver" \
		kho check /host/kernel-nokho
	dd if=/dev/zero of=/tmp/large bs=1M count=0 seek=200 2>/dev/null
	declines 1 "^NO *command line" kho check "$(image)" --initrd /tmp/large \
		--command-line "console=ttyS0"
	grep -q "more is taken when the image is loaded" /tmp/said ||
		fail "check does not say what a large initrd takes"
	for line in "command line" regions "live update"; do
		grep -q "^NO *$line " /tmp/said || fail "check does not mind: $line"
	done
	rm /tmp/large
	head -c 1000000 "$(image)" > /tmp/short
	declines 1 "it is cut short" kho check /tmp/short
}

states()
{
	says "finalized: " kho finalize
	same "active" 1 "$(cat $SYSFS/active)"
	says "on, finalized" kho status
	trees
	saved
	says "open again" kho abort
	same "active" 0 "$(cat $SYSFS/active)"
	says "the tree: not written, as the handover is not finalized" kho tree out
}

# A producer refuses, and nothing has changed
refused()
{
	driver_gone
	expect "test_kho action=veto" insmod $DRIVER action=veto
	declines 1 "test_kho.* refuses the handover" kho finalize
	declines 1 '"log":\[".*refuses the handover' kho -j finalize
	declines 1 "the machine goes on, with no image loaded" \
		kho kexec "$(image)" --initrd "$(initrd)" --yes
	grep -q "the kernel says: .*refuses the handover" /tmp/said ||
		fail "the kernel's reason is not told"
	same "kexec_loaded" 0 "$(cat /sys/kernel/kexec_loaded)"
	same "active" 0 "$(cat $SYSFS/active)"
	driver_gone
	# All is well until the kernel is left
	expect "test_kho luo=none=0" insmod $DRIVER luo=none=0
	declines 1 "the kexec is refused: .*, with no image loaded" \
		kho kexec "$(image)" --initrd "$(initrd)" --yes
	grep -q "the kernel says: .*the kexec" /tmp/said ||
		fail "the kernel's reason for refusing the kexec is not told"
	same "kexec_loaded" 0 "$(cat /sys/kernel/kexec_loaded)"
	same "active" 0 "$(cat $SYSFS/active)"
	driver_gone
	declines 1 "the image is not loaded: only root may do that" \
		without sys_boot kho kexec "$(image)" --yes
	declines 1 "nobody to ask" sh -c "kho kexec $(image) < /dev/null"
	declines 1 "Nothing was done" kho kexec /host/kernel-nokho --yes
	same "kexec_loaded" 0 "$(cat /sys/kernel/kexec_loaded)"
}

# leave_by COMMAND...: it does not come back
leave_by()
{
	log "kexec"
	tell leave "$STAGE"
	"$@" > /dev/console 2>&1
	fail "$* came back"
}

# unheard COMMAND...: nobody reads what it says
unheard()
{
	{ sleep 1; "$@"; } | true
}

kho_kexec()
{
	leave_by "$@" kho kexec "$(image)" --initrd "$(initrd)" --yes \
		--command-line "$(next_cmdline "$(param kernel)")"
}

stage0()
{
	check_generation
	preserve state bytes=64M
	keep demo 1:1000000 2:5000
	nobody
	sessions
	pictures
	checks
	says "no image is loaded" kho status
	states
	refused
	preserve state bytes=64M
	kho_kexec unheard
}

# Without debugfs; and a machine that systemd runs is left by way of it
stage1()
{
	same "generation" 1 "$(generation)"
	says "generation   1, handed over by $(uname -r)" kho status
	says "unclaimed    6[0-9] MiB" kho status
	says "would be left behind" kho status
	declines 1 "no debugfs" kho session
	declines 1 "no debugfs" kho tree in LUO
	says "kho,crc32c-tree" kho tree in
	declines 1 "is not written yet" kho tree out
	declines 1 "^NO *unclaimed .*came and would be left behind" \
		kho check "$(image)" --initrd "$(initrd)"
	restore state
	found demo 1:1000000 2:5000
	keep second 3:5000
	same "unclaimed_bytes" 0 "$(cat $SYSFS/unclaimed_bytes)"
	says "finalized: " kho finalize
	says "memblock, described in" kho status
	mkdir -p /run/systemd/system
	declines 1 "the kexec is refused: .*, with no image loaded" kho kexec "$(image)" \
		--initrd "$(initrd)" --yes --command-line "$(next_cmdline "$(param kernel)")"
	same "kexec_loaded" 0 "$(cat /sys/kernel/kexec_loaded)"
	# It kexecs if the handover is open again
	printf '#!/bin/sh\n[ "$1:$(cat %s/active)" = kexec:0 ] && exec kexec -e\n' \
		$SYSFS > /bin/systemctl
	chmod 755 /bin/systemctl
	kho_kexec
}

stage2()
{
	same "generation" 2 "$(generation)"
	restore state
	says "^came  *1 file   second$" kho session
	found second 3:5000
	says "^no sessions" kho session
	load nokho || fail "kexec -l"
}

# A kernel without KHO
stage3()
{
	declines 1 "this kernel has no Kexec HandOver" kho status
	declines 1 '^{"error":"this kernel has no Kexec HandOver' kho -j tree
	declines 1 "no Kexec HandOver" kho kexec "$(image)" --yes
	declines 1 "or none that anybody but root may see" without root kho status
}
