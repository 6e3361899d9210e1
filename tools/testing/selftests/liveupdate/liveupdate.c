// SPDX-License-Identifier: GPL-2.0-only
/*
 * What /dev/liveupdate answers: every call with arguments that are wrong in every way, and
 * in which order that is noticed; sessions that are created, and memfds in them.
 *
 *	liveupdate		what needs no kexec
 *	liveupdate SESSION	of a session that came from the last kernel, with memfds of
 *				4096 bytes under the tokens 1 and 2; ../kho/ makes use of it
 *
 * Needs kho=on liveupdate=on on the command line, and is skipped otherwise.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/liveupdate.h>

#include "../kselftest.h"

#define DEVICE		"/dev/liveupdate"
#define NAME_LEN	LIVEUPDATE_SESSION_NAME_LENGTH
#define NOBODY		65534

/* A page that can be written to, a page that cannot be read. */
static char *memory;
static long page_size;
static int device;

static void same(const char *what, long want, long found)
{
	if (want != found)
		ksft_print_msg("%s: %ld, not %ld\n", what, found, want);
	ksft_test_result(want == found, "%s\n", what);
}

/* 0, or an errno */
static int call(int fd, unsigned int cmd, const void *arg)
{
	return ioctl(fd, cmd, arg) ? errno : 0;
}

static struct liveupdate_ioctl_create_session session_arg(const char *name)
{
	struct liveupdate_ioctl_create_session arg = { .size = sizeof(arg), .fd = -1 };

	memcpy(arg.name, name, strnlen(name, NAME_LEN));
	return arg;
}

static int create(const char *name)
{
	struct liveupdate_ioctl_create_session arg = session_arg(name);

	return ioctl(device, LIVEUPDATE_IOCTL_CREATE_SESSION, &arg) ? -1 : arg.fd;
}

static int create_errno(const char *name)
{
	int fd = create(name);

	return fd < 0 ? errno : close(fd);
}

static int retrieve_errno(const char *name)
{
	struct liveupdate_ioctl_create_session arg = session_arg(name);

	return call(device, LIVEUPDATE_IOCTL_RETRIEVE_SESSION, &arg);
}

static int preserve(int session, int fd, uint64_t token)
{
	struct liveupdate_session_preserve_fd arg = {
		.size = sizeof(arg), .fd = fd, .token = token,
	};

	return call(session, LIVEUPDATE_SESSION_PRESERVE_FD, &arg);
}

static int unpreserve(int session, uint64_t token)
{
	struct liveupdate_session_unpreserve_fd arg = {
		.size = sizeof(arg), .token = token,
	};

	return call(session, LIVEUPDATE_SESSION_UNPRESERVE_FD, &arg);
}

static int memfd(size_t bytes)
{
	int fd = memfd_create("liveupdate", 0);

	if (fd < 0 || ftruncate(fd, bytes))
		ksft_exit_fail_msg("memfd: %s\n", strerror(errno));
	return fd;
}

/* Arguments that are wrong, of every call */

struct a_call {
	const char *name;
	unsigned int cmd;
	size_t size;
	/* What a right argument of zeros and its size gives */
	int zeros;
};

static const struct a_call device_calls[] = {
	{ "CREATE_SESSION", LIVEUPDATE_IOCTL_CREATE_SESSION,
	  sizeof(struct liveupdate_ioctl_create_session), EINVAL },
	{ "RETRIEVE_SESSION", LIVEUPDATE_IOCTL_RETRIEVE_SESSION,
	  sizeof(struct liveupdate_ioctl_retrieve_session), ENOENT },
};

/* On a session that has a file with token 0, and none open with number 0 */
static const struct a_call session_calls[] = {
	{ "PRESERVE_FD", LIVEUPDATE_SESSION_PRESERVE_FD,
	  sizeof(struct liveupdate_session_preserve_fd), EEXIST },
	{ "GET_NAME", LIVEUPDATE_SESSION_GET_NAME,
	  sizeof(struct liveupdate_session_get_name), 0 },
};

/* On one that came, whose files have other tokens */
static const struct a_call came_calls[] = {
	{ "RETRIEVE_FD", LIVEUPDATE_SESSION_RETRIEVE_FD,
	  sizeof(struct liveupdate_session_retrieve_fd), ENOENT },
	{ "GET_NAME", LIVEUPDATE_SESSION_GET_NAME,
	  sizeof(struct liveupdate_session_get_name), 0 },
};

static void set_size(char *arg, uint32_t size)
{
	memcpy(arg, &size, sizeof(size));
}

static void same_of(const struct a_call *c, const char *what, int want, int found)
{
	char line[96];

	snprintf(line, sizeof(line), "%s: %s", c->name, what);
	same(line, want, found);
}

static void wrong_commands(int fd, const struct a_call *c)
{
	unsigned int nr = _IOC_NR(c->cmd);
	char *arg = memory;

	memset(memory, 0, page_size);
	same_of(c, "no memory", EFAULT, call(fd, c->cmd, NULL));
	same_of(c, "another type", ENOTTY, call(fd, _IO(0xBB, nr), arg));
	same_of(c, "a direction", ENOTTY,
		call(fd, _IOWR(LIVEUPDATE_IOCTL_TYPE, nr, uint64_t), arg));
	same_of(c, "another type, no memory", EFAULT, call(fd, _IO(0xBB, nr), NULL));
}

static void wrong_sizes(int fd, const struct a_call *c)
{
	char *arg = memory;

	memset(memory, 0, page_size);
	same_of(c, "size 0", EINVAL, call(fd, c->cmd, arg));
	set_size(arg, c->size - 1);
	same_of(c, "too small", EINVAL, call(fd, c->cmd, arg));
	set_size(arg, c->size);
	same_of(c, "zeros", c->zeros, call(fd, c->cmd, arg));

	memset(memory, 0, page_size);
	set_size(arg, page_size);
	arg[page_size - 1] = 1;
	same_of(c, "a tail that is not zero", E2BIG, call(fd, c->cmd, arg));
	arg[page_size - 1] = 0;
	same_of(c, "a tail of zeros", c->zeros, call(fd, c->cmd, arg));
	memset(memory, 0, page_size);
	set_size(arg, UINT32_MAX);
	same_of(c, "as large as can be", EFAULT, call(fd, c->cmd, arg));
}

static void wrong_places(int fd, const struct a_call *c)
{
	char *arg = memory + 1;

	memset(memory, 0, page_size);
	set_size(arg, c->size);
	same_of(c, "not aligned", c->zeros, call(fd, c->cmd, arg));

	memset(memory, 0, page_size);
	arg = memory + page_size - c->size;
	set_size(arg, c->size);
	same_of(c, "up to the end of memory", c->zeros, call(fd, c->cmd, arg));
	arg = memory + page_size - c->size + 1;
	memset(arg, 0, c->size - 1);
	set_size(arg, c->size);
	same_of(c, "a byte beyond the end", EFAULT, call(fd, c->cmd, arg));
	arg = memory + page_size - 2;
	same_of(c, "a size beyond the end", EFAULT, call(fd, c->cmd, arg));
	arg = memory + page_size - c->size;
	memset(arg, 0, c->size);
	set_size(arg, c->size + 1);
	same_of(c, "a tail beyond the end", EFAULT, call(fd, c->cmd, arg));
}

static void wrong_arguments_of(int fd, const struct a_call *calls, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		wrong_commands(fd, &calls[i]);
		wrong_sizes(fd, &calls[i]);
		wrong_places(fd, &calls[i]);
	}
}

static void wrong_arguments(void)
{
	int session = create("arguments"), file = memfd(0);

	wrong_arguments_of(device, device_calls, ARRAY_SIZE(device_calls));
	same("a file with token 0", 0, preserve(session, file, 0));
	wrong_arguments_of(session, session_calls, ARRAY_SIZE(session_calls));
	close(session);
	close(file);
}

/* What is not there at all, with an argument that cannot be read: nobody looks at it. */
static void wrong_kinds(void)
{
	int session = create("kinds");
	struct liveupdate_session_finish finish = { .size = sizeof(finish) };

	same("device: no such number", EINVAL,
	     call(device, _IO(LIVEUPDATE_IOCTL_TYPE, 2), NULL));
	same("device: a number of sessions", EINVAL,
	     call(device, LIVEUPDATE_SESSION_GET_NAME, NULL));
	same("device: no such number, and no such type", EINVAL,
	     call(device, _IO(0xBB, 2), NULL));
	same("session: no such number", EINVAL,
	     call(session, _IO(LIVEUPDATE_IOCTL_TYPE, 0x44), NULL));
	same("session: a number of the device", EINVAL,
	     call(session, LIVEUPDATE_IOCTL_CREATE_SESSION, NULL));
	same("session: RETRIEVE_FD, no memory", EINVAL,
	     call(session, LIVEUPDATE_SESSION_RETRIEVE_FD, NULL));
	same("session: FINISH", EINVAL,
	     call(session, LIVEUPDATE_SESSION_FINISH, &finish));
	same("session: read", -1, read(session, memory, 1));
	same("session: write", -1, write(session, memory, 1));
	close(session);
}

/* What cannot be told to user space was not done. */
static void read_only(void)
{
	struct liveupdate_ioctl_create_session *arg = (void *)memory;
	struct liveupdate_session_get_name *name = (void *)memory;
	int session = create("read-only 2");

	*arg = session_arg("read-only");
	mprotect(memory, page_size, PROT_READ);
	same("CREATE_SESSION: nowhere to write", EFAULT,
	     call(device, LIVEUPDATE_IOCTL_CREATE_SESSION, arg));
	mprotect(memory, page_size, PROT_READ | PROT_WRITE);
	/* The name is free as soon as the call returns */
	same("CREATE_SESSION: the same name again", 0, create_errno("read-only"));

	*name = (struct liveupdate_session_get_name) { .size = sizeof(*name) };
	mprotect(memory, page_size, PROT_READ);
	same("GET_NAME: nowhere to write", EFAULT,
	     call(session, LIVEUPDATE_SESSION_GET_NAME, name));
	mprotect(memory, page_size, PROT_READ | PROT_WRITE);
	close(session);
}

/* Names */

static void name_is(const char *name)
{
	struct liveupdate_session_get_name arg = { .size = sizeof(arg) };
	char path[64], link[256] = "", want[256];
	int session = create(name);

	same("GET_NAME", 0, call(session, LIVEUPDATE_SESSION_GET_NAME, &arg));
	same("GET_NAME: the name", 0, memcmp(arg.name, name, strlen(name) + 1));
	arg.reserved = 1;
	same("GET_NAME: reserved", EINVAL,
	     call(session, LIVEUPDATE_SESSION_GET_NAME, &arg));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", session);
	snprintf(want, sizeof(want), "anon_inode:[luo_session] %s", name);
	same("readlink", strlen(want), readlink(path, link, sizeof(link) - 1));
	same("readlink: the link", 0, strcmp(link, want));
	same("close-on-exec", FD_CLOEXEC, fcntl(session, F_GETFD));
	close(session);
}

static void names(void)
{
	char name[NAME_LEN + 1] = {0};
	struct liveupdate_ioctl_create_session arg = session_arg("behind");
	int session;

	same("CREATE_SESSION: no name", EINVAL, create_errno(""));
	same("RETRIEVE_SESSION: no name", ENOENT, retrieve_errno(""));
	memset(name, 'x', NAME_LEN);
	same("CREATE_SESSION: 64 bytes without NUL", EINVAL, create_errno(name));
	same("RETRIEVE_SESSION: 64 bytes without NUL", ENOENT, retrieve_errno(name));
	name[NAME_LEN - 1] = 0;
	name_is(name);
	name_is("a");
	name_is("../with/slashes and\nmore\\n");
	session = create("taken");
	same("CREATE_SESSION: the name is taken", EEXIST, create_errno("taken"));
	same("RETRIEVE_SESSION: created here", ENOENT, retrieve_errno("taken"));
	close(session);
	same("CREATE_SESSION: the name is free", 0, create_errno("taken"));
	/* What is behind the NUL is no part of the name. */
	session = create("behind");
	arg.name[NAME_LEN - 1] = 'x';
	same("CREATE_SESSION: the same to the NUL", EEXIST,
	     call(device, LIVEUPDATE_IOCTL_CREATE_SESSION, &arg));
	close(session);
}

/* Who has the device */

static void one_at_a_time(void)
{
	same("a second open", -1, open(DEVICE, O_RDWR));
	same("a second open: errno", EBUSY, errno);
	close(device);
	device = open(DEVICE, O_RDWR);
	same("open after close", 1, device >= 0);
}

/* In a process of its own: its exit status */
static int in_child(int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(fn());
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int open_as_nobody(void)
{
	close(device);
	if (setgid(NOBODY) || setuid(NOBODY))
		return 255;
	return open(DEVICE, O_RDWR) < 0 ? errno : 0;
}

/* Before the name is looked at, and before whether there is such a session */
static int without_files(void)
{
	struct rlimit limit = { device + 1, device + 1 };
	int fd;

	do {
		fd = dup(0);
	} while (fd >= 0 && fd < device);
	if (setrlimit(RLIMIT_NOFILE, &limit))
		return 1;
	if (create_errno("") != EMFILE)
		return 2;
	if (retrieve_errno("none") != EMFILE)
		return 3;
	return 0;
}

/* Files */

static void files(void)
{
	int one = create("one"), two = create("two"), file = memfd(8192), fd;
	struct liveupdate_session_unpreserve_fd wrong = {
		.size = sizeof(wrong), .reserved = 1,
	};

	same("PRESERVE_FD: the largest token", 0, preserve(one, file, UINT64_MAX));
	same("PRESERVE_FD: the token is used, which is seen first", EEXIST,
	     preserve(one, -1, UINT64_MAX));
	same("PRESERVE_FD: no file", EBADF, preserve(one, -1, 1));
	fd = open("/", O_PATH);
	same("PRESERVE_FD: O_PATH", EBADF, preserve(one, fd, 1));
	close(fd);
	fd = open("/dev/null", O_RDWR);
	same("PRESERVE_FD: nobody takes it", ENOENT, preserve(one, fd, 1));
	close(fd);
	same("PRESERVE_FD: a session", ENOENT, preserve(one, two, 1));
	same("PRESERVE_FD: twice", EBUSY, preserve(one, file, 1));
	same("PRESERVE_FD: in another session", EBUSY, preserve(two, file, UINT64_MAX));
	fd = dup(file);
	same("PRESERVE_FD: another number of it", EBUSY, preserve(two, fd, 1));
	close(fd);
	same("its size does not change", -1, ftruncate(file, 4096));
	same("its size does not change: errno", EPERM, errno);

	same("UNPRESERVE_FD: reserved", EINVAL,
	     call(one, LIVEUPDATE_SESSION_UNPRESERVE_FD, &wrong));
	same("UNPRESERVE_FD: no such token", ENOENT, unpreserve(one, 1));
	same("UNPRESERVE_FD: of another session", ENOENT, unpreserve(two, UINT64_MAX));
	same("UNPRESERVE_FD", 0, unpreserve(one, UINT64_MAX));
	same("UNPRESERVE_FD: again", ENOENT, unpreserve(one, UINT64_MAX));
	same("its size may change again", 0, ftruncate(file, 4096));
	same("PRESERVE_FD: again", 0, preserve(two, file, UINT64_MAX));
	close(two);
	same("closing the session drops it", 0, preserve(one, file, 0));
	close(file);
	same("it stays without a file descriptor", EEXIST, preserve(one, -1, 0));
	close(one);
}

/* A process that is killed leaves nothing behind. */
static void killed(void)
{
	int file = memfd(4096), session, ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		ksft_exit_fail_msg("pipe\n");
	pid = fork();
	if (!pid) {
		session = create("killed");
		byte = preserve(session, file, 1);
		if (write(ready[1], &byte, 1) == 1)
			pause();
		_exit(1);
	}
	same("killed: preserved", 1, read(ready[0], &byte, 1));
	same("killed: preserved, too", 0, byte);
	session = create("another");
	same("killed: the file is in its session", EBUSY, preserve(session, file, 1));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	same("killed: the file is free", 0, preserve(session, file, 1));
	same("killed: the name is free", 0, create_errno("killed"));
	close(session);
	close(file);
}

/* Threads */

#define THREADS	8
#define ROUNDS	200

static int shared_session;
static pthread_barrier_t barrier;

/* How often did this thread get what one alone can have? */
static void *race(void *data)
{
	int file = *(int *)data;
	long won = 0;

	for (int i = 0; i < ROUNDS; i++) {
		int session;

		pthread_barrier_wait(&barrier);
		session = create("raced for");
		won += session >= 0;
		won += !preserve(shared_session, file, i);
		pthread_barrier_wait(&barrier);
		if (session >= 0)
			close(session);
	}
	return (void *)won;
}

static void threads(void)
{
	pthread_t thread[THREADS];
	int file[THREADS];
	long won = 0;

	shared_session = create("shared");
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++) {
		file[i] = memfd(4096);
		pthread_create(&thread[i], NULL, race, &file[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(thread[i], &result);
		won += (long)result;
		close(file[i]);
	}
	/* Each round a name; each file can be preserved once. */
	same("threads: one of them each time", ROUNDS + THREADS, won);
	close(shared_session);
}

/* A session that came */

static int retrieve(const char *name)
{
	struct liveupdate_ioctl_create_session arg = session_arg(name);

	return ioctl(device, LIVEUPDATE_IOCTL_RETRIEVE_SESSION, &arg) ? -1 : arg.fd;
}

static int retrieve_fd(int session, uint64_t token)
{
	struct liveupdate_session_retrieve_fd arg = {
		.size = sizeof(arg), .token = token,
	};

	return ioctl(session, LIVEUPDATE_SESSION_RETRIEVE_FD, &arg) ? -1 : arg.fd;
}

/* The session was not lost when its file descriptor could not be told. */
static int retrieve_carefully(const char *name)
{
	struct liveupdate_ioctl_create_session *arg = (void *)memory;

	*arg = session_arg(name);
	mprotect(memory, page_size, PROT_READ);
	same("RETRIEVE_SESSION: nowhere to write", EFAULT,
	     call(device, LIVEUPDATE_IOCTL_RETRIEVE_SESSION, arg));
	mprotect(memory, page_size, PROT_READ | PROT_WRITE);
	return retrieve(name);
}

static void retrieve_files(int session)
{
	struct liveupdate_session_retrieve_fd *arg = (void *)memory;
	int one, again;

	*arg = (struct liveupdate_session_retrieve_fd) {
		.size = sizeof(*arg), .token = 2,
	};
	mprotect(memory, page_size, PROT_READ);
	same("RETRIEVE_FD: nowhere to write", EFAULT,
	     call(session, LIVEUPDATE_SESSION_RETRIEVE_FD, arg));
	mprotect(memory, page_size, PROT_READ | PROT_WRITE);
	one = retrieve_fd(session, 2);
	again = retrieve_fd(session, 2);
	same("RETRIEVE_FD", 1, one >= 0 && again >= 0 && one != again);
	same("RETRIEVE_FD: its size", 4096, lseek(one, 0, SEEK_END));
	same("RETRIEVE_FD: twice the same file", 4096, lseek(again, 0, SEEK_CUR));
	same("RETRIEVE_FD: close-on-exec", FD_CLOEXEC, fcntl(again, F_GETFD));
	close(one);
	close(again);
}

static int came;

/* Before the token is looked at */
static int fetch_without_files(void)
{
	struct rlimit limit = { came + 1, came + 1 };
	int fd;

	do {
		fd = dup(0);
	} while (fd >= 0 && fd < came);
	if (setrlimit(RLIMIT_NOFILE, &limit))
		return 255;
	return retrieve_fd(came, 77) < 0 ? errno : 0;
}

static void finish(int session)
{
	struct liveupdate_session_finish arg = { .size = sizeof(arg), .reserved = 1 };
	int fd = retrieve_fd(session, 1), other = create("other");

	same("PRESERVE_FD: not finished", EBUSY, preserve(other, fd, 1));
	same("FINISH: reserved", EINVAL, call(session, LIVEUPDATE_SESSION_FINISH, &arg));
	same("FINISH: no memory", EFAULT, call(session, LIVEUPDATE_SESSION_FINISH, NULL));
	same("FINISH: reserved, nothing was done", 1, retrieve_fd(session, 1) >= 0);
	arg.reserved = 0;
	arg.size = 7;
	same("FINISH: too small", EINVAL, call(session, LIVEUPDATE_SESSION_FINISH, &arg));
	arg.size = sizeof(arg);
	same("FINISH", 0, call(session, LIVEUPDATE_SESSION_FINISH, &arg));
	same("FINISH: again", 0, call(session, LIVEUPDATE_SESSION_FINISH, &arg));
	same("RETRIEVE_FD: finished", -1, retrieve_fd(session, 1));
	same("RETRIEVE_FD: finished, errno", ENOENT, errno);
	same("PRESERVE_FD: finished", 0, preserve(other, fd, 1));
	close(other);
	close(fd);
}

static void session_that_came(const char *name)
{
	same("CREATE_SESSION: one of the name came", 0, create_errno(name));
	came = retrieve_carefully(name);
	same("RETRIEVE_SESSION", 1, came >= 0);
	same("RETRIEVE_SESSION: again", EINVAL, retrieve_errno(name));
	same("PRESERVE_FD, no memory", EINVAL,
	     call(came, LIVEUPDATE_SESSION_PRESERVE_FD, NULL));
	same("UNPRESERVE_FD, no memory", EINVAL,
	     call(came, LIVEUPDATE_SESSION_UNPRESERVE_FD, NULL));
	same("no file descriptor is free", EMFILE, in_child(fetch_without_files));
	wrong_arguments_of(came, came_calls, ARRAY_SIZE(came_calls));
	retrieve_files(came);
	finish(came);
	same("RETRIEVE_SESSION: not closed", EINVAL, retrieve_errno(name));
	close(came);
	same("RETRIEVE_SESSION: closed", ENOENT, retrieve_errno(name));
}

int main(int argc, char **argv)
{
	ksft_print_header();
	device = open(DEVICE, O_RDWR);
	if (device < 0)
		ksft_exit_skip("%s: %s\n", DEVICE, strerror(errno));
	page_size = sysconf(_SC_PAGESIZE);
	memory = mmap(NULL, 2 * page_size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || mprotect(memory + page_size, page_size, PROT_NONE))
		ksft_exit_fail_msg("mmap\n");

	if (argc == 2) {
		ksft_set_plan(54);
		session_that_came(argv[1]);
		ksft_finished();
	}
	ksft_set_plan(130);
	one_at_a_time();
	same("open as nobody", EACCES, in_child(open_as_nobody));
	same("no file descriptor is free", 0, in_child(without_files));
	wrong_arguments();
	wrong_kinds();
	read_only();
	names();
	files();
	killed();
	threads();
	ksft_finished();
}
