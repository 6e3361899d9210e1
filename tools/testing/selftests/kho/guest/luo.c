// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program whose memfds live on: /dev/liveupdate from user space.
 *
 *	luo keep SESSION FILE...	preserves, says "kept", and waits for SIGTERM
 *	luo find SESSION FILE...	retrieves and compares; "found"
 *	luo many SESSIONS FILES		keeps so many; the contents tell which; says how many
 *					microseconds that took. SIGTERM drops them; again
 *	luo many-found SESSIONS FILES	retrieves and compares
 *	luo link SESSION		what /proc says of the session's file
 *
 * A FILE is TOKEN:BYTES[:OPTION...], with the options
 *	huge	ask for huge pages
 *	sparse	written to at the start, in the middle, at the end
 *	empty	allocated, never written
 *	bad=N	page N has a hardware error
 *	at=N	the file position
 *	seals=N	F_SEAL_*; noexec: MFD_NOEXEC_SEAL, too
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "luo.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

struct spec {
	uint64_t token;
	uint64_t bytes;
	int64_t at;
	unsigned int seals;
	int huge, sparse, empty, noexec;
	/* From 1 on, 0 = none */
	uint64_t bad;
};

static uint64_t pattern(uint64_t token, uint64_t offset)
{
	uint64_t x = token * 0x9e3779b97f4a7c15ULL + offset;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	return x ^ (x >> 31);
}

static struct spec parse(char *arg)
{
	struct spec spec = { .at = 0 };
	char *word;

	spec.token = strtoull(strtok(arg, ":"), NULL, 0);
	word = strtok(NULL, ":");
	if (!word)
		errx(1, "TOKEN:BYTES is what a file looks like");
	spec.bytes = strtoull(word, NULL, 0);
	while ((word = strtok(NULL, ":"))) {
		if (!strcmp(word, "huge"))
			spec.huge = 1;
		else if (!strcmp(word, "sparse"))
			spec.sparse = 1;
		else if (!strcmp(word, "empty"))
			spec.empty = 1;
		else if (!strcmp(word, "noexec"))
			spec.noexec = 1;
		else if (!strncmp(word, "bad=", 4))
			spec.bad = strtoull(word + 4, NULL, 0) + 1;
		else if (!strncmp(word, "at=", 3))
			spec.at = strtoll(word + 3, NULL, 0);
		else if (!strncmp(word, "seals=", 6))
			spec.seals = strtoul(word + 6, NULL, 0);
		else
			errx(1, "what is %s?", word);
	}
	return spec;
}

/* Is this offset written to? */
static int written(const struct spec *spec, uint64_t offset)
{
	uint64_t page = sysconf(_SC_PAGESIZE), at = offset / page;

	if (spec->empty)
		return 0;
	return !spec->sparse || !at || at == spec->bytes / page / 2 ||
	       at == (spec->bytes - 1) / page;
}

/* The page that is broken, or none */
static uint64_t bad_at(const struct spec *spec)
{
	return (spec->bad - 1) * sysconf(_SC_PAGESIZE);
}

static void on_bus_error(int sig)
{
	(void)sig;
}

/* Who has the page mapped is sent a signal, which kills unless it is handled. */
static void break_page(char *page)
{
	signal(SIGBUS, on_bus_error);
	if (madvise(page, sysconf(_SC_PAGESIZE), MADV_HWPOISON))
		err(1, "madvise");
	signal(SIGBUS, SIG_DFL);
}

static void fill(int fd, const struct spec *spec)
{
	char *mem;

	mem = mmap(NULL, spec->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		err(1, "mmap");
	if (spec->huge && madvise(mem, spec->bytes, MADV_HUGEPAGE))
		err(1, "madvise");
	for (uint64_t at = 0; at + 8 <= spec->bytes; at += 8)
		if (written(spec, at))
			*(uint64_t *)(mem + at) = pattern(spec->token, at);
	if (spec->bad)
		break_page(mem + bad_at(spec));
	munmap(mem, spec->bytes);
}

static int make(const struct spec *spec)
{
	int fd = memfd_create("luo", spec->noexec ? MFD_NOEXEC_SEAL :
						    MFD_ALLOW_SEALING);

	if (fd < 0)
		err(1, "memfd_create");
	if (ftruncate(fd, spec->bytes))
		err(1, "ftruncate");
	if (spec->empty && fallocate(fd, 0, 0, spec->bytes))
		err(1, "fallocate");
	if (spec->bytes)
		fill(fd, spec);
	if (spec->seals && fcntl(fd, F_ADD_SEALS, spec->seals))
		err(1, "seals");
	if (lseek(fd, spec->at, SEEK_SET) != spec->at)
		err(1, "lseek");
	return fd;
}

/* It reads as a page with an error does, and no other does. */
static void compare_bad(int fd, const struct spec *spec)
{
	uint64_t page = sysconf(_SC_PAGESIZE);

	for (uint64_t at = 0; at < spec->bytes; at += page) {
		int bad = spec->bad && at == bad_at(spec);
		char c;

		if (pread(fd, &c, 1, at) != (bad ? -1 : 1) || (bad && errno != EIO))
			errx(1, "%#lx is not as it was at %#lx", spec->token, at);
	}
}

static void compare(int fd, const struct spec *spec)
{
	unsigned int seals = spec->seals | (spec->noexec ? 0x20 : 0);
	struct stat stat;
	char *mem;

	if (fstat(fd, &stat))
		err(1, "fstat");
	if ((uint64_t)stat.st_size != spec->bytes)
		errx(1, "%#lx has %lu bytes", spec->token, stat.st_size);
	if ((uint64_t)stat.st_blocks * 512 < spec->bytes)
		errx(1, "%#lx has %lu blocks", spec->token, stat.st_blocks);
	if (lseek(fd, 0, SEEK_CUR) != spec->at)
		errx(1, "%#lx is at %ld", spec->token, lseek(fd, 0, SEEK_CUR));
	if (fcntl(fd, F_GET_SEALS) != (int)seals)
		errx(1, "%#lx has seals %#x", spec->token, fcntl(fd, F_GET_SEALS));
	compare_bad(fd, spec);
	if (!spec->bytes)
		return;
	mem = mmap(NULL, spec->bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mem == MAP_FAILED)
		err(1, "mmap");
	for (uint64_t at = 0; at + 8 <= spec->bytes; at += 8) {
		uint64_t want = written(spec, at) ? pattern(spec->token, at) : 0;

		if (spec->bad && at / sysconf(_SC_PAGESIZE) == spec->bad - 1)
			continue;
		if (*(uint64_t *)(mem + at) != want)
			errx(1, "%#lx has changed at %#lx", spec->token, at);
	}
	munmap(mem, spec->bytes);
}

static void say(const char *word)
{
	printf("%s\n", word);
	fflush(stdout);
}

static void until_terminated(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigwait(&set, &sig);
}

static int keep(const char *name, char **args)
{
	int session = luo_create(name);

	if (session < 0)
		err(1, "create %s", name);
	for (; *args; args++) {
		struct spec spec = parse(*args);
		int fd = make(&spec);

		if (luo_preserve(session, fd, spec.token))
			err(1, "preserve %#lx", spec.token);
		close(fd);
	}
	say("kept");
	until_terminated();
	return 0;
}

static int find(const char *name, char **args)
{
	int session = luo_retrieve(name);

	if (session < 0)
		err(1, "retrieve %s", name);
	for (; *args; args++) {
		struct spec spec = parse(*args);
		int fd = luo_retrieve_fd(session, spec.token);

		if (fd < 0)
			err(1, "retrieve %#lx", spec.token);
		compare(fd, &spec);
		close(fd);
	}
	if (luo_finish(session))
		err(1, "finish");
	say("found");
	return 0;
}

static int link_of(const char *name)
{
	int session = luo_create(name);
	char path[64], link[256];
	ssize_t len;

	if (session < 0)
		err(1, "create %s", name);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", session);
	len = readlink(path, link, sizeof(link) - 1);
	if (len < 0)
		err(1, "readlink");
	link[len] = 0;
	say(link);
	return 0;
}

static long microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct spec one_of_many(unsigned long s, unsigned long f)
{
	return (struct spec) { .token = s * 1000003 + f, .bytes = 4096 };
}

static int many(unsigned long sessions, unsigned long files, int keeping)
{
	struct rlimit limit = { sessions + 64, sessions + 64 };
	long start = microseconds();
	char name[64];

	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "setrlimit");
	for (unsigned long s = 0; s < sessions; s++) {
		int session, fd;

		snprintf(name, sizeof(name), "session %lu", s);
		session = keeping ? luo_create(name) : luo_retrieve(name);
		if (session < 0)
			err(1, "%s", name);
		for (unsigned long f = 0; f < files; f++) {
			struct spec spec = one_of_many(s, f);

			fd = keeping ? make(&spec) :
				       luo_retrieve_fd(session, spec.token);
			if (fd < 0)
				err(1, "%s, file %lu", name, f);
			if (!keeping)
				compare(fd, &spec);
			else if (luo_preserve(session, fd, spec.token))
				err(1, "preserve: %s, file %lu", name, f);
			close(fd);
		}
		if (!keeping && close(session))
			err(1, "close");
	}
	printf("%ld\n", microseconds() - start);
	fflush(stdout);
	if (!keeping)
		return 0;
	until_terminated();
	start = microseconds();
	close_range(3, ~0U, 0);
	printf("%ld\n", microseconds() - start);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(1, "what?");
	if (!strcmp(argv[1], "keep"))
		return keep(argv[2], argv + 3);
	if (!strcmp(argv[1], "find"))
		return find(argv[2], argv + 3);
	if (!strcmp(argv[1], "link"))
		return link_of(argv[2]);
	if (argc == 4 && !strncmp(argv[1], "many", 4))
		return many(strtoul(argv[2], NULL, 0), strtoul(argv[3], NULL, 0),
			    !strcmp(argv[1], "many"));
	errx(1, "what is %s?", argv[1]);
}
