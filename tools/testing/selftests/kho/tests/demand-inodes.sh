# SPDX-License-Identifier: GPL-2.0-only
ABOUT="what the kernel itself can use: as many inodes with kho=demand as with kho=off"
NOT_ON="64k 16k" # the search does not know of larger pageblocks
LATER=plain
MEMORY=640M
FIRMWARE=none
CMDLINE="kho=off"
CMDLINE_1="kho=demand"
SECONDS_A_BOOT=300

# Until no more than 48 MiB are left
inodes()
{
	local n=0

	mkdir -p /tmp/inodes
	mount -t tmpfs -o nr_inodes=0 tmpfs /tmp/inodes
	cd /tmp/inodes
	while [ "$(meminfo MemFree)" -gt 49152 ]; do
		seq $n $((n + 4999)) | xargs -n 1000 touch
		n=$((n + 5000))
	done
	cd /
	umount /tmp/inodes
	echo $n
}

stage0()
{
	carry inodes "$(inodes)"
}

stage1()
{
	local n

	n=$(inodes)
	fact inodes "$n of $(recall inodes)"
	[ $((n * 100)) -ge $(($(recall inodes) * 99)) ] ||
		fail "$n inodes, with kho=off $(recall inodes)"
}
