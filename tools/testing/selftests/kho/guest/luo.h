/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The calls of /dev/liveupdate, as a program makes them that knows nothing but numbers:
 * those of include/uapi/linux/liveupdate.h, written down once more. Each gives -1 with
 * errno where it fails.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LUO_CREATE_SESSION	0xba00
#define LUO_RETRIEVE_SESSION	0xba01
#define LUO_PRESERVE_FD		0xba40
#define LUO_RETRIEVE_FD		0xba41
#define LUO_FINISH		0xba42
#define LUO_GET_NAME		0xba43
#define LUO_UNPRESERVE_FD	0xbac0

struct luo_session {
	uint32_t size;
	int32_t fd;
	char name[64];
};

struct luo_fd {
	uint32_t size;
	int32_t fd;
	uint64_t token;
};

struct luo_word {
	uint32_t size;
	uint32_t reserved;
};

/* One program at a time has the device: open it for each call. */
static inline int luo_session_call(unsigned int cmd, const char *name)
{
	struct luo_session arg = { .size = sizeof(arg) };
	int device = open("/dev/liveupdate", O_RDWR), ret;

	if (device < 0)
		return -1;
	memcpy(arg.name, name, strnlen(name, sizeof(arg.name)));
	ret = ioctl(device, cmd, &arg);
	close(device);
	return ret ? -1 : arg.fd;
}

static inline int luo_create(const char *name)
{
	return luo_session_call(LUO_CREATE_SESSION, name);
}

static inline int luo_retrieve(const char *name)
{
	return luo_session_call(LUO_RETRIEVE_SESSION, name);
}

static inline int luo_preserve(int session, int fd, uint64_t token)
{
	struct luo_fd arg = { .size = sizeof(arg), .fd = fd, .token = token };

	return ioctl(session, LUO_PRESERVE_FD, &arg);
}

static inline int luo_unpreserve(int session, uint64_t token)
{
	struct luo_fd arg = { .size = sizeof(arg), .token = token };

	return ioctl(session, LUO_UNPRESERVE_FD, &arg);
}

static inline int luo_retrieve_fd(int session, uint64_t token)
{
	struct luo_fd arg = { .size = sizeof(arg), .fd = -1, .token = token };

	return ioctl(session, LUO_RETRIEVE_FD, &arg) ? -1 : arg.fd;
}

static inline int luo_finish(int session)
{
	struct luo_word arg = { .size = sizeof(arg) };

	return ioctl(session, LUO_FINISH, &arg);
}
