/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/liveupdate: file descriptors that outlive a kexec.
 *
 * Documentation/userspace-api/liveupdate.rst tells how it is used.
 */
#ifndef _UAPI_LINUX_LIVEUPDATE_H
#define _UAPI_LINUX_LIVEUPDATE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * Every argument starts with its size, as the caller knows it. It may be larger than the
 * kernel's when what the kernel does not know is zero (E2BIG otherwise). Fields that are
 * called reserved have to be zero. Numbers are of _IO(), whatever the direction.
 *
 * Answers that all calls have in common:
 *
 * EINVAL	there is no call with this number, or not on this kind of session; size
 *		is smaller than the struct; reserved is not zero
 * EFAULT	the argument cannot be read or written
 * ENOTTY	the number is right, but its type or its direction is not
 * E2BIG	what the kernel does not know is not zero
 * EBUSY	the handover is finalized; nothing can be preserved until it is aborted
 *
 * New file descriptors are close-on-exec.
 */
#define LIVEUPDATE_IOCTL_TYPE		0xBA

/* Bytes of a session's name, its NUL included */
#define LIVEUPDATE_SESSION_NAME_LENGTH	64

enum {
	/* on /dev/liveupdate */
	LIVEUPDATE_CMD_BASE = 0x00,
	LIVEUPDATE_CMD_CREATE_SESSION = LIVEUPDATE_CMD_BASE,
	LIVEUPDATE_CMD_RETRIEVE_SESSION = 0x01,

	/* on a session */
	LIVEUPDATE_CMD_SESSION_BASE = 0x40,
	LIVEUPDATE_CMD_SESSION_PRESERVE_FD = LIVEUPDATE_CMD_SESSION_BASE,
	LIVEUPDATE_CMD_SESSION_RETRIEVE_FD = 0x41,
	LIVEUPDATE_CMD_SESSION_FINISH = 0x42,
	LIVEUPDATE_CMD_SESSION_GET_NAME = 0x43,

	/* on a session, of 6.12 alone: far from what mainline may number next */
	LIVEUPDATE_CMD_SESSION_UNPRESERVE_FD = 0xC0,
};

/**
 * struct liveupdate_ioctl_create_session - ioctl(LIVEUPDATE_IOCTL_CREATE_SESSION)
 * @size: sizeof(struct liveupdate_ioctl_create_session)
 * @fd: out: the session
 * @name: 1 to 63 bytes and a NUL
 *
 * Makes a session in which file descriptors can be preserved. Closing it before the
 * kexec drops them.
 *
 * EMFILE, EINVAL (name), ENOMEM, ENOSPC, EEXIST (there is one of this name; one that
 * came from the last kernel does not count).
 */
struct liveupdate_ioctl_create_session {
	__u32		size;
	__s32		fd;
	__u8		name[LIVEUPDATE_SESSION_NAME_LENGTH];
};

#define LIVEUPDATE_IOCTL_CREATE_SESSION \
	_IO(LIVEUPDATE_IOCTL_TYPE, LIVEUPDATE_CMD_CREATE_SESSION)

/**
 * struct liveupdate_ioctl_retrieve_session - ioctl(LIVEUPDATE_IOCTL_RETRIEVE_SESSION)
 * @size: sizeof(struct liveupdate_ioctl_retrieve_session)
 * @fd: out: the session
 * @name: as it was created in the last kernel
 *
 * Finds a session that came from the last kernel. Closing it finishes it. When a file
 * refuses that, the session can be retrieved again.
 *
 * EMFILE, ENOENT (no such session), EINVAL (it has been retrieved).
 */
struct liveupdate_ioctl_retrieve_session {
	__u32		size;
	__s32		fd;
	__u8		name[LIVEUPDATE_SESSION_NAME_LENGTH];
};

#define LIVEUPDATE_IOCTL_RETRIEVE_SESSION \
	_IO(LIVEUPDATE_IOCTL_TYPE, LIVEUPDATE_CMD_RETRIEVE_SESSION)

/**
 * struct liveupdate_session_preserve_fd - ioctl(LIVEUPDATE_SESSION_PRESERVE_FD)
 * @size: sizeof(struct liveupdate_session_preserve_fd)
 * @fd: the file descriptor, which may be closed afterwards
 * @token: any number that is not used in this session
 *
 * On a session that was created in this kernel.
 *
 * EEXIST (token), ENOMEM, ENOSPC, EBADF, ENOENT (no handler takes such a file), EBUSY
 * (the file is preserved, or was retrieved and is not finished), and what the handler
 * answers. For a memfd: EOPNOTSUPP (a seal that is not known), ENOMEM, EINTR. For one of
 * huge pages: ENOMEM (also at once, when its holes could not be filled), EAGAIN (its size
 * was changed meanwhile).
 */
struct liveupdate_session_preserve_fd {
	__u32		size;
	__s32		fd;
	__aligned_u64	token;
};

#define LIVEUPDATE_SESSION_PRESERVE_FD \
	_IO(LIVEUPDATE_IOCTL_TYPE, LIVEUPDATE_CMD_SESSION_PRESERVE_FD)

/**
 * struct liveupdate_session_retrieve_fd - ioctl(LIVEUPDATE_SESSION_RETRIEVE_FD)
 * @size: sizeof(struct liveupdate_session_retrieve_fd)
 * @fd: out: a new file descriptor
 * @token: as it was preserved
 *
 * On a session that was retrieved. In any order, and more than once: each call gives a
 * file descriptor of the same file. A handler's first failure is kept.
 *
 * EMFILE, ENOENT (token), EOPNOTSUPP (this kernel has no handler for what it was; one may
 * be loaded), and what the handler answers.
 */
struct liveupdate_session_retrieve_fd {
	__u32		size;
	__s32		fd;
	__aligned_u64	token;
};

#define LIVEUPDATE_SESSION_RETRIEVE_FD \
	_IO(LIVEUPDATE_IOCTL_TYPE, LIVEUPDATE_CMD_SESSION_RETRIEVE_FD)

/**
 * struct liveupdate_session_finish - ioctl(LIVEUPDATE_SESSION_FINISH)
 * @size: sizeof(struct liveupdate_session_finish)
 * @reserved: 0
 *
 * On a session that was retrieved. Its files become ordinary files, and what was not
 * retrieved is given up. A second call does nothing.
 *
 * EINVAL (reserved), EBUSY (a file is not ready; nothing was done, try again).
 */
struct liveupdate_session_finish {
	__u32		size;
	__u32		reserved;
};

#define LIVEUPDATE_SESSION_FINISH \
	_IO(LIVEUPDATE_IOCTL_TYPE, LIVEUPDATE_CMD_SESSION_FINISH)

/**
 * struct liveupdate_session_get_name - ioctl(LIVEUPDATE_SESSION_GET_NAME)
 * @size: sizeof(struct liveupdate_session_get_name)
 * @reserved: 0
 * @name: out: its name
 *
 * On any session.
 *
 * EINVAL (reserved).
 */
struct liveupdate_session_get_name {
	__u32		size;
	__u32		reserved;
	__u8		name[LIVEUPDATE_SESSION_NAME_LENGTH];
};

#define LIVEUPDATE_SESSION_GET_NAME \
	_IO(LIVEUPDATE_IOCTL_TYPE, LIVEUPDATE_CMD_SESSION_GET_NAME)

/**
 * struct liveupdate_session_unpreserve_fd - ioctl(LIVEUPDATE_SESSION_UNPRESERVE_FD)
 * @size: sizeof(struct liveupdate_session_unpreserve_fd)
 * @reserved: 0
 * @token: as it was preserved
 *
 * On a session that was created in this kernel: takes one file out again. Mainline has
 * no such call and answers EINVAL.
 *
 * EINVAL (reserved), ENOENT (token).
 */
struct liveupdate_session_unpreserve_fd {
	__u32		size;
	__u32		reserved;
	__aligned_u64	token;
};

#define LIVEUPDATE_SESSION_UNPRESERVE_FD \
	_IO(LIVEUPDATE_IOCTL_TYPE, LIVEUPDATE_CMD_SESSION_UNPRESERVE_FD)

#endif /* _UAPI_LINUX_LIVEUPDATE_H */
