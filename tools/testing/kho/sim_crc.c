// SPDX-License-Identifier: GPL-2.0-only
/* Castagnoli's checksum, reflected: table[n] is for a byte with n bytes behind it */

#include "sim_crc.h"

static unsigned int table[8][256];
/* Not static, so that it is written to */
unsigned int sim_crc_ends;

static void init(void)
{
	for (unsigned int i = 0; i < 256; i++) {
		table[0][i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[0][i] = table[0][i] >> 1 ^
				      (table[0][i] & 1 ? 0x82f63b78 : 0);
	}
	for (int n = 1; n < 8; n++)
		for (int i = 0; i < 256; i++)
			table[n][i] = table[n - 1][i] >> 8 ^
				      table[0][table[n - 1][i] & 0xff];
}

/* Most of the time would be spent here, were each byte looked at by a sanitizer */
static __attribute__((no_sanitize("address", "undefined")))
unsigned int sum(unsigned int crc, const unsigned char *p, size_t size)
{
	for (; size >= 8; size -= 8, p += 8) {
		unsigned long long word;

		__builtin_memcpy(&word, p, 8);
		word ^= crc;
		crc = 0;
		for (int n = 0; n < 8; n++)
			crc ^= table[7 - n][word >> 8 * n & 0xff];
	}
	while (size--)
		crc = crc >> 8 ^ table[0][(crc ^ *p++) & 0xff];
	return crc;
}

/**
 * sim_crc32c() - a part of a checksum
 * @crc: ~0 at first, then the last result
 * @buf: the bytes
 * @size: how many
 */
unsigned int sim_crc32c(unsigned int crc, const void *buf, size_t size)
{
	const unsigned char *p = buf;

	if (!table[0][1])
		init();
	/* Both ends, then: an address that is poisoned ends the run */
	if (size)
		sim_crc_ends = p[0] + p[size - 1];
	return sum(crc, buf, size);
}
