# SPDX-License-Identifier: GPL-2.0-only
ABOUT="a program that ends after one line of complaint is not one that goes on"
VERDICT='FAIL stage 0: sh -c echo sorry >&2; exit 1: sorry'
CMDLINE=
KEXECS=0

stage0()
{
	background /tmp/sorry 1 sh -c "echo sorry >&2; exit 1"
}
