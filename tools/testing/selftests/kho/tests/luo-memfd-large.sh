# SPDX-License-Identifier: GPL-2.0-only
ABOUT="large memfds, each page at its place: of small pages, of huge ones, of the pools"
ARCHES=x86_64
LONG=4096
KEXECS=3
# As many kinds as there are kexecs; a page of 1 GiB is too much for the usual run.
MIB=${ASKED:-256}
[ "$MIB" -lt 1024 ] || KEXECS=4
MEMORY=$((MIB * 2 + 2048))M
CMDLINE="kho=on liveupdate=on"
CMDLINE_2="$CMDLINE hugepagesz=2M hugepages=$((MIB / 2))"
CMDLINE_3="$CMDLINE hugepagesz=1G hugepages=$((MIB / 1024))"
SECONDS_A_BOOT=300

KINDS="large large-thp large-huge large-gigantic"

# kind N: which is found in stage N
kind()
{
	echo $KINDS | cut -d ' ' -f $1
}

for STEP in $(seq 0 $KEXECS); do
	eval "stage$STEP()
	{
		check_generation
		expect 'shmem_enabled' write advise \
			/sys/kernel/mm/transparent_hugepage/shmem_enabled
		[ $STEP = 0 ] || find_memfds s \$(kind $STEP)=$MIB
		if [ $STEP = $KEXECS ]; then
			finalize
			refuse 'something was not claimed' in_log 'not claimed and'
		else
			keep_memfds s \$(kind $((STEP + 1)))=$MIB
		fi
	}"
done
