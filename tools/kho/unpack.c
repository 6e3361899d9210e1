// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a kernel is compressed with is unpacked by the programs that are installed for it,
 * as scripts/extract-vmlinux does: a damaged image is no danger to this one then.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image.h"

/* No kernel is larger than this. */
#define PLAIN_MAX	0x40000000

struct packer {
	const char *magic;
	size_t magic_len;
	const char *argv[4];
	const char *missing;
};

static const struct packer packers[] = {
	{ "\x1f\x8b", 2, { "gzip", "-dc" }, "gzip is not installed" },
	{ "\xfd\x37zXZ", 6, { "xz", "-dc" }, "xz is not installed" },
	{ "\x5d\0\0", 3, { "xz", "--format=lzma", "-dc" }, "xz is not installed" },
	{ "BZh", 3, { "bzip2", "-dc" }, "bzip2 is not installed" },
	{ "\x02\x21\x4c\x18", 4, { "lz4", "-dc" }, "lz4 is not installed" },
	{ "\x04\x22\x4d\x18", 4, { "lz4", "-dc" }, "lz4 is not installed" },
	{ "\x28\xb5\x2f\xfd", 4, { "zstd", "-dc" }, "zstd is not installed" },
	{ "\x89LZO", 4, { "lzop", "-dc" }, "lzop is not installed" },
};

static const struct packer *packer_of(const struct blob *blob)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(packers); i++)
		if (blob->len >= packers[i].magic_len &&
		    !memcmp(blob->data, packers[i].magic, packers[i].magic_len))
			return &packers[i];
	return NULL;
}

bool is_packed(const struct blob *blob)
{
	return packer_of(blob);
}

static void run(const struct packer *packer, const int *in, const int *out)
{
	dup2(in[0], STDIN_FILENO);
	dup2(out[1], STDOUT_FILENO);
	/* What it has to say is said by its status. */
	close(STDERR_FILENO);
	execvp(packer->argv[0], (char **)packer->argv);
	_exit(127);
}

static pid_t start(const struct packer *packer, int *to, int *from)
{
	int in[2], out[2];
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		die("no pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		die("no process: %s", strerror(errno));
	if (!pid)
		run(packer, in, out);
	close(in[0]);
	close(out[1]);
	*to = in[1];
	*from = out[0];
	return pid;
}

/* Read a little; false at the end */
static bool take(int from, struct blob *plain, size_t *room)
{
	ssize_t got;

	if (plain->len + 1 >= *room) {
		*room = *room ? 2 * *room : 1 << 20;
		plain->data = xgrow(plain->data, *room);
	}
	got = read(from, plain->data + plain->len, *room - plain->len - 1);
	if (got > 0)
		plain->len += got;
	return got > 0 && plain->len <= PLAIN_MAX;
}

/* Write a little, so much as a pipe takes at once; false when no more is to be written */
static bool give(int to, const struct blob *packed, size_t *written)
{
	ssize_t put = write(to, packed->data + *written,
			    MIN(packed->len - *written, (size_t)4096));

	if (put > 0)
		*written += put;
	return put > 0 && *written < packed->len;
}

static void feed(const struct blob *packed, struct blob *plain, int to, int from)
{
	struct pollfd fds[2] = { { from, POLLIN, 0 }, { to, POLLOUT, 0 } };
	size_t written = 0, room = 0;

	for (;;) {
		if (poll(fds, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			break;
		}
		if (fds[1].revents && !give(to, packed, &written)) {
			close(to);
			fds[1] = (struct pollfd){ .fd = -1 };
		}
		if (fds[0].revents && !take(from, plain, &room))
			break;
	}
	if (fds[1].fd >= 0)
		close(to);
	close(from);
}

const char *unpack(const struct blob *packed, struct blob *plain)
{
	const struct packer *packer = packer_of(packed);
	int to, from, status = -1;
	sighandler_t before;
	pid_t pid;

	*plain = (struct blob){};
	/* It may end before it has read all. */
	before = signal(SIGPIPE, SIG_IGN);
	pid = start(packer, &to, &from);
	feed(packed, plain, to, from);
	waitpid(pid, &status, 0);
	signal(SIGPIPE, before);
	if (WIFEXITED(status) && !WEXITSTATUS(status) && plain->len) {
		plain->data[plain->len] = 0;
		return NULL;
	}
	free(plain->data);
	*plain = (struct blob){};
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return packer->missing;
	return "what is compressed in it is damaged or cut short";
}
