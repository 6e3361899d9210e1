/* SPDX-License-Identifier: GPL-2.0-only */
/* The map of what is preserved, of which live update knows nothing */
