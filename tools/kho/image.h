/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kernel's image tells of itself.
 */
#ifndef __KHO_IMAGE_H
#define __KHO_IMAGE_H

#include "source.h"

/**
 * struct image - an image
 * @wrong: why it cannot be used, or NULL
 * @machine: as uname -m names it
 * @release: of the kernel, "" when it is not told
 * @header_release: the boot header tells it, so that who loads the image knows it
 * @size: bytes of memory that it runs in
 * @page_size: 0 when it is not told
 * @kernel: the kernel proper, unpacked
 * @config: its configuration, where it has that (CONFIG_IKCONFIG), or empty
 */
struct image {
	const char *wrong;
	const char *machine;
	char *release;
	bool header_release;
	uint64_t size;
	uint64_t page_size;
	struct blob kernel;
	struct blob config;
};

void image_read(struct image *image, const char *file);
/* Is this one of its strings? */
bool image_has(const struct image *image, const char *string);
/* Is this a line of its configuration: "CONFIG_X=y"? */
bool image_configured(const struct image *image, const char *line);

/* Unpacks what is compressed; NULL, or why that failed */
const char *unpack(const struct blob *packed, struct blob *plain);
bool is_packed(const struct blob *blob);

#endif /* __KHO_IMAGE_H */
