/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine without a first MiB */
static const struct {
	void (*realmode_reserve)(void);
} x86_platform;
