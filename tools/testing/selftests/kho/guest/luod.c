// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that has files and sessions, and does with them what it is told to:
 *
 *	luod NAME	reads commands from the pipe NAME.in, answers on NAME.out
 *
 * Files have names of the test's choice. The answer is "0", an errno's name, or text.
 *
 *	device FILE			open /dev/liveupdate
 *	create FILE [NAME]		a session; NAME may have blanks, and is FILE without
 *	retrieve FILE [NAME]
 *	preserve SESSION FILE TOKEN
 *	unpreserve SESSION TOKEN
 *	fetch SESSION FILE TOKEN	retrieve a file
 *	finish SESSION
 *	name SESSION
 *
 *	open FILE PATH [TEXT]		and write the text to it
 *	memfd FILE BYTES		filled with FILE's first letter
 *	huge FILE BYTES			the same, of huge pages
 *	compare FILE BYTES
 *	text FILE			what is in it
 *	set FILE TEXT [OTHER-FILE]	write the text, and the other one's number
 *	close FILE
 *	pass FILE COMMAND...		another process gets FILE by a socket, as "it",
 *					and does the command
 *	files N				may be open
 *	failing N COMMAND...		the Nth allocation fails; "N LEFT ANSWER"
 *	kexec				execute what is loaded
 *	clock				microseconds
 *	storm SESSION FILE TOKEN	preserve and unpreserve without an end
 *
 *	bg NAME COMMAND...		in a thread; "0" at once
 *	join NAME			its answer
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "luo.h"

#define FILES	64
#define LINE	256

static struct {
	char name[16];
	int fd;
} files[FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int fd_of(const char *name)
{
	int fd = -1;

	pthread_mutex_lock(&lock);
	for (int i = 0; name && i < FILES; i++)
		if (!strcmp(files[i].name, name))
			fd = files[i].fd;
	pthread_mutex_unlock(&lock);
	return fd;
}

/* Returns -1 where @fd is one, and remembers it otherwise. */
static int keep(const char *name, int fd)
{
	if (fd < 0)
		return -1;
	pthread_mutex_lock(&lock);
	for (int i = 0; i < FILES; i++) {
		if (files[i].name[0] && strcmp(files[i].name, name))
			continue;
		snprintf(files[i].name, sizeof(files[i].name), "%s", name);
		files[i].fd = fd;
		break;
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

static int forget(const char *name)
{
	int fd = -1;

	pthread_mutex_lock(&lock);
	for (int i = 0; i < FILES; i++) {
		if (strcmp(files[i].name, name))
			continue;
		fd = files[i].fd;
		files[i].name[0] = 0;
	}
	pthread_mutex_unlock(&lock);
	return close(fd);
}

static int set(int fd, const char *text, const char *other)
{
	char line[LINE];
	int len;

	len = other ? snprintf(line, sizeof(line), "%s %d", text, fd_of(other)) :
		      snprintf(line, sizeof(line), "%s", text);
	return write(fd, line, len) == len ? 0 : -1;
}

static int open_file(const char *name, const char *path, const char *text)
{
	int fd = open(path, O_RDWR);

	if (fd >= 0 && text && set(fd, text, NULL)) {
		close(fd);
		return -1;
	}
	return keep(name, fd);
}

static int make_memfd(const char *name, unsigned long bytes, int flags)
{
	int fd = memfd_create(name, MFD_ALLOW_SEALING | flags);
	char *mem;

	if (fd < 0 || ftruncate(fd, bytes))
		return -1;
	mem = mmap(NULL, bytes, PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		return -1;
	memset(mem, name[0], bytes);
	munmap(mem, bytes);
	return keep(name, fd);
}

static int compare(const char *name, unsigned long bytes)
{
	struct stat stat;
	char *mem;

	if (fstat(fd_of(name), &stat))
		return -1;
	errno = EUCLEAN;
	if ((unsigned long)stat.st_size != bytes)
		return -1;
	mem = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd_of(name), 0);
	if (mem == MAP_FAILED)
		return -1;
	for (unsigned long i = 0; i < bytes; i++)
		if (mem[i] != name[0])
			return -1;
	return munmap(mem, bytes);
}

static void do_line(char *line, char *answer);

static void send_fd(int socket, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(fd))] = {0};
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	sendmsg(socket, &msg, 0);
}

static int receive_fd(int socket)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int fd = -1;

	if (recvmsg(socket, &msg, 0) == 1 && CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static void pass(const char *name, char *line, char *answer)
{
	int sockets[2], fd = fd_of(name);
	ssize_t got;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		err(1, "socketpair");
	pid = fork();
	if (!pid) {
		for (int i = 0; i < FILES; i++)
			if (files[i].name[0])
				close(files[i].fd);
		memset(files, 0, sizeof(files));
		keep("it", receive_fd(sockets[1]));
		do_line(line, answer);
		_exit(write(sockets[1], answer, strlen(answer)) < 0);
	}
	close(sockets[1]);
	send_fd(sockets[0], fd);
	got = read(sockets[0], answer, LINE - 1);
	answer[got > 0 ? got : 0] = 0;
	close(sockets[0]);
	waitpid(pid, NULL, 0);
}

/* How much is left of N tells whether the Nth allocation was asked for. */
static void failing(const char *nth, char *line, char *answer)
{
	char text[16] = "", reply[LINE];
	int fd = open("/proc/thread-self/fail-nth", O_RDWR);
	int said;

	if (fd < 0)
		err(1, "fail-nth");
	if (pwrite(fd, nth, strlen(nth), 0) < 0)
		err(1, "fail-nth");
	do_line(line, reply);
	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		err(1, "fail-nth");
	if (pwrite(fd, "0", 1, 0) < 0)
		err(1, "fail-nth");
	close(fd);
	text[strcspn(text, "\n")] = 0;
	said = snprintf(answer, LINE, "%s %s", text, reply);
	if (said >= LINE)
		errx(1, "a long answer");
}

/* In a thread */

static struct bg {
	char name[16];
	char line[LINE], answer[LINE];
	pthread_t thread;
} bgs[16];

static struct bg *bg_of(const char *name)
{
	for (unsigned int i = 0; i < 16; i++)
		if (!strcmp(bgs[i].name, name))
			return &bgs[i];
	errx(1, "no thread %s", name);
}

static void *bg_run(void *data)
{
	struct bg *bg = data;

	do_line(bg->line, bg->answer);
	return NULL;
}

static void bg_start(const char *name, const char *line)
{
	struct bg *bg = bg_of("");

	snprintf(bg->name, sizeof(bg->name), "%s", name);
	snprintf(bg->line, sizeof(bg->line), "%s", line);
	if (pthread_create(&bg->thread, NULL, bg_run, bg))
		errx(1, "no thread");
}

static void bg_join(const char *name, char *answer)
{
	struct bg *bg = bg_of(name);

	pthread_join(bg->thread, NULL);
	memcpy(answer, bg->answer, sizeof(bg->answer));
	bg->name[0] = 0;
}

static int get_text(const char *name, char *answer)
{
	ssize_t len = pread(fd_of(name), answer, LINE - 1, 0);

	if (len < 0)
		return -1;
	answer[len] = 0;
	answer[strcspn(answer, "\n")] = 0;
	return 0;
}

static int get_name(const char *name, char *answer)
{
	struct luo_session arg = { .size = sizeof(arg) };

	if (ioctl(fd_of(name), LUO_GET_NAME, &arg))
		return -1;
	memcpy(answer, arg.name, sizeof(arg.name));
	return 0;
}

static int get_clock(char *answer)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(answer, LINE, "%ld", now.tv_sec * 1000000 + now.tv_nsec / 1000);
	return 0;
}

static int allow_files(unsigned long nr)
{
	struct rlimit limit = { nr, nr };

	return setrlimit(RLIMIT_NOFILE, &limit);
}

/* Whether or not it is finalized meanwhile; whatever else goes wrong ends it. */
static int storm(int session, int fd, uint64_t token)
{
	for (;;) {
		if (!luo_preserve(session, fd, token)) {
			if (luo_unpreserve(session, token))
				return -1;
		} else if (errno != EBUSY) {
			return -1;
		}
	}
}

static int number(const char *word)
{
	return word ? strtoul(word, NULL, 0) : 0;
}

/* Commands that answer with 0 or an errno. @rest is all that follows the first word. */
static int simple(char **w, const char *rest)
{
	uint64_t third = w[3] ? strtoull(w[3], NULL, 0) : 0;

	if (!strcmp(w[0], "device"))
		return keep(w[1], open("/dev/liveupdate", O_RDWR));
	if (!strcmp(w[0], "create"))
		return keep(w[1], luo_create(*rest ? rest : w[1]));
	if (!strcmp(w[0], "retrieve"))
		return keep(w[1], luo_retrieve(*rest ? rest : w[1]));
	if (!strcmp(w[0], "preserve"))
		return luo_preserve(fd_of(w[1]), fd_of(w[2]), third);
	if (!strcmp(w[0], "unpreserve"))
		return luo_unpreserve(fd_of(w[1]), strtoull(w[2], NULL, 0));
	if (!strcmp(w[0], "fetch"))
		return keep(w[2], luo_retrieve_fd(fd_of(w[1]), third));
	if (!strcmp(w[0], "finish"))
		return luo_finish(fd_of(w[1]));
	if (!strcmp(w[0], "open"))
		return open_file(w[1], w[2], w[3]);
	if (!strcmp(w[0], "memfd"))
		return make_memfd(w[1], number(w[2]), 0);
	if (!strcmp(w[0], "huge"))
		return make_memfd(w[1], number(w[2]), MFD_HUGETLB);
	if (!strcmp(w[0], "compare"))
		return compare(w[1], number(w[2]));
	if (!strcmp(w[0], "set"))
		return set(fd_of(w[1]), w[2], w[3]);
	if (!strcmp(w[0], "close"))
		return forget(w[1]);
	if (!strcmp(w[0], "files"))
		return allow_files(number(w[1]));
	if (!strcmp(w[0], "storm"))
		return storm(fd_of(w[1]), fd_of(w[2]), third);
	if (!strcmp(w[0], "kexec"))
		return syscall(SYS_reboot, LINUX_REBOOT_MAGIC1,
			       LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL);
	errx(1, "what is %s?", w[0]);
}

/* What follows the second word */
static char *after_two(char *line)
{
	line += strcspn(line, " ");
	line += strspn(line, " ");
	line += strcspn(line, " ");
	return line + strspn(line, " ");
}

static void do_line(char *line, char *answer)
{
	char copy[LINE], *w[5] = {0}, *save, *word;
	int nr = 0, ret;

	snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok_r(copy, " ", &save); word && nr < 4;
	     word = strtok_r(NULL, " ", &save))
		w[nr++] = word;
	snprintf(answer, LINE, "0");
	if (nr < 1)
		return;
	if (!strcmp(w[0], "pass")) {
		pass(w[1], after_two(line), answer);
		return;
	}
	if (!strcmp(w[0], "failing")) {
		failing(w[1], after_two(line), answer);
		return;
	}
	if (!strcmp(w[0], "bg")) {
		bg_start(w[1], after_two(line));
		return;
	}
	if (!strcmp(w[0], "join")) {
		bg_join(w[1], answer);
		return;
	}
	if (!strcmp(w[0], "text"))
		ret = get_text(w[1], answer);
	else if (!strcmp(w[0], "name"))
		ret = get_name(w[1], answer);
	else if (!strcmp(w[0], "clock"))
		ret = get_clock(answer);
	else
		ret = simple(w, after_two(line));
	if (ret)
		snprintf(answer, LINE, "%s", strerrorname_np(errno));
}

int main(int argc, char **argv)
{
	char path[64], line[LINE], answer[LINE];
	FILE *in, *out;

	if (argc != 2)
		errx(1, "whose pipes?");
	snprintf(path, sizeof(path), "%s.in", argv[1]);
	in = fopen(path, "r+");
	snprintf(path, sizeof(path), "%s.out", argv[1]);
	out = fopen(path, "r+");
	if (!in || !out)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = 0;
		do_line(line, answer);
		fprintf(out, "%s\n", answer);
		fflush(out);
	}
	return 0;
}
