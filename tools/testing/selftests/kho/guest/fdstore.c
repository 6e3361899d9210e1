// SPDX-License-Identifier: GPL-2.0-only
/*
 * A service whose memfd is in the fd store of systemd: says "found" where that has one for
 * it, whose pages are all where they were; else puts one there and says "stored". Goes on
 * until it is stopped.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "memfd.h"

#define PAGES		256
#define FIRST_FD	3
#define SEALS		(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static void notify(const char *text, int fd)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	char control[CMSG_SPACE(sizeof(fd))] = {0};
	struct iovec iov = { .iov_base = (void *)text, .iov_len = strlen(text) };
	struct msghdr msg = { .msg_name = &to, .msg_iov = &iov, .msg_iovlen = 1 };
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (!path || strlen(path) >= sizeof(to.sun_path))
		errx(1, "where is systemd?");
	memcpy(to.sun_path, path, strlen(path));
	msg.msg_namelen = offsetof(struct sockaddr_un, sun_path) + strlen(path);
	if (*path == '@')
		to.sun_path[0] = 0;
	if (fd >= 0) {
		struct cmsghdr *cmsg;

		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	}
	if (sock < 0 || sendmsg(sock, &msg, MSG_NOSIGNAL) < 0)
		err(1, "notify");
	close(sock);
}

static const char *store(void)
{
	int fd = memfd_create("kept", MFD_ALLOW_SEALING);
	char *mem;

	if (fd < 0 || ftruncate(fd, PAGES * page))
		err(1, "memfd");
	mem = map(fd, PAGES * page);
	mark_all(mem, PAGES);
	munmap(mem, PAGES * page);
	if (fcntl(fd, F_ADD_SEALS, SEALS))
		err(1, "seal");
	notify("FDSTORE=1\nFDNAME=kept", fd);
	return "stored";
}

static const char *look(void)
{
	char *mem = mmap(NULL, PAGES * page, PROT_READ, MAP_SHARED, FIRST_FD, 0);

	if (mem == MAP_FAILED)
		err(1, "mmap");
	check_all(mem, PAGES);
	if ((fcntl(FIRST_FD, F_GET_SEALS) & SEALS) != SEALS)
		errx(1, "its seals are %#x", fcntl(FIRST_FD, F_GET_SEALS));
	return "found";
}

int main(void)
{
	const char *fds = getenv("LISTEN_FDS"), *said;

	page = sysconf(_SC_PAGESIZE);
	said = fds && atoi(fds) ? look() : store();
	printf("%s\n", said);
	fflush(stdout);
	notify("READY=1", -1);
	pause();
	return 0;
}
