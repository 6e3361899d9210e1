# SPDX-License-Identifier: GPL-2.0-only
ABOUT="ten generations with KFENCE, nothing lost, nothing leaked"
VARIANTS="plain features"
LATER=features
LONG=100
KEXECS=${ASKED:-10}
MEMORY=1G
CMDLINE="kho=on kfence.sample_interval=10"

# What is handed over grows and shrinks; each size comes again.
size()
{
	echo $((8 << $1 % 4))
}

# Free memory in kB, with the pages that processors keep on lists of their own:
# those may be many after large folios were freed, and stay there.
free_memory()
{
	local lists

	lists=$(awk '$1 == "count:" { n += $2 } END { print n + 0 }' /proc/zoneinfo)
	echo $(($(meminfo MemFree) + lists * PAGE_SIZE / 1024))
}

# free_as KB: what leaked stays away; what lies in a cache comes back in a while
free_as()
{
	local i

	for i in $(seq 40); do
		[ "$(free_memory)" -lt $(($1 - 6144)) ] || break
		write 3 /proc/sys/vm/drop_caches
		sleep 0.5
	done
	within "free memory in kB" "$(free_memory)" $(($1 - 6144)) \
		"$(meminfo MemTotal)"
}

# Everything is taken back and given up, so that the same is left each time. The
# first generation's free memory is not comparable: the second has the tree that
# came, too.
another_generation()
{
	local free key

	check_generation
	if [ "$STAGE" -gt 0 ]; then
		restore chain restore=free
		driver_gone
	fi
	same "preserved_bytes of nothing" 0 "$(cat $SYSFS/preserved_bytes)"

	free=$(free_memory)
	if [ "$STAGE" = 2 ]; then
		carry free "$free"
	elif [ "$STAGE" -gt 2 ]; then
		free_as "$(recall free)"
	fi

	[ "$STAGE" -lt "$KEXECS" ] || return 0
	preserve chain bytes="$(size "$STAGE")M" seed="$((STAGE + 1))"
	key=preserved_$(size "$STAGE")
	if [ "$STAGE" -lt 4 ]; then
		carry "$key" "$(cat $SYSFS/preserved_bytes)"
	else
		same "preserved_bytes of $(size "$STAGE") MiB" "$(recall "$key")" \
			"$(cat $SYSFS/preserved_bytes)"
	fi
}

for N in $(seq 0 $KEXECS); do
	eval "stage$N() { another_generation; }"
done
