# SPDX-License-Identifier: GPL-2.0-only
ABOUT="what the device tree reserves by its size alone stays where it is"
FIRMWARE=none
ARCHES=arm64
CORE=yes
MEMORY=2G
KEXECS=2

# The machine's own device tree, and two regions to be placed at boot. A handover is
# said to have come, in memory that must not be read.
host_options()
{
	local tree=$1/tree

	$ARCH_QEMU $(machine_options) -cpu $ARCH_CPU -machine dumpdtb="$tree.dtb" \
		-display none > "$1/dtc" 2>&1
	{
		dtc -q -I dtb -O dts "$tree.dtb"
		cat <<-EOF
		/ {
			reserved-memory {
				#address-cells = <2>;
				#size-cells = <2>;
				ranges;
				unmapped { size = <0 0x2000000>; no-map; };
				mapped { size = <0 0x1000000>; };
				secure@60000000 { reg = <0 0x60000000 0 0x200000>; no-map; };
			};
			chosen {
				linux,kho-fdt = <0 0x60000000 0 0x1000>;
				linux,kho-scratch = <0 0x61000000 0 0x10>;
			};
		};
		EOF
	} | dtc -q -I dts -O dtb -o "$tree.new.dtb" - 2>> "$1/dtc" &&
		echo -dtb "$tree.new.dtb"
}

# region NAME: its address
region()
{
	dmesg | sed -n 's/.*OF: reserved mem: \(0x[0-9a-f]*\)\.\..* '"$1"'$/\1/p'
}

placed()
{
	local name address

	for name in unmapped mapped; do
		address=$(region $name)
		expect "no region $name" test -n "$address"
		same "address of $name" "$(recall $name)" "$address"
		refuse "$name lies in scratch" in_scratch "$address"
	done
}

stage0()
{
	same "refused" "the FDT is not in memory" "$(cat $SYSFS/refused)"
	check_generation
	carry unmapped "$(region unmapped)"
	carry mapped "$(region mapped)"
	preserve state bytes=64M
}

stage1()
{
	check_generation
	placed
	restore state
}

stage2()
{
	check_generation
	placed
	restore state
}
