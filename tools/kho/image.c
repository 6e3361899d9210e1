// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel images: bzImage of x86, Image of arm64, EFI's zboot, and these compressed.
 *
 * What a kernel can read is told by the version strings in it, which its early code
 * compares with: no kernel has to be built for being asked, and mainline's tell as well.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

#define IMAGE_MAX	0x40000000
/* Compressed, and perhaps once more */
#define LAYERS_MAX	3

/* x86: Documentation/arch/x86/boot.rst */
#define X86_SECTS	0x1f1
#define X86_SYSSIZE	0x1f4
#define X86_MAGIC	0x202
#define X86_VERSION	0x206
#define X86_RELEASE	0x20e
#define X86_XLOADFLAGS	0x236
#define X86_PAYLOAD	0x248
#define X86_PAYLOAD_LEN	0x24c
#define X86_INIT_SIZE	0x260
#define X86_HEADER_END	0x268
#define X86_64BIT	1

/* arm64: Documentation/arch/arm64/booting.rst */
#define ARM64_SIZE	0x10
#define ARM64_FLAGS	0x18
#define ARM64_MAGIC	0x38

/* EFI's zboot: drivers/firmware/efi/libstub/zboot-header.S */
#define ZBOOT_MAGIC	0x04
#define ZBOOT_PAYLOAD	0x08
#define ZBOOT_LEN	0x0c
#define ZBOOT_END	0x20

static uint64_t get(const struct blob *blob, size_t at, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, blob->data + at, size);
	return value;
}

static bool has_magic(const struct blob *blob, size_t at, const char *magic)
{
	size_t len = strlen(magic);

	return blob->len >= at + len && !memcmp(blob->data + at, magic, len);
}

/* A part of @blob; false when there is no such part */
static bool cut(const struct blob *blob, uint64_t at, uint64_t len, struct blob *part)
{
	if (!len || at > blob->len || len > blob->len - at)
		return false;
	*part = (struct blob){ blob->data + at, len };
	return true;
}

/*
 * The last four bytes tell how large the kernel is. gzip has them itself, all else has
 * them behind it, where some programs call them rubbish.
 */
static const char *unpack_payload(struct image *image, struct blob *packed)
{
	uint32_t size;
	const char *wrong;

	if (packed->len < 16 || !is_packed(packed))
		return "nothing in it is compressed as kernels are";
	memcpy(&size, packed->data + packed->len - sizeof(size), sizeof(size));
	if (!has_magic(packed, 0, "\x1f\x8b"))
		packed->len -= sizeof(size);
	wrong = unpack(packed, &image->kernel);
	if (!wrong && image->kernel.len != size)
		wrong = "what is compressed in it has another size than it says";
	return wrong;
}

static void read_x86_release(struct image *image, const struct blob *blob)
{
	uint64_t at = get(blob, X86_RELEASE, 2) + 512;

	if (at == 512 || at >= blob->len)
		return;
	free(image->release);
	image->release = xprintf("%.*s", (int)MIN(strcspn(blob->data + at, " "), 64ul),
				 blob->data + at);
	image->header_release = true;
}

static void read_x86(struct image *image, const struct blob *blob)
{
	struct blob packed;
	uint64_t setup;

	image->machine = "x86_64";
	if (blob->len < X86_HEADER_END)
		image->wrong = "it is cut short";
	else if (get(blob, X86_VERSION, 2) < 0x20c ||
		 !(get(blob, X86_XLOADFLAGS, 2) & X86_64BIT))
		image->wrong = "it is no 64-bit kernel";
	if (image->wrong)
		return;
	/* 0 stands for 4, for history's sake. */
	setup = ((get(blob, X86_SECTS, 1) ?: 4) + 1) * 512;
	image->page_size = 4096;
	image->size = get(blob, X86_INIT_SIZE, 4);
	read_x86_release(image, blob);
	if (blob->len < setup + get(blob, X86_SYSSIZE, 4) * 16 ||
	    !cut(blob, setup + get(blob, X86_PAYLOAD, 4), get(blob, X86_PAYLOAD_LEN, 4),
		 &packed))
		image->wrong = "it is cut short";
	else
		image->wrong = unpack_payload(image, &packed);
}

static void read_arm64(struct image *image, const struct blob *blob)
{
	static const unsigned int page_sizes[] = { 0, 4096, 16384, 65536 };

	image->machine = "aarch64";
	image->size = get(blob, ARM64_SIZE, 8);
	image->page_size = page_sizes[get(blob, ARM64_FLAGS, 8) >> 1 & 3];
	image->kernel.data = xalloc(blob->len + 1);
	image->kernel.len = blob->len;
	memcpy(image->kernel.data, blob->data, blob->len);
	if (image->size > IMAGE_MAX)
		image->wrong = "its header is damaged";
	/* What is beyond the file is zero at the start, and never most of it. */
	else if (blob->len < image->size / 4)
		image->wrong = "it is cut short";
}

static void read_layer(struct image *image, const struct blob *blob, unsigned int layer);

static void read_zboot(struct image *image, const struct blob *blob, unsigned int layer)
{
	struct blob packed;

	if (!cut(blob, get(blob, ZBOOT_PAYLOAD, 4), get(blob, ZBOOT_LEN, 4), &packed))
		image->wrong = "it is cut short";
	else if (!is_packed(&packed))
		image->wrong = "nothing in it is compressed as kernels are";
	else
		read_layer(image, &packed, layer + 1);
}

static void read_layer(struct image *image, const struct blob *blob, unsigned int layer)
{
	struct blob plain;

	if (layer > LAYERS_MAX) {
		image->wrong = "it is compressed too often";
	} else if (has_magic(blob, X86_MAGIC, "HdrS")) {
		read_x86(image, blob);
	} else if (has_magic(blob, ARM64_MAGIC, "ARM\x64")) {
		read_arm64(image, blob);
	} else if (has_magic(blob, ZBOOT_MAGIC, "zimg") && blob->len >= ZBOOT_END) {
		read_zboot(image, blob, layer);
	} else if (is_packed(blob)) {
		image->wrong = unpack(blob, &plain);
		if (image->wrong)
			return;
		read_layer(image, &plain, layer + 1);
		free(plain.data);
	} else {
		image->wrong = "it is no kernel that is known here";
	}
}

/* "Linux version 6.12.1-x (...": where the boot header does not tell */
static void find_release(struct image *image)
{
	static const char banner[] = "Linux version ";
	const char *at = memmem(image->kernel.data, image->kernel.len, banner,
				strlen(banner));

	if (!at || image->release[0])
		return;
	at += strlen(banner);
	free(image->release);
	image->release = xprintf("%.*s", (int)MIN(strcspn(at, "\n "), 64ul), at);
}

/* kernel/configs.c: gzip's data between two marks */
static void find_config(struct image *image)
{
	static const char start[] = "IKCFG_ST", end[] = "IKCFG_ED";
	const char *from = memmem(image->kernel.data, image->kernel.len, start,
				  strlen(start));
	const char *to;
	struct blob packed;

	if (!from)
		return;
	from += strlen(start);
	to = memmem(from, image->kernel.data + image->kernel.len - from, end, strlen(end));
	if (!to)
		return;
	packed = (struct blob){ (char *)from, to - from };
	if (is_packed(&packed))
		unpack(&packed, &image->config);
}

void image_read(struct image *image, const char *file)
{
	struct blob blob;
	int err = read_whole(file, IMAGE_MAX, &blob);

	*image = (struct image){ .machine = "", .release = xprintf("%s", "") };
	if (err)
		die("%s: %s", file, strerror(-err));
	read_layer(image, &blob, 0);
	free(blob.data);
	if (image->wrong)
		return;
	find_release(image);
	find_config(image);
}

/* With a NUL behind it, and nothing before it that would make it the end of another */
bool image_has(const struct image *image, const char *string)
{
	const char *at = image->kernel.data, *end = at + image->kernel.len;
	size_t len = strlen(string) + 1;

	for (; (at = memmem(at, end - at, string, len)); at++)
		if (at == image->kernel.data || !isgraph((unsigned char)at[-1]))
			return true;
	return false;
}

bool image_configured(const struct image *image, const char *line)
{
	const char *at = image->config.data;
	size_t len = strlen(line);

	for (; at && (at = strstr(at, line)); at++)
		if ((at == image->config.data || at[-1] == '\n') &&
		    (!at[len] || at[len] == '\n'))
			return true;
	return false;
}
