# SPDX-License-Identifier: GPL-2.0-only
ABOUT="every large pageblock would have scratch in it: KHO is off, and the machine up"
CORE=yes
VARIANTS=64k
# As for other tests with nodes: none with Debian's UEFI for arm64
FIRMWARE=none
NODES=512M,512M,512M,512M
KEXECS=0
MUST="KHO: scratch would leave too little: .*KHO is off"

stage0()
{
	check_off
}
