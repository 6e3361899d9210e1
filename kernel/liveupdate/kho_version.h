/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KHO: which version of the ABI is written.
 */
#ifndef _KHO_VERSION_H
#define _KHO_VERSION_H

#include <linux/types.h>

struct kimage;

/*
 * Kernels that read 4 read 3 as well; what is written for them says both, unless
 * something in it can be read with 4 alone.
 */
enum kho_version {
	KHO_VERSION_AUTO,
	KHO_VERSION_1,
	KHO_VERSION_3 = 3,
	KHO_VERSION_4,
};

enum kho_version kho_version_out(void);
int kho_version_choose(const char *word);
ssize_t kho_version_show(char *buf);
enum kho_version kho_version_of_image(const struct kimage *image);
void kho_version_go_by(enum kho_version found);
enum kho_version kho_version_of_release(const char *release);

#endif /* _KHO_VERSION_H */
