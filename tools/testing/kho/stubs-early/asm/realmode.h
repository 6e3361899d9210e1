/* SPDX-License-Identifier: GPL-2.0-only */
static inline void reserve_real_mode(void)
{
}
