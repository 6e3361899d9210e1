# SPDX-License-Identifier: GPL-2.0-only
#
# What a test's file may declare, and what holds if it does not. Read by the
# host and by the guest, before the test's file.

ASKED=			# run.sh -n: how much for a test that can do any number
LONG=			# how much make test-all asks such a test for, too
ABOUT=			# one line: what it shows
ARCHES="x86_64 arm64"	# where it makes sense
VARIANTS=plain		# kernels that it runs on, each a run of its own;
			# those that an architecture has not are left out, and
			# plain is more than one where pages may have other sizes
NOT_ON=			# kernels that it makes no sense on
LATER=			# kernels on which only make test-all runs it
NEEDS=			# further kernels that it kexecs into
CORE=			# yes: make test runs it on each architecture
NEXT_KERNEL=same	# what a stage kexecs into unless it loads itself
MEMORY=1G		# of the machine (4G with pages of 64K, whose pageblocks
			# have 512 MiB), or
NODES=			# of each NUMA node, "1G,1G"
CPUS=1
FIRST=			# interop only: the kernel that starts, if not the variant
KEXECS=1		# kexecs until the last stage
BOOTS=			# kernels that start: KEXECS + 1
CMDLINE="kho=on"	# CMDLINE_2 is stage 2's own
SECONDS_A_BOOT=60	# plenty
PANIC_ON_WARN=1
CRASHES=		# a panic is part of the test
ALLOW=			# lines that are no splats here (regex)
ALLOW_WARN=		# warnings that are none, by their first lines
ALLOW_TAINT=0
MUST=			# regexes, one a line: have to be in the log
MUST_NOT=		# may not be
MAY_SKIP=		# a skip is a failure without it
FIRMWARE=		# efi: UEFI instead of the machine's own; none: never UEFI
QEMU_OPTIONS=
ICOUNT=			# the guest's clock counts instructions, 1 ns each
VERDICT=PASS		# harness only: regex, how it has to be judged

# host_options DIR: prints more options for QEMU; DIR is the run's own
host_options()
{
	:
}

# host_check DIR: prints what is wrong, seen from outside
host_check()
{
	:
}

# stageN: what the guest does in its Nth kernel
