// SPDX-License-Identifier: GPL-2.0-only
/*
 * KHO: which version of the ABI is written.
 *
 * A handover is written for the kernel that reads it. Which one that is, the image
 * tells once it is loaded: its release, and where the image is not compressed, the
 * names of the versions that it reads. A user who knows better chooses.
 */
#define pr_fmt(fmt) "KHO: " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kexec.h>
#include <linux/kexec_handover.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <linux/kho/abi/bitmaps.h>

#include "kho_version.h"

/* What the user chose, and what the image asks for. */
static enum kho_version kho_chosen;
static enum kho_version kho_found = KHO_VERSION_4;

static const char *const kho_version_names[] = {
	[KHO_VERSION_AUTO] = "auto",
	[KHO_VERSION_1] = "v1",
	[KHO_VERSION_3] = "v3",
	[KHO_VERSION_4] = "v4",
};

/**
 * kho_version_out() - the version that is to be written
 *
 * Context: Any. It may change when an image is loaded.
 * Return: KHO_VERSION_1, _3 or _4.
 */
enum kho_version kho_version_out(void)
{
	return READ_ONCE(kho_chosen) ?: READ_ONCE(kho_found);
}

/**
 * kho_version_choose() - choose the version that is to be written
 * @word: "v1", "v3" or "v4"; "auto" to go by the image
 *
 * What is finalized already is written anew at the kexec.
 *
 * Context: Any.
 * Return: 0, or -EINVAL for another word.
 */
int kho_version_choose(const char *word)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kho_version_names); i++) {
		if (!kho_version_names[i] ||
		    !sysfs_streq(word, kho_version_names[i]))
			continue;
		WRITE_ONCE(kho_chosen, i);
		return 0;
	}
	return -EINVAL;
}

static int __init kho_version_setup(char *arg)
{
	if (!arg || kho_version_choose(arg))
		pr_warn("kho_version=%s is none of auto, v1, v3 and v4, and is ignored\n",
			arg ?: "");
	return 0;
}
early_param("kho_version", kho_version_setup);

/**
 * kho_version_show() - tell the choice, and what it comes to
 * @buf: a page of sysfs
 *
 * Context: Any.
 * Return: bytes written.
 */
ssize_t kho_version_show(char *buf)
{
	enum kho_version chosen = READ_ONCE(kho_chosen);

	if (chosen)
		return sysfs_emit(buf, "%s\n", kho_version_names[chosen]);
	return sysfs_emit(buf, "auto %s\n", kho_version_names[kho_version_out()]);
}

/**
 * kho_version_of_release() - the version that a kernel reads, by its release
 * @release: begins with two numbers and a dot between them
 *
 * A kernel older than KHO that has it all the same has it from where this one has
 * it.
 *
 * Context: Any.
 * Return: The version; KHO_VERSION_4 when @release is no release.
 */
enum kho_version kho_version_of_release(const char *release)
{
	unsigned int major, minor;

	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		return KHO_VERSION_4;
	if ((major == 6 && minor >= 16) || (major == 7 && minor == 0))
		return KHO_VERSION_1;
	if (major == 7 && minor == 1)
		return KHO_VERSION_3;
	return KHO_VERSION_4;
}

static const void *kho_find(const void *buf, size_t size, const char *word)
{
	size_t len = strlen(word);
	const void *end = buf + size;

	for (; buf && (size_t)(end - buf) >= len; buf++) {
		buf = memchr(buf, *word, end - buf - len + 1);
		if (!buf || !memcmp(buf, word, len))
			return buf;
	}
	return NULL;
}

/**
 * arch_kho_image_release() - the release that an image's header names
 * @buf: the image
 * @size: bytes
 *
 * Context: Any.
 * Return: A string in @buf, ended there; NULL when the header has none.
 */
const char *__weak arch_kho_image_release(const void *buf, size_t size)
{
	return NULL;
}

/* What an image that is not compressed has in it. */
static enum kho_version kho_version_named(const void *buf, size_t size)
{
	if (kho_find(buf, size, KHO_FDT_COMPATIBLE_V4))
		return KHO_VERSION_4;
	if (kho_find(buf, size, KHO_FDT_COMPATIBLE_V3))
		return KHO_VERSION_3;
	if (kho_find(buf, size, KHO_FDT_COMPATIBLE_V1))
		return KHO_VERSION_1;
	return KHO_VERSION_AUTO;
}

/**
 * kho_version_of_image() - the version that an image reads
 * @image: the ordinary image that is being loaded, with its file still there
 *
 * Context: Process context, under the kexec lock.
 * Return: The version; KHO_VERSION_4 when the image does not tell.
 */
enum kho_version kho_version_of_image(const struct kimage *image)
{
	const char *release = arch_kho_image_release(image->kernel_buf,
						     image->kernel_buf_len);
	enum kho_version found;

	found = release ? kho_version_of_release(release) :
			  kho_version_named(image->kernel_buf,
					    image->kernel_buf_len);
	return found ?: KHO_VERSION_4;
}

/**
 * kho_version_go_by() - go by what an image reads, unless the user chose
 * @found: the version
 *
 * Context: Process context, under the kexec lock.
 */
void kho_version_go_by(enum kho_version found)
{
	if (found != READ_ONCE(kho_found))
		pr_info("the image reads kho-%s\n", kho_version_names[found]);
	WRITE_ONCE(kho_found, found);
}
