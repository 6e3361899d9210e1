// SPDX-License-Identifier: GPL-2.0-only
/*
 * Live update: what all calls have in common, how an argument comes in and how a new
 * file descriptor goes out.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/uaccess.h>

#include "luo_internal.h"

/**
 * luo_copy_in() - read the argument of a call
 * @arg: where to
 * @size: bytes of the call's struct
 * @user: where it is
 * @right_cmd: the command is the call's, in its type and its direction too
 *
 * Context: Process context, may sleep.
 * Return: 0; -EFAULT; -ENOTTY for the wrong command; -EINVAL when the caller's struct is
 * too small; -E2BIG when it is larger and what follows is not zero.
 */
int luo_copy_in(union luo_arg *arg, size_t size, void __user *user,
		bool right_cmd)
{
	u32 user_size;

	if (get_user(user_size, (u32 __user *)user))
		return -EFAULT;
	if (!right_cmd)
		return -ENOTTY;
	if (user_size < size)
		return -EINVAL;
	return copy_struct_from_user(arg, size, user, user_size);
}

/**
 * luo_install() - give user space a file descriptor, or nothing
 * @fd: reserved, to be installed; given back on failure
 * @file: what it shall be of; the reference stays the caller's on failure
 * @where: in @arg, for the number
 * @arg: the argument of the call
 * @size: bytes of it
 * @user: where it came from
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EFAULT.
 */
long luo_install(int fd, struct file *file, s32 *where, union luo_arg *arg,
		 size_t size, void __user *user)
{
	*where = fd;
	if (copy_to_user(user, arg, size)) {
		put_unused_fd(fd);
		return -EFAULT;
	}
	fd_install(fd, file);
	return 0;
}
