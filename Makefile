# SPDX-License-Identifier: GPL-2.0-only
# The front door. Everything made lies in out/; make help says what there is.

ARCH ?= x86_64
VARIANT ?= plain

help:
	@sed -n 's/^#: //p' Makefile

#: make demo      a machine with state, carried over two kexecs, in QEMU
#: make test      everything that proves it; closes with "N passed, M failed"
#: make check     checkpatch, sparse, kernel-doc, documentation, shellcheck
#: make kernel    [ARCH=x86_64|arm64] [VARIANT=NAME]: out/linux, built in out/ARCH[-NAME]
#: make tree      out/linux: the base with our patches and links to our new files;
#:                [LINUX_SOURCE=FILE.deb|FILE.tar.xz] from another 6.12.N than apt's
#: make refresh   edits made in out/linux to the base's files go back into patches/
#: make series    mails in out/series for git am, checked
#: make series-build   the same, built commit by commit
#: make clean     removes out/
tree:
	@scripts/packages.sh build
	@scripts/tree.sh

refresh:
	@scripts/refresh.sh

kernel: tree
	@scripts/packages.sh build $(ARCH)
	@scripts/kernel.sh $(ARCH) $(VARIANT)

clean:
	rm -rf out

.PHONY: help tree refresh kernel clean
