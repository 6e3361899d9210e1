// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small images for the kho program:
 *
 *	tool-images kernel VERSION... > KERNEL	a "kernel" that has these strings
 *	tool-images bzimage PAYLOAD SIZE [RELEASE] > IMAGE
 *						PAYLOAD is compressed, SIZE the kernel's;
 *						0: it tells that by itself, as gzip does
 *	tool-images arm64 KERNEL SHIFT > IMAGE	with pages of 2^SHIFT
 *	tool-images zboot PAYLOAD > IMAGE
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char out[8 << 20];
static size_t len;

static void put(size_t at, uint64_t value, size_t size)
{
	memcpy(out + at, &value, size);
}

static void add_file(const char *path)
{
	FILE *from = fopen(path, "r");

	if (!from) {
		perror(path);
		exit(1);
	}
	len += fread(out + len, 1, sizeof(out) - len - 16, from);
	fclose(from);
}

static void kernel(char **strings)
{
	int i;

	/* arm64's header may be written here */
	len = 64;
	for (; *strings; strings++)
		len += sprintf(out + len, "%s", *strings) + 1;
	/* Something that does not compress to nothing */
	for (i = 0; i < 20000; i++)
		len += sprintf(out + len, "%x ", i * 2654435761U);
}

static void bzimage(const char *payload, unsigned int size, const char *release)
{
	size_t setup = 5 * 512, head = 16;

	memcpy(out + 0x202, "HdrS", 4);
	put(0x1f1, 4, 1);
	put(0x206, 0x20f, 2);
	put(0x20e, 0x300 - 512, 2);
	sprintf(out + 0x300, "%s (somebody)", release);
	put(0x236, 1, 2);
	put(0x248, head, 4);
	put(0x260, 32 << 20, 4);
	len = setup + head;
	add_file(payload);
	if (size) {
		put(len, size, 4);
		len += 4;
	}
	put(0x24c, len - setup - head, 4);
	len = (len + 15) & ~15UL;
	put(0x1f4, (len - setup) / 16, 4);
}

static void arm64(const char *path, int shift)
{
	add_file(path);
	put(0x10, len + 1000, 8);
	put(0x18, shift == 12 ? 2 : shift == 14 ? 4 : 6, 8);
	memcpy(out + 0x38, "ARM\x64", 4);
}

static void zboot(const char *payload)
{
	memcpy(out, "MZ\0\0zimg", 8);
	len = 64;
	add_file(payload);
	put(8, 64, 4);
	put(12, len - 64, 4);
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "kernel"))
		kernel(argv + 2);
	else if ((argc == 4 || argc == 5) && !strcmp(argv[1], "bzimage"))
		bzimage(argv[2], atoi(argv[3]), argc == 5 ? argv[4] : "6.12.99-x86");
	else if (argc == 4 && !strcmp(argv[1], "arm64"))
		arm64(argv[2], atoi(argv[3]));
	else if (argc == 3 && !strcmp(argv[1], "zboot"))
		zboot(argv[2]);
	else
		return 2;
	return fwrite(out, 1, len, stdout) != len;
}
