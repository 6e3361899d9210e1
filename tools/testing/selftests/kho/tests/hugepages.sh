# SPDX-License-Identifier: GPL-2.0-only
ABOUT="gigantic and huge pages at boot, before and after a handover"
NOT_ON=64k
CORE=yes
CMDLINE="kho=on hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=16"
MEMORY=4G
SECONDS_A_BOOT=90
KEXECS=2
CMDLINE_2="kho=on hugetlb_cma=1G hugetlb_free_vmemmap=on hugepagesz=2M hugepages=16"

pages()
{
	cat /sys/kernel/mm/hugepages/hugepages-$1kB/nr_hugepages
}

check_pages()
{
	check_generation
	same "pages of 2 MiB" 16 "$(pages 2048)"
	same "pages of 1 GiB" 1 "$(pages 1048576)"
}

stage0()
{
	check_pages
	within "scratch" "$(scratch_bytes)" $((8 << 20)) $((320 << 20))
	preserve state bytes=64M
}

stage1()
{
	check_pages
	restore state
}

# Of CMA memory, which a handover must leave free; and without their struct pages
stage2()
{
	local gigantic=/sys/kernel/mm/hugepages/hugepages-1048576kB

	same "generation" 2 "$(generation)"
	same "pages of 2 MiB" 16 "$(pages 2048)"
	! has_config HUGETLB_PAGE_OPTIMIZE_VMEMMAP ||
		same "hugetlb_free_vmemmap" 1 \
			"$(cat /proc/sys/vm/hugetlb_optimize_vmemmap)"
	in_log "hugetlb_cma: reserved" || fail "no hugetlb_cma"
	expect "a page of 1 GiB" write 1 $gigantic/nr_hugepages
	same "pages of 1 GiB" 1 "$(pages 1048576)"
	restore state
}
