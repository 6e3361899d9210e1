# SPDX-License-Identifier: GPL-2.0-only
ABOUT="memfds with holes, of huge pages, locked: what goes on and what is denied"
VARIANTS="plain debug"
MEMORY=2G
CPUS=2
KEXECS=2
CMDLINE="kho=on liveupdate=on"

huge_pages_on()
{
	expect "shmem_enabled" write advise \
		/sys/kernel/mm/transparent_hugepage/shmem_enabled
}

# Written to once the state is final: that ends it.
write_late()
{
	local i

	finalize
	kill -USR1 $STARTED
	for i in $(seq 100); do
		! grep -q written /tmp/keep || break
		sleep 0.1
	done
	expect "what is written late" grep -q written /tmp/keep
	for i in $(seq 100); do
		[ "$(finalized)" = 1 ] || break
		sleep 0.1
	done
	same "finalized, though something was written into a hole" 0 "$(finalized)"
}

stage0()
{
	local before=$(cat $SYSFS/preserved_bytes)

	check_generation
	huge_pages_on
	keep_memfds wide far
	# the pages, the list, what tells of it, of the file, of the session
	within "preserved for three pages of 2^62 bytes" \
		$(($(cat $SYSFS/preserved_bytes) - before)) 1 $((12 * PAGE_SIZE))
	keep_memfds states holes denied thp locked
	write_late
}

stage1()
{
	check_generation
	huge_pages_on
	find_memfds wide far
	memfds again states holes thp
}

stage2()
{
	check_generation
	huge_pages_on
	find_memfds states holes thp
	finalize
	refuse "something was not claimed" in_log "not claimed and"
	same "preserved_bytes" 0 "$(cat $SYSFS/preserved_bytes)"
}
