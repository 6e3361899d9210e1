# SPDX-License-Identifier: GPL-2.0-only
ABOUT="nokaslr on both sides"
CMDLINE="kho=on nokaslr"
KEXECS=2

stage0() { check_generation; preserve state bytes=16M; }
stage1() { check_generation; restore state; }
stage2() { check_generation; restore state; }
