# SPDX-License-Identifier: GPL-2.0-only
# The front door. Everything that is made lies in out/.

ARCH ?= x86_64
VARIANT ?= plain
OTHERS ?= $(if $(ONLY),,$(if $(filter x86_64,$(ARCH)),arm64))

help:
	@sed -n 's/^#: \?//p' Makefile

#: make demo      a machine with state, carried over two kexecs, in QEMU
#: make test      what proves it, in half an hour; closes with "N passed, M failed".
#:                on arm64 only what may differ there; OTHERS= leaves that out
#: make test ONLY="PATTERN..."
#:                nothing but the parts, checks, tests and matrix entries so called
#: make test-all  the same and what takes long: more kernels, long runs, the matrix
#: make interop   handovers with mainline's kernels, both ways; VERSIONS="6.18 7.3"
#: make bench     what it costs, in instructions, against its targets; out/bench.json, .svg
#: make check     checkpatch, sparse, kernel-doc, documentation, shellcheck, the mails
#: make kernel    out/linux built in out/ARCH, or with VARIANT=NAME in out/ARCH-NAME
#: make tree      out/linux: the base with our patches, and links to our new files
#: make refresh   edits made in out/linux to files of the base go back into patches/
#: make series    mails for git am in out/series, tried out
#: make series-build   the kernel at each commit of the series
#: make clean     removes out/
#:
#: ARCH=x86_64 (default) or arm64, for demo, test, check, kernel, series-build
#: LINUX_SOURCE=FILE.deb or FILE.tar.xz: another 6.12.N than the package installed

# What has to be installed; asked for once, before all else
JOBS = build $(ARCH)
demo: JOBS += vm-$(ARCH)
test test-all: JOBS += check fuzz vm-$(ARCH) $(OTHERS) $(OTHERS:%=vm-%)
check: JOBS += check
bench: JOBS += vm-x86_64
interop: JOBS += vm-$(ARCH)

demo: kernel
	@tools/testing/selftests/kho/demo.sh $(ARCH)

test: tree
	@ONLY='$(ONLY)' scripts/test.sh $(ARCH) $(OTHERS)

test-all: tree
	@ONLY='$(ONLY)' scripts/test.sh --all $(ARCH) $(OTHERS)

bench: kernel
	@tools/testing/selftests/kho/bench.sh

interop: kernel
	@scripts/interop.sh $(ARCH) $(VERSIONS)

check: kernel
	@scripts/check.sh $(ARCH)

kernel: tree
	@scripts/kernel.sh $(ARCH) $(VARIANT)

tree: packages
	@scripts/tree.sh

refresh:
	@scripts/refresh.sh

series: tree
	@scripts/mails.sh

series-build: series
	@scripts/series-build.sh $(ARCH)

packages:
	@scripts/packages.sh $(JOBS)

clean:
	rm -rf out

.PHONY: help demo test test-all interop bench check kernel tree refresh series series-build packages clean
