# SPDX-License-Identifier: GPL-2.0-only
#
# Starts one virtual machine and watches it until it ends or its time is up.

# KVM only where the processor has it and a machine really comes up with it:
# the probe's guest has no disk, so its firmware says so within moments.
probe_kvm()
{
	[ "$ARCH" = "$(uname -m)" ] && [ -w /dev/kvm ] &&
		grep -qwE 'vmx|svm' /proc/cpuinfo || return 1
	timeout -k 1 10 $ARCH_QEMU -accel kvm -cpu host -m 64 -nodefaults \
		-display none -serial none -monitor none \
		-chardev stdio,id=fw -device isa-debugcon,iobase=0x402,chardev=fw \
		2>/dev/null < /dev/null | grep -qm1 SeaBIOS
}

# QEMU's size in MiB of "2G", "512M"
mebibytes()
{
	case $1 in
	*G) echo $((${1%G} * 1024)) ;;
	*M) echo ${1%M} ;;
	*) echo "size without unit: $1" >&2; return 1 ;;
	esac
}

# cpus_of_node NODE NODES CPUS: the CPUs are dealt to the nodes in turn; where
# there are fewer than nodes, the last nodes have memory only
cpus_of_node()
{
	local cpu

	for ((cpu = $1; cpu < $3; cpu += $2)); do
		echo -n ",cpus=$cpu"
	done
}

numa_options()
{
	local size node=0 sum=0 sizes=(${1//,/ })

	for size in "${sizes[@]}"; do
		sum=$((sum + $(mebibytes "$size")))
		echo -object "memory-backend-ram,id=m$node,size=$size,reserve=off"
		echo -numa "node,nodeid=$node,memdev=m$node$(cpus_of_node \
			$node ${#sizes[@]} "$2")"
		node=$((node + 1))
	done
	echo -m "${sum}M"
}

memory_options()
{
	if [ -n "$NODES" ]; then
		numa_options "$NODES" "$CPUS"
	else
		echo -object "memory-backend-ram,id=m0,size=$MEMORY,reserve=off"
		echo -machine memory-backend=m0 -m "$MEMORY"
	fi
}

firmware_options()
{
	case $FIRMWARE in
	# without random numbers of the firmware's there is no KASLR on arm64
	efi) echo -bios "$OUT/firmware/$ARCH/${ARCH_EFI#* }" \
		-device virtio-rng-pci
		! lean || echo $ARCH_LEAN_EFI ;;
	*) echo $ARCH_BARE ;;
	esac
}

# lean: the kernel has no ACPI
lean()
{
	[[ " $ARCH_LEAN " == *" $KERNEL "* ]]
}

# The nodes of a kernel that firmware cannot tell of them: as many, all alike
fake_nodes()
{
	local sizes=(${NODES//,/ })

	[ -z "$NODES" ] || [ -z "$ARCH_FAKE_NODES" ] || ! lean ||
		echo "$ARCH_FAKE_NODES${#sizes[@]}"
}

# What every kernel of a test is told. The test's own words follow.
base_cmdline()
{
	local debug=

	[ "$KERNEL" != debug ] ||
		debug="$ARCH_DEBUG slub_debug=- no_debug_objects"
	echo "console=$ARCH_CONSOLE earlycon=$ARCH_EARLYCON $ARCH_CMDLINE" \
		"panic=-1 panic_on_warn=$PANIC_ON_WARN oops=panic hung_task_panic=1" \
		"rcupdate.rcu_cpu_stall_timeout=200 watchdog_thresh=60 $debug" \
		"$(fake_nodes)" \
		"khotest.name=$NAME"
}

# machine_options: processors, memory, firmware
machine_options()
{
	echo -smp "$CPUS,sockets=$CPUS" $(memory_options) $(firmware_options)
}

# start_vm DIR: the files that the guest sees are in DIR/initrd already
start_vm()
{
	local dir=$1 accel="-accel tcg,thread=multi -cpu $ARCH_CPU"

	[ "$KVM" = no ] || accel="-accel kvm -cpu host"
	[ -z "$ICOUNT" ] || accel="-accel tcg,thread=single -cpu $ARCH_CPU
		-icount shift=0,sleep=off -seed 1 -rtc clock=vm,base=2025-01-01"
	exec $ARCH_QEMU $accel $(machine_options) \
		-nodefaults -no-user-config -no-reboot -display none \
		-monitor none -serial "file:$dir/console" \
		-chardev "file,id=verdict,path=$dir/verdict" $ARCH_VERDICT \
		-kernel "$dir/host/kernel-$KERNEL" -initrd "$dir/initrd" \
		-append "$(base_cmdline) $CMDLINE khotest.stage=0 khotest.kernel=$KERNEL" \
		$QEMU_OPTIONS > "$dir/qemu" 2>&1 < /dev/null
}

# stamp_words DIR: when the host has seen each new word on the channel
stamp_words()
{
	local dir=$1 line

	while IFS= read -r -u 7 line; do
		echo "$EPOCHREALTIME $HALF_WORD$line" >> "$dir/words"
		HALF_WORD=
	done
	HALF_WORD+=$line
}

# A kernel that panics before it can reset the machine stands still for good.
stuck_in_panic()
{
	[ -z "$CRASHES" ] && grep -aqs 'Kernel panic - not' "$1/console" &&
		sleep 3
}

# end_vm DIR PID WORDS: kills what would not end by itself
end_vm()
{
	kill -9 "$2" 2>/dev/null
	wait "$2" 2>/dev/null
	stamp_words "$1"
	echo "$3" > "$1/end"
}

# watch_vm DIR SECONDS: runs the machine; says in DIR/end how it ended
watch_vm()
{
	local dir=$1 deadline=$((SECONDS + $2)) pid status rounds=0 HALF_WORD=

	: > "$dir/verdict"
	: > "$dir/words"
	start_vm "$dir" &
	pid=$!
	trap 'kill -9 $pid 2>/dev/null; exit 143' TERM INT
	exec 7< "$dir/verdict"
	while kill -0 $pid 2>/dev/null; do
		stamp_words "$dir"
		if [ $SECONDS -ge $deadline ]; then
			end_vm "$dir" $pid "timeout $2"
			return
		fi
		if [ $((rounds++ % 10)) = 9 ] && stuck_in_panic "$dir"; then
			end_vm "$dir" $pid "panic"
			return
		fi
		sleep 0.1
	done
	wait $pid
	status=$?
	stamp_words "$dir"
	exec 7<&-
	trap - TERM INT
	echo "exit $status" > "$dir/end"
}
