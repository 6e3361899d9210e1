// SPDX-License-Identifier: GPL-2.0-only
/*
 * What live update costs, by a clock that counts instructions.
 *
 *	luo-bench keep KIND...	preserves; says "KIND NS" for each, then "kept"
 *	luo-bench find KIND...	retrieves, touches, the same
 *
 * A KIND is [SESSIONSx]FILESxBYTES, or FILESxBYTES-huge for huge pages. Where the file is
 * one alone, find says of its pages what the first touch costs, too.
 */
#define _GNU_SOURCE
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "luo.h"

#define MIB		1048576UL

struct kind {
	const char *name;
	unsigned long sessions;
	unsigned long files;
	unsigned long bytes;
	int huge;
};

static unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static struct kind parse(const char *name)
{
	struct kind kind = { .name = name, .sessions = 1 };
	unsigned long numbers[3];
	int n = sscanf(name, "%lux%lux%lu", numbers, numbers + 1, numbers + 2);

	if (n < 2)
		errx(1, "what is %s?", name);
	if (n == 3)
		kind.sessions = numbers[0];
	kind.files = numbers[n - 2];
	kind.bytes = numbers[n - 1];
	kind.huge = !!strstr(name, "-huge");
	return kind;
}

static char *map_at(int fd, const struct kind *kind, char *at)
{
	char *mem = mmap(at, kind->bytes, PROT_READ | PROT_WRITE,
			 MAP_SHARED | (at ? MAP_FIXED : 0), fd, 0);

	if (mem == MAP_FAILED)
		err(1, "mmap");
	return mem;
}

/* Aligned for huge pages; what is left beside it does not matter, for one file. */
static char *map(int fd, const struct kind *kind)
{
	char *room;

	if (!kind->huge)
		return map_at(fd, kind, NULL);
	room = mmap(NULL, kind->bytes + 2 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
	room = map_at(fd, kind, (char *)(((unsigned long)room + 2 * MIB - 1) & -(2 * MIB)));
	if (madvise(room, kind->bytes, MADV_HUGEPAGE))
		err(1, "madvise");
	return room;
}

static int make(const struct kind *kind)
{
	int fd = memfd_create("bench", 0);
	char *mem;

	if (fd < 0 || ftruncate(fd, kind->bytes))
		err(1, "memfd");
	mem = map(fd, kind);
	for (unsigned long at = 0; at < kind->bytes; at += 4096)
		mem[at] = 1;
	munmap(mem, kind->bytes);
	return fd;
}

/* Returns how long preserving took. */
static unsigned long long keep(int session, const struct kind *kind)
{
	unsigned long long start, ns = 0;

	for (unsigned long i = 0; i < kind->files; i++) {
		int fd = make(kind);

		start = now();
		if (luo_preserve(session, fd, i))
			err(1, "preserve %s", kind->name);
		ns += now() - start;
		close(fd);
	}
	return ns;
}

static void first_touch(int fd, const struct kind *kind)
{
	char *mem = map(fd, kind);
	unsigned long long start = now();

	for (unsigned long at = 0; at < kind->bytes; at += 4096)
		mem[at]++;
	printf("touch-%s %llu\n", kind->name, now() - start);
	if (mem[0] != 2)
		errx(1, "it has changed");
}

static unsigned long long find(int session, const struct kind *kind)
{
	unsigned long long start, ns = 0;

	for (unsigned long i = 0; i < kind->files; i++) {
		int fd;

		start = now();
		fd = luo_retrieve_fd(session, i);
		ns += now() - start;
		if (fd < 0)
			err(1, "retrieve %s", kind->name);
		if (kind->sessions * kind->files == 1)
			first_touch(fd, kind);
		close(fd);
	}
	return ns;
}

static int open_session(int keeping, const struct kind *kind, unsigned long i)
{
	char name[64];
	int session;

	snprintf(name, sizeof(name), "%s %lu", kind->name, i);
	session = keeping ? luo_create(name) : luo_retrieve(name);
	if (session < 0)
		err(1, "%s", name);
	return session;
}

int main(int argc, char **argv)
{
	struct rlimit limit = { 4096, 4096 };
	int keeping = argc > 2 && !strcmp(argv[1], "keep");

	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "setrlimit");
	for (int arg = 2; arg < argc; arg++) {
		struct kind kind = parse(argv[arg]);
		unsigned long long ns = 0;

		for (unsigned long i = 0; i < kind.sessions; i++) {
			int session = open_session(keeping, &kind, i);

			ns += (keeping ? keep : find)(session, &kind);
			/* What was kept is there as long as the session's file is. */
			if (!keeping)
				close(session);
		}
		printf("%s-%s %llu\n", keeping ? "preserve" : "retrieve", kind.name, ns);
	}
	printf("%s\n", keeping ? "kept" : "found");
	fflush(stdout);
	if (keeping)
		pause();
	return 0;
}
